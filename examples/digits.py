# %% [markdown]
# # Handwritten digits
#
# Real data, a small network, the training loop of every PyTorch script.

# %%
import tinygrad_edu as torch
from tinygrad_edu import datasets, nn, optim

digits = datasets.digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.labels)
targets = torch.eye(10)[labels]

torch.manual_seed(0)
order = torch.randperm(len(images))
train, test = order[:1500], order[1500:]

model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=3e-3)

# %%
for epoch in range(30):
    shuffled = train[torch.randperm(len(train))]
    total = 0.0
    for start in range(0, len(shuffled), 50):
        batch = shuffled[start : start + 50]
        loss = criterion(model(images[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1:2d}: mean loss {total / 30:.4f}")

# %%
with torch.no_grad():
    correct = (model(images[test]).argmax(1) == labels[test]).sum().item()
print(f"test accuracy: {correct / len(test):.1%}")

# %% [markdown]
# Exercises: swap ReLU for Sigmoid and make the network ten layers deep. How far does it get?
