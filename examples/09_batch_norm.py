# %% [markdown]
"""
Batch normalization before the activation
=========================================

Weights of the right size keep a sigmoid out of saturation at the start. Training moves the weights,
and with them the inputs of every layer behind. Batch normalization (Ioffe and Szegedy, 2015) puts
them right at every step: each unit's x is brought to mean 0 and variance 1 over the batch,
x̂ = (x − mean) / √(variance + ε), and then y = γ · x̂ + β, with γ and β to be learnt.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import datasets, nn, optim, viz

torch.manual_seed(0)
x = torch.randn(64, 3) * torch.tensor([1.0, 10.0, 100.0]) + torch.tensor([0.0, 50.0, -300.0])
normalized = nn.BatchNorm1d(3)(x)
print("before: mean", x.mean(0), "std", x.std(0, unbiased=False))
print("after:  mean", normalized.mean(0).detach().abs().round(decimals=4), end=" ")
print("std", normalized.std(0, unbiased=False).detach())

# %% [markdown]
# What it does to a saturated sigmoid
# -----------------------------------
#
# The sigmoid's slope is 1/4 at 0 and nearly 0 beyond ±5. Here are the mean slopes at these numbers,
# with the normalization before the activation and without.

# %%
slopes = {}
for name, z in (("without", x), ("with", normalized.detach())):
    s = z.sigmoid()
    slopes[name] = (s * (1 - s)).mean(0)
    print(f"mean slope {name:8}", slopes[name])

# %% [markdown]
# A deep sigmoid network
# ----------------------
#
# Eight layers for the digits, with `BatchNorm1d` before each sigmoid and without. The table shows
# the gradient of the first batch.

# %%
digits = datasets.digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.labels)


def network(normalize):
    torch.manual_seed(0)
    layers = []
    for n_in in [64] + [32] * 7:
        layers += [nn.Linear(n_in, 32), *([nn.BatchNorm1d(32)] if normalize else []), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(32, 10))


flows = {}
for name, normalize in (("without", False), ("with BatchNorm1d", True)):
    model = network(normalize)
    loss = nn.CrossEntropyLoss()(model(images[:64]), labels[:64])
    loss.backward()
    flows[name] = viz.gradient_flow(model, loss, name=name)
    print(f"{name}: {flows[name].verdict}, {flows[name].sentence}")
print(flows["with BatchNorm1d"])

# %%
picture = viz.compare_flows(flows).graph()
picture.render("batch-norm.svg")
picture

# %% [markdown]
# Where does the gradient come from? The backward pass of the normalization divides by the standard
# deviation. In a sigmoid network all units answer nearly the same to all images, so their
# deviations are small, and what was lost at the slope comes back by the division. (So the gradient
# is small at the outputs of each normalization, which the table calls weakening, and as large as
# before at its inputs: look at the linear layers.)
#
# Training
# --------


# %%
def train(normalize):
    model = network(normalize)
    optimizer = optim.SGD(model.parameters(), lr=0.3)
    losses = []
    for step in range(300):
        batch = torch.arange(64 * step, 64 * step + 64) % len(images)
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        right = model(images).argmax(1) == labels
    return losses, right.float().mean().item()


figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
accuracy = {}
for (name, normalize), look in zip(
    (("without", False), ("with BatchNorm1d", True)), ("-", "--"), strict=True
):
    losses, accuracy[name] = train(normalize)
    print(f"{name}: accuracy {accuracy[name]:.0%} after 300 steps")
    ax.plot(losses, look, label=name)
ax.set(xlabel="step", ylabel="loss", ylim=(0, None))
ax.legend()
figure.savefig("batch-norm-training.svg")

# %% [markdown]
# `model.eval()` matters: one image has no mean and variance of a batch, so the layer then uses the
# running ones that it has noted during training.
#
# Exercises
# ---------
#
# 1. Put the normalization **behind** the sigmoid. Does the gradient still arrive?
# 2. The bias of the linear layer before a batch normalization gets a gradient of 0. Why?
# 3. Forget `model.eval()` and ask the network for one image. What does it say, and why?
