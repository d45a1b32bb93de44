# %% [markdown]
"""
A convolution on the digits
===========================

A linear layer has a weight of its own for each pixel and each unit. But a stroke is a stroke
wherever it stands. A convolution slides one small set of weights over the image and asks the same
question at every place (LeCun and others, 1989): z[i, j] = Σ w[k, l] · x[i + k, j + l] + b.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import datasets, nn, optim, viz

digits = datasets.digits()
images = torch.tensor(digits.images).reshape(-1, 1, 8, 8)  # (image, channel, row, column)
labels = torch.tensor(digits.labels)

# %% [markdown]
# One filter by hand
# ------------------
#
# −1 on the left and 1 on the right: it answers where ink begins on the way from left to right.

# %%
edge = torch.tensor([[[[-1.0, 0.0, 1.0]] * 3]])
found = nn.functional.conv2d(images[:1], edge)
by_loops = [
    [(images[0, 0, i : i + 3, j : j + 3] * edge[0, 0]).sum().item() for j in range(6)]
    for i in range(6)
]
difference = (found[0, 0] - torch.tensor(by_loops)).abs().max().item()
print(
    "8 × 8 pixels become", tuple(found.shape[2:]), f"answers; two loops differ by {difference:.0e}"
)

# %% [markdown]
# The gradient of a weight
# ------------------------
#
# The same weight was used at all 36 places, so its gradient is a sum over all of them.

# %%
weight = edge.clone().requires_grad_()
nn.functional.conv2d(images[:1], weight).sum().backward()
by_hand = images[0, 0, 0:6, 0:6].sum().item()
print(f"∂/∂w[0, 0] = {weight.grad[0, 0, 0, 0].item():.4f}, the sum of its 36 pixels: {by_hand:.4f}")

# %% [markdown]
# A network
# ---------

# %%
torch.manual_seed(0)
model = nn.Sequential(
    *(nn.Conv2d(1, 12, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(12, 24, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Flatten(), nn.Linear(24 * 2 * 2, 10)),
)
count = sum(p.numel() for p in model.parameters())
print(f"{count} weights")
order = torch.randperm(len(labels))
train, test = order[:1500], order[1500:]
optimizer = optim.Adam(model.parameters(), lr=5e-3)
for _ in range(12):
    for batch in train[torch.randperm(1500)].split(50):
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
with torch.no_grad():
    accuracy = (model(images[test]).argmax(1) == labels[test]).float().mean().item()
print(f"test accuracy: {accuracy:.1%}")

# %% [markdown]
# The network of linear layers in the lesson on the digits has 26,000 weights. This one does nearly
# as well with a seventh of them.
#
# Its twelve filters, and what they find in one image:

# %%
with torch.no_grad():
    maps = model[1](model[0](images[:1]))[0]
figure, axes = plt.subplots(2, 12, figsize=(10, 2.2), layout="constrained")
for i in range(12):
    axes[0, i].imshow(model[0].weight[i, 0].detach().numpy(), cmap="coolwarm", vmin=-1, vmax=1)
    axes[1, i].imshow(maps[i].numpy(), cmap="gray_r")
for ax in axes.flat:
    ax.axis("off")
figure.savefig("convolution.svg")

# %%
picture = viz.graph(loss, model, detail="modules")
picture.render("convolution-graph.svg")
picture

# %% [markdown]
# Exercises
# ---------
#
# 1. How many weights has `nn.Conv2d(12, 24, 3)`? And a linear layer between as many numbers?
# 2. A filter for ink that begins from top to bottom: what are its weights?
