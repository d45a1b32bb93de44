# %% [markdown]
"""
tanh = 2σ(2x) − 1, and why outputs around 0 are better
======================================================

The sigmoid and tanh are the same curve, once from 0 to 1 and once from −1 to 1:
tanh(x) = 2σ(2x) − 1. So what is the difference? The slope, four times as steep, and that the
outputs of tanh lie around 0. This lesson is about the second.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz

x = torch.linspace(-20, 20, 4001, dtype=torch.float64)
difference = (torch.tanh(x) - (2 * torch.sigmoid(2 * x) - 1)).abs().max().item()
print(f"largest difference of tanh(x) and 2σ(2x) − 1: {difference:.1e}")

# %% [markdown]
# Two formulas, two graphs, one derivative: the chain rule gives 2 · σ'(2x) · 2 = 4 · σ'(2x).

# %%
x = Value(0.5, label="x")
one = x.tanh()
one.backward()
slope_of_tanh = x.grad
x.grad = None
other = 2 * (2 * x).sigmoid() - 1
other.backward()
print(f"slope of tanh at 0.5: {slope_of_tanh:.12f}")
print(f"of 2σ(2x) − 1:        {x.grad:.12f}")
picture = viz.graph([one, other], reference=1.0)
picture.render("zero-centred-graph.svg")
picture

# %% [markdown]
# Inputs of one sign
# ------------------
#
# The gradient of a weight is (what arrives) · (its input). If all inputs of a neuron are positive,
# as those are that come from a sigmoid, then the gradients of **all** its weights have the sign of
# what arrives. In one step all weights grow, or all shrink. A neuron that needs one weight to grow
# and another to shrink can only get there in a zigzag (LeCun and others, 1998).
#
# A neuron of two weights shall learn w = (1, −1), one example at a time. Once its inputs are what a
# sigmoid gives, once what tanh gives, for the same numbers.

# %%
torch.manual_seed(0)
numbers = torch.randn(400, 2)
target = torch.tensor([[1.0, -1.0]])


def train(inputs):
    neuron = nn.Linear(2, 1, bias=False)
    neuron.weight.data.zero_()
    path, same_sign = [neuron.weight.detach().clone()], []
    for example in inputs:
        neuron.zero_grad()
        error = neuron(example) - (target * example).sum()
        (error**2).sum().backward()
        first, second = neuron.weight.grad[0].tolist()
        same_sign.append(first * second > 0)
        with torch.no_grad():
            neuron.weight -= 0.3 * neuron.weight.grad
        path.append(neuron.weight.detach().clone())
    return torch.cat(path), sum(same_sign[:40]) / 40


paths, same, needed = {}, {}, {}
for name, inputs in (("sigmoid", numbers.sigmoid()), ("tanh", numbers.tanh())):
    paths[name], same[name] = train(inputs)
    distance = (paths[name] - target).norm(dim=1)
    needed[name] = int((distance > 0.1).sum())
    print(
        f"inputs from {name:8} both gradients have one sign in {same[name]:.0%} of the first 40 "
        f"steps; {needed[name]} steps until w is within 0.1 of its goal"
    )

# %%
figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
for (name, path), look in zip(paths.items(), ("o-", "s--"), strict=True):
    shown = path[:60].numpy()
    ax.plot(shown[:, 0], shown[:, 1], look, ms=3.5, lw=1, label=f"inputs from {name}")
ax.plot(1, -1, "k*", ms=14, label="goal")
ax.set(xlabel="w₁", ylabel="w₂", title="The first 60 steps", aspect="equal")
ax.legend()
figure.savefig("zero-centred.svg")

# %% [markdown]
# With positive inputs every single step goes up and right or down and left, never down and right,
# where the goal is. What brings the neuron there is only the difference of long and short steps.
#
# This is the case for tanh over the sigmoid, and for normalizing inputs to mean 0. relu has outputs
# of one sign too. It is used nonetheless, as it does not saturate, with batch normalization or a
# good initialisation.
#
# Exercises
# ---------
#
# 1. Show that tanh(x) = 2σ(2x) − 1 with the formulas of both.
# 2. Write σ(x) with tanh.
# 3. Subtract 0.5 from the outputs of the sigmoid before the neuron. What becomes of the zigzag, and
#    how many steps does it take now? Why still more than with tanh?
