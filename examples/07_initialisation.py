# %% [markdown]
"""
Weights of the right size: saturation, and why 1/√n
===================================================

A unit adds up n products: z = w₁x₁ + … + wₙxₙ. If weights and inputs are independent and have mean
0, variances add up: var(z) = n · var(w) · var(x). Where z is large, tanh and sigmoid are flat, and
no gradient passes. Where z shrinks from layer to layer, nothing is left of the signal. Neither
happens if n · var(w) = 1: weights of standard deviation 1/√n (LeCun and others, 1998).
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import nn, viz

torch.manual_seed(0)
measured = {}
for n in (10, 100, 1000):
    x = torch.randn(2000, n)
    w = torch.randn(n, 50)  # of 50 units
    measured[n] = ((x @ w).std().item(), (x @ (w / n**0.5)).std().item())
    print(
        f"n = {n:4d}: std of z {measured[n][0]:5.2f} with weights of size 1 (√n = {n**0.5:5.2f}), "
        f"{measured[n][1]:.2f} with weights of size 1/√n"
    )

# %% [markdown]
# Ten layers
# ----------
#
# One network of ten tanh layers of 100 units, with three sizes of weights. We look at three things:
# the activations (standard deviation of y in the first and last layer), how many of them are
# saturated (`abs(y) > 0.97`), and the gradient.

# %%
n, depth = 100, 10
sizes = {"too small: 0.02": 0.02, "1/√n: 0.1": 1 / n**0.5, "too large: 1": 1.0}
inputs, targets = torch.randn(256, n), torch.randn(256, n)
outputs, flows = {}, {}
for name, size in sizes.items():
    torch.manual_seed(0)
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(n, n, bias=False), nn.Tanh()]
        nn.init.normal_(layers[-2].weight, std=size)
    model = nn.Sequential(*layers)
    y, outputs[name] = inputs, []
    for layer in layers:
        y = layer(y)
        if isinstance(layer, nn.Tanh):
            outputs[name].append(y.detach())
    loss = nn.MSELoss()(model(inputs), targets)
    loss.backward()
    flows[name] = viz.gradient_flow(model, loss, name=name)

stds, saturated = {}, {}
for name, ys in outputs.items():
    stds[name] = [y.std().item() for y in ys]
    saturated[name] = [(y.abs() > 0.97).float().mean().item() for y in ys]
    print(
        f"{name:16} std of y: {stds[name][0]:.3f} in layer 1, {stds[name][-1]:.1e} in layer 10; "
        f"saturated: {saturated[name][-1]:.0%}; gradient: {flows[name].verdict}"
    )

# %%
figure, axes = plt.subplots(3, 3, figsize=(9, 5.5), sharex=True, sharey="row", layout="constrained")
for row, (name, ys) in zip(axes, outputs.items(), strict=True):
    for ax, layer in zip(row, (0, 4, 9), strict=True):
        ax.hist(ys[layer].numpy().ravel(), bins=41, range=(-1, 1), color="#0072b2")
        ax.set_title(f"{name}, layer {layer + 1}", fontsize=9)
        ax.set_yticks([])
figure.supxlabel("output of tanh")
figure.savefig("initialisation-activations.svg")

# %% [markdown]
# With weights too small the outputs gather at 0: layer by layer the signal fades, and the gradient
# with it, since the same weights multiply it on the way back. With weights too large nearly all
# outputs are at −1 and 1, where tanh is flat. What still gets through the few steep places is
# multiplied by huge weights: the gradient does not vanish here but explodes.

# %%
comparison = viz.compare_flows(flows)
print(comparison.sentence)
comparison.plot().figure.savefig("initialisation-flow.svg")

# %% [markdown]
# The rules in use
# ----------------
#
# - Glorot and Bengio (2010) looked at the way back too, where the sum is over the outputs, and took
#   the middle: var(w) = 2 / (n_in + n_out). That is `nn.init.xavier_normal_`.
# - relu sets half of the numbers to 0, which halves the mean square. He and others (2015) make up
#   for it: var(w) = 2 / n. That is `nn.init.kaiming_normal_`.
# - `nn.Linear` draws evenly from −1/√n to 1/√n, as PyTorch does. That has a variance of 1/(3n):
#   somewhat too small, for deep networks.

# %%
weight = nn.Linear(n, n).weight
print(f"nn.Linear: std {weight.std().item():.4f}, and 1/√(3n) = {(1 / (3 * n)) ** 0.5:.4f}")
for initialise, expected in (
    (nn.init.xavier_normal_, (2 / (n + n)) ** 0.5),
    (nn.init.kaiming_normal_, (2 / n) ** 0.5),
):
    initialise(weight)
    print(f"{initialise.__name__}: std {weight.std().item():.4f}, by the rule {expected:.4f}")

# %% [markdown]
# Exercises
# ---------
#
# 1. Put `nn.ReLU` in the place of `nn.Tanh`. Which size keeps the outputs from shrinking, 1/√n or
#    √(2/n)?
# 2. Even with 1/√n the outputs of tanh become slowly smaller. Why? Find a better factor
#    (`nn.init.calculate_gain("tanh")` names one).
# 3. Can a sigmoid network be saved by weights of the right size? Which size would make up for a
#    slope of 1/4, and what happens to z then?
