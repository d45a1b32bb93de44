# %% [markdown]
"""
XOR: what one neuron cannot do, and three can
=============================================

XOR answers 1 if exactly one of its two inputs is 1. A neuron draws a line between what it calls 0
and what it calls 1, and no line has (0, 1) and (1, 0) on one side and (0, 0) and (1, 1) on the
other. Minsky and Papert wrote a book about such limits in 1969. A hidden layer lifts them.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import nn, optim, trace, viz

inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


def train(model, steps=400):
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(inputs), targets)
        loss.backward()
        optimizer.step()
    return loss


torch.manual_seed(0)
neuron = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
print(f"one neuron: loss {train(neuron).item():.4f}")
answers = [round(p, 2) for p in neuron(inputs).flatten().tolist()]
print("it answers", answers)

# %% [markdown]
# 1/2 to everything: by symmetry that is the best that it can do. Now two hidden neurons.

# %%
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), nn.Sigmoid())
loss = train(model)
print(f"with two hidden neurons: loss {loss.item():.5f}")
learnt = [round(p, 2) for p in model(inputs).flatten().tolist()]
print("it answers", learnt)

# %% [markdown]
# What the hidden layer does
# --------------------------
#
# It moves the four points to where a line can part them. On the left the inputs, on the right what
# the two hidden neurons make of them, and the line that the last neuron draws.

# %%
with torch.no_grad():
    hidden = model[1](model[0](inputs)).numpy()
(a, b), c = model[2].weight[0].tolist(), model[2].bias.item()
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for ax, points, title in zip(
    axes, (inputs.numpy(), hidden), ("inputs", "hidden layer"), strict=True
):
    for point, target, name in zip(
        points, targets.flatten(), ("00", "01", "10", "11"), strict=True
    ):
        ax.scatter(*point, s=160, marker="s" if target else "o", c="C1" if target else "C0")
        ax.annotate(name, point, (9, -16 if name == "11" else 7), textcoords="offset points")
    ax.set_title(title)
    ax.margins(0.2)
low, high = axes[1].get_xlim()
axes[1].set_ylim(*axes[1].get_ylim())
axes[1].plot([low, high], [-(a * low + c) / b, -(a * high + c) / b], "k--", lw=1)
figure.savefig("xor.svg")

# %% [markdown]
# Neuron by neuron
# ----------------
#
# `trace.scalars` takes a graph of tensors apart into single numbers. Here is the loss of one
# example before training, with each weight and each gradient.

# %%
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), nn.Sigmoid())
one_loss = ((model(inputs[1:2]) - 1.0) ** 2).sum()
numbers = trace.scalars(one_loss)
numbers.backward()
picture = viz.graph(numbers)
picture.render("xor-graph.svg")
viz.explore(one_loss, "xor.html", scalars=True)
picture

# %% [markdown]
# The page `xor.html` shows the same to step through and to play with: drag a weight.
#
# Exercises
# ---------
#
# 1. With only two hidden neurons some starts do not succeed. Try the seeds 0 to 9: how many do?
#    And with four hidden neurons?
# 2. Take the tanh away. Can the network still learn XOR? Why not?
# 3. Find weights for 2 hidden neurons by hand, with steps (z > 0) in the place of tanh.
