"""A classifier of handwritten digits: Dataset, DataLoader, cross entropy, train and test loops."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split

from tinygrad_edu.datasets import digits

torch.manual_seed(1)
device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
print(f"Using {device} device")

data = digits()
dataset = TensorDataset(
    torch.tensor(data.images, dtype=torch.float32), torch.tensor(data.labels, dtype=torch.long)
)
train_set, test_set = random_split(dataset, [1500, len(dataset) - 1500])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=200)
images, labels = next(iter(train_loader))
print(images.shape, labels.shape, labels.dtype, labels[:10])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.dropout = nn.Dropout(0.2)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = self.dropout(x)
        return self.fc2(x)


model = Net().to(device)
print(model)
print(sum(p.numel() for p in model.parameters() if p.requires_grad))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)

for epoch in range(4):
    model.train()
    running = 0.0
    for i, (inputs, targets) in enumerate(train_loader):
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        running += loss.item()
    scheduler.step()
    model.eval()
    correct = test_loss = 0
    with torch.no_grad():
        for inputs, targets in test_loader:
            pred = model(inputs)
            test_loss += criterion(pred, targets).item()
            correct += (pred.argmax(1) == targets).type(torch.float).sum().item()
    rate = scheduler.get_last_lr()[0]
    print(
        f"epoch {epoch}: {running / len(train_loader):.3f} lr {rate:.4f} "
        f"test {test_loss / len(test_loader):.3f} {correct / len(test_set):.3f}"
    )

probabilities = F.softmax(model(images[:3]), dim=1)
print(probabilities.sum(1), probabilities.max(1).indices, F.one_hot(labels[:3], 10))
