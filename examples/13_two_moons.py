# %% [markdown]
"""
Two moons: watching a network find its boundary
===============================================

Points on two half circles that reach into each other: no line parts them. A network of two hidden
layers bends its boundary until it fits, and one can watch it do so.
"""

# %%
import math

import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import nn, optim, viz


def moons(n):
    """Return n points on each of two half circles, with noise, and 0 or 1 for each."""
    angle = torch.rand(2 * n) * math.pi
    upper = torch.stack([torch.cos(angle[:n]), torch.sin(angle[:n])], dim=1)
    lower = torch.stack([1 - torch.cos(angle[n:]), 0.5 - torch.sin(angle[n:])], dim=1)
    points = torch.cat([upper, lower]) + 0.12 * torch.randn(2 * n, 2)
    return points, torch.cat([torch.zeros(n), torch.ones(n)])


torch.manual_seed(0)
points, labels = moons(150)
unseen, unseen_labels = moons(150)
model = nn.Sequential(
    nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0)
)
criterion = nn.BCEWithLogitsLoss()

# %% [markdown]
# The output is a number z, and σ(z) is the probability of moon 1. `BCEWithLogitsLoss` is
# −log of the probability that the network gave to the right answer, computed from z so that nothing
# overflows. Its gradient with respect to z is simply σ(z) − y.
#
# Training, with a look at the gradient in every backward pass, and at the plane now and then.

# %%
xs, ys = torch.meshgrid(torch.linspace(-1.6, 2.6, 85), torch.linspace(-1.2, 1.7, 59), indexing="ij")
plane = torch.stack([xs.flatten(), ys.flatten()], dim=1)
surfaces = {}


def look(step):
    with torch.no_grad():
        surfaces[step] = model(plane).sigmoid().reshape(xs.shape).numpy()
        right = (model(unseen) > 0) == (unseen_labels > 0.5)
    return right.float().mean().item()


optimizer = optim.Adam(model.parameters(), lr=0.02)
accuracy = {}
with viz.GradientFlow.record(model, lr=0.02) as history:
    for step in range(201):
        if step in (0, 10, 50, 200):
            accuracy[step] = look(step)
        loss = criterion(model(points), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in accuracy:
            print(f"step {step:3d}: loss {loss.item():.4f}, unseen {accuracy[step]:.1%} right")

# %%
figure, axes = plt.subplots(2, 2, figsize=(9, 6.4), sharex=True, sharey=True, layout="constrained")
for ax, (step, surface) in zip(axes.flat, surfaces.items(), strict=True):
    filled = ax.contourf(xs.numpy(), ys.numpy(), surface, 20, cmap="coolwarm", vmin=0, vmax=1)
    ax.contour(xs.numpy(), ys.numpy(), surface, [0.5], colors="black", linewidths=1.5)
    for value, marker, color in ((0, "o", "#2b4b8c"), (1, "^", "#8c2b2b")):
        shown = points[labels == value].numpy()
        ax.scatter(*shown.T, s=16, marker=marker, c=color, edgecolors="white", linewidths=0.4)
    ax.set_title(f"step {step}: {accuracy[step]:.0%} of unseen points right", fontsize=10)
figure.savefig("two-moons.svg")

# %% [markdown]
# The black line is where the network says 1/2. At first it is anywhere, after 10 steps nearly
# straight; then it bends into the gaps.
#
# The gradient meanwhile: each column is a backward pass, each row a layer, and the colour is the
# size of the gradient next to that of the last layer. At the end it grows on the way back: the
# weights have become large, to make the boundary steep.

# %%
history.plot().figure.savefig("two-moons-flow.svg")
print("the gradient:", history[0].verdict, "at first,", history[-1].verdict, "at the end")

# %% [markdown]
# Exercises
# ---------
#
# 1. Put relu in the place of tanh. What does the boundary look like now, and why?
# 2. Leave out one hidden layer, or make it 2 units wide. What is the least that still does it?
# 3. Raise the noise from 0.12 to 0.4 and train for 2,000 steps. What happens to the boundary, to
#    the accuracy on the points, and to that on the unseen ones?
