"""A small convolutional network on the digits, in the style of LeNet."""

import torch
from torch import nn, optim

from tinygrad_edu.datasets import digits

torch.manual_seed(0)
data = digits()
images = torch.tensor(data.images, dtype=torch.float32).view(-1, 1, 8, 8)
labels = torch.tensor(data.labels, dtype=torch.int64)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=3, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 12, 3),
            nn.ReLU(),
            nn.AvgPool2d(2),
        )
        self.classifier = nn.Linear(12, 10)

    def forward(self, x):
        x = self.features(x)
        return self.classifier(x.view(x.size(0), -1))


net = LeNet()
print(net)
for name, parameter in net.named_parameters():
    print(name, tuple(parameter.shape))
X = images[:2]
for layer in net.features:
    X = layer(X)
    print(layer.__class__.__name__, "output shape:", X.shape)

criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(2):
    for start in range(0, 960, 32):
        batch = slice(start, start + 32)
        optimizer.zero_grad()
        loss = criterion(net(images[batch]), labels[batch])
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    print(epoch, f"{loss.item():.3f}")
net.eval()
with torch.no_grad():
    predicted = torch.max(net(images[1000:]), 1)[1]
print("accuracy", f"{(predicted == labels[1000:]).float().mean():.3f}")
