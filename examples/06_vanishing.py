# %% [markdown]
"""
Why a deep sigmoid network does not learn
=========================================

A factor a little below 1, again and again, makes nothing of a number; one a little above 1 makes it
huge. To the gradient each layer of a network is such a factor. Hochreiter saw in 1991 that this is
what is wrong with deep and with recurrent networks.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import Value, datasets, nn, optim, viz

# %% [markdown]
# A hundred factors
# -----------------

# %%
gradients = {}
for factor in (0.9, 1.1):
    x = Value(1.0)
    y = x
    for _ in range(100):
        y = y * factor
    y.backward()
    gradients[factor] = x.grad
    print(f"{factor}^100 = {x.grad:.6g}")

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for factor, look in ((0.9, "-"), (1.0, ":"), (1.1, "--")):
    ax.semilogy(viz.chain_flow(factor, 100).gradients, look, label=f"factor {factor}")
ax.set(xlabel="number of the value in the chain", ylabel="gradient of the last with respect to it")
ax.legend()
figure.savefig("vanishing-chain.svg")

# %% [markdown]
# A network of ten layers
# -----------------------
#
# In a layer y = σ(W x + b), the gradient on its way back is multiplied by the slope of σ, which is
# at most 1/4, and by the weights. Ten slopes are a factor of at most 4⁻¹⁰, about one millionth.
# Here are four networks for the handwritten digits. They differ only in the activation.

# %%
digits = datasets.digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.labels)
activations = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}


def network(name):
    torch.manual_seed(0)
    layers = []
    for n_in in [64] + [32] * 9:
        layers += [nn.Linear(n_in, 32), activations[name]()]
        nn.init.kaiming_uniform_(layers[-2].weight, nonlinearity="relu")
    return nn.Sequential(*layers, nn.Linear(32, 10))


def flow_of(model, name):
    loss = nn.CrossEntropyLoss()(model(images[:64]), labels[:64])
    model.zero_grad()
    loss.backward()
    return viz.gradient_flow(model, loss, name=name)


flows = {name: flow_of(network(name), name) for name in activations}
print(flows["sigmoid"])
for name, flow in flows.items():
    print(f"{name:11} {flow.verdict}: {flow.sentence}")

# %%
both = viz.compare_flows([flows["sigmoid"], flows["relu"]])
both.plot().figure.savefig("vanishing-flow.svg")
picture = both.graph()
picture.render("vanishing.svg")
picture

# %% [markdown]
# Read it from the loss back: in the sigmoid network, each layer gets about a third of what the next
# one got, and the first gets almost nothing. It could only learn from that.
#
# Does it matter?
# ---------------
#
# Train both for 400 steps.


# %%
def accuracy_after_training(name):
    model = network(name)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for step in range(400):
        batch = torch.arange(64 * step, 64 * step + 64) % len(images)
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


accuracy = {name: accuracy_after_training(name) for name in ("sigmoid", "relu")}
for name, share in accuracy.items():
    print(f"{name}: {share:.0%} of the digits are recognised")

# %% [markdown]
# A tenth is what guessing gives. The sigmoid network has enough units and enough data, and its
# derivatives are right. Only nothing of them arrives.
#
# The next lessons are about what helps: weights of the right size (Glorot and Bengio, 2010), other
# activations, and batch normalization.
#
# Exercises
# ---------
#
# 1. How many layers of slope 1/4 does it take until less than 10⁻³⁸ is left, the smallest ordinary
#    float32?
# 2. Make the weights of the sigmoid network four times as large. Does the gradient arrive now?
#    Look at the column `flat` of the table.
# 3. `tinygrad-edu flow --depth 3` shows the same for three layers. How deep may a sigmoid network
#    be until the verdict is "vanishing"?
