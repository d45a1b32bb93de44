# %% [markdown]
"""
Four activation functions, and what each does to the gradient
=============================================================

Without an activation function a deep network is no more than one layer: a linear function of a
linear function is linear. The activation bends it. On the way back it does one more thing, which
decides whether the network learns: it multiplies the gradient by its slope.
"""

# %%
import time

import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import Value, viz

torch.manual_seed(0)
print("sigmoid:   ", torch.sigmoid(torch.rand(4)))
print("leaky_relu:", torch.nn.functional.leaky_relu(torch.randn(4), 0.01))

# %% [markdown]
# Formulas and slopes
# -------------------
#
# - sigmoid: σ(x) = 1 / (1 + e⁻ˣ), slope σ · (1 − σ), at most 1/4
# - tanh: (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), slope 1 − tanh², at most 1
# - relu: max(0, x), slope 1 where x > 0, else 0
# - leaky_relu: x where x > 0, else 0.01 · x; slope 1 or 0.01
#
# We do not draw the slopes from these formulas but ask the engine: the gradient of the sum of all
# y is the slope at each x.

# %%
activations = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
}


def with_slope(activation, x):
    x = x.clone().requires_grad_()
    y = activation(x)
    y.sum().backward()
    return y.detach(), x.grad


x = torch.linspace(-6, 6, 601)
figure, axes = plt.subplots(2, 2, figsize=(9, 6), sharex=True, layout="constrained")
for ax, (name, activation) in zip(axes.flat, activations.items(), strict=True):
    y, slope = with_slope(activation, x)
    ax.axhline(0, color="0.8", lw=0.8)
    ax.axvline(0, color="0.8", lw=0.8)
    ax.plot(x.numpy(), y.numpy(), lw=2, label=name)
    ax.plot(x.numpy(), slope.numpy(), "--", lw=2, label="its slope")
    ax.set_ylim(-1.25, 2.25)
    ax.legend(loc="upper left")
figure.savefig("activations.svg")

# %% [markdown]
# Four properties
# ---------------
#
# For each function: its range; its largest slope; its slope at ±5, small if it saturates; and the
# mean of what comes out when numbers of mean 0 go in, which is 0 if it is zero-centred.

# %%
numbers = torch.randn(100_000)
properties = {}
print(f"{'':11} {'range':>16} {'largest slope':>14} {'slope at 5':>11} {'at −5':>8} {'mean':>7}")
for name, activation in activations.items():
    y, slope = with_slope(activation, torch.linspace(-100, 100, 20_001))
    _, ends = with_slope(activation, torch.tensor([5.0, -5.0]))
    low, high, steepest = y.min().item(), y.max().item(), slope.max().item()
    mean = activation(numbers).mean().item()
    properties[name] = (low, high, steepest, ends[0].item(), ends[1].item(), mean)
    print(
        f"{name:11} {f'{low:.3g} to {high:.3g}':>16} {steepest:14.3g} {ends[0].item():11.2g} "
        f"{ends[1].item():8.2g} {mean:7.3f}"
    )

# %% [markdown]
# (The range is of x from −100 to 100: relu and leaky_relu go on without end.)
#
# What one sees:
#
# - **sigmoid and tanh saturate.** At x = ±5 next to nothing of a gradient gets through.
# - **sigmoid is never steep.** Even at its best place it passes on a quarter.
# - **relu passes all or nothing.** A unit whose x is negative for every example gets no gradient at
#   all, and is dead. **leaky_relu** lets a hundredth through, so that such a unit can come back.
# - **tanh is zero-centred**; what comes out of sigmoid and relu is never negative. Why that matters
#   has a lesson of its own.
#
# The cost
# --------
#
# The sigmoid and tanh need an exponential, relu only a comparison. Measured here, per number:

# %%
x = torch.randn(100_000, requires_grad=True)
ones = torch.ones(100_000)
forward, backward = {}, {}
for name, activation in activations.items():
    times = []
    for _ in range(10):
        start = time.perf_counter()
        y = activation(x)
        middle = time.perf_counter()
        y.backward(ones)
        times.append((middle - start, time.perf_counter() - middle))
    forward[name], backward[name] = (min(part) / 100_000 for part in zip(*times, strict=True))
    print(f"{name:11} forward {1e9 * forward[name]:5.1f} ns, back {1e9 * backward[name]:5.1f} ns")

# %% [markdown]
# Forward relu is the cheapest by far, as the textbooks say. On the way back it is not, here: the
# others take a product, and relu's choice between two numbers is slow in numpy. But in front of
# each unit stand hundreds of products. The cost is no reason to choose one.
#
# Side by side in a page: open it, drag x, and watch the gradient of each.

# %%
x = Value(2.0, label="x")
page = viz.compare(
    {"sigmoid": x.sigmoid(), "tanh": x.tanh(), "relu": x.relu(), "leaky_relu": x.leaky_relu()},
    "activations.html",
)
page

# %% [markdown]
# Exercises
# ---------
#
# 1. Show by hand that the slope of the sigmoid is σ(x) · (1 − σ(x)), and that it is at most 1/4.
# 2. Where does the slope of tanh fall below 0.01? And of sigmoid below 0.0025?
# 3. Add GELU (`torch.nn.functional.gelu`) to the figure. Is its slope ever negative?
