# %% [markdown]
"""
Units that die, and the answer of leaky relu
============================================

relu(x) = max(0, x) passes the gradient on unchanged where x > 0, and not at all elsewhere. So a
unit whose x is negative for **every** example gets no gradient, and its weights never change again.
It is dead. One step that was too large is enough.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import Value, datasets, nn, optim, trace, viz

# %% [markdown]
# One unit
# --------
#
# Its inputs are 1, 2 and 3, and b = −10 puts it to sleep for all of them. It should answer 1.


# %%
def train(activation, steps=200):
    w, b = Value(1.0, label="w"), Value(-10.0, label="b")
    for _ in range(steps):
        answers = [activation(w * x + b) for x in (1.0, 2.0, 3.0)]
        loss = sum((answer - 1.0) ** 2 for answer in answers)
        w.grad = b.grad = None
        loss.backward()
        for parameter in (w, b):
            parameter.data -= 0.05 * parameter.grad
    return w, b, loss


w, b, loss = train(lambda z: z.relu())
print(f"relu:       w = {w.data}, b = {b.data}, loss {loss.data}: nothing has changed")
dead = (w.data, b.data)
w, b, leaky_loss = train(lambda z: z.leaky_relu(0.01), 20_000)
print(f"leaky_relu: w = {w.data:.3f}, b = {b.data:.3f}, loss {leaky_loss.data:.2e}: it came back")

# %% [markdown]
# The picture of the dead unit: dotted arrows with a 0 lead back to w and b.

# %%
w, b = Value(1.0, label="w"), Value(-10.0, label="b")
loss = ((w * 2.0 + b).relu() - 1.0) ** 2
loss.backward()
print(trace.explain(loss, w, {"w": w, "b": b}))
picture = viz.graph(loss)
picture.render("dying-relu.svg")
picture

# %% [markdown]
# A network
# ---------
#
# Three layers for the digits. For the first 100 steps the learning rate is 2, which is much too
# large; then someone notices, and goes on with 0.2. After each step we count the hidden units whose
# x is below 0 for every one of the 1,797 images.

# %%
digits = datasets.digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.labels)


def units_below_zero(model):
    with torch.no_grad():
        first = model[0](images)
        second = model[2](model[1](first))
    return sum(int((z <= 0).all(dim=0).sum()) for z in (first, second))


def train_network(activation):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(64, 50), activation(), nn.Linear(50, 50), activation(), nn.Linear(50, 10)
    )
    below = []
    for step in range(600):
        optimizer = optim.SGD(model.parameters(), lr=2.0 if step < 100 else 0.2)
        batch = torch.arange(64 * step, 64 * step + 64) % len(images)
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(images[batch]), labels[batch]).backward()
        optimizer.step()
        if step % 5 == 0:
            below.append(units_below_zero(model))
    return model, below


models, below, accuracy = {}, {}, {}
for name, activation in (("relu", nn.ReLU), ("leaky_relu", nn.LeakyReLU)):
    models[name], below[name] = train_network(activation)
    with torch.no_grad():
        right = models[name](images).argmax(1) == labels
    accuracy[name] = right.float().mean().item()
    print(
        f"{name:11} {below[name][20]} of 100 units below 0 for all images after 100 steps, "
        f"{below[name][-1]} after 600; accuracy {accuracy[name]:.0%}"
    )

figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
for (name, count), look in zip(below.items(), ("-", "--"), strict=True):
    ax.plot(range(0, 600, 5), count, look, lw=2, label=name)
ax.axvline(100, color="0.6", lw=1)
ax.annotate("smaller learning rate", (105, 5), color="0.3")
ax.set(xlabel="step", ylabel="units below 0 for all images", ylim=(0, 100))
ax.legend(loc="lower right")
figure.savefig("dying-relu-network.svg")

# %%
model = models["relu"]
loss = nn.CrossEntropyLoss()(model(images), labels)
model.zero_grad()
loss.backward()
print(viz.gradient_flow(model, loss, name="relu"))

# %% [markdown]
# In the table, `dead` is the share of units whose slope is exactly 0 for every image. Behind a
# layer that is wholly dead nothing gets any gradient, and no learning rate helps any more.
#
# leaky_relu(x) = x where x > 0, else 0.01 · x (Maas and others, 2013). Units come to lie below 0
# here too, but they still get a hundredth of the gradient: asleep, not dead. Some woke up, and the
# network learnt with them.
#
# What else helps: a smaller learning rate, which prevents the step that kills; weights of the right
# size; batch normalization, which puts half of the examples above 0 again.
#
# Exercises
# ---------
#
# 1. For which b does the unit with w = 1 and the inputs 1, 2, 3 die? For which does it get a
#    gradient from one of the three only?
# 2. Why did the leaky unit need so many more steps than a healthy one would?
# 3. Where is a unit at x = 0 exactly: alive or dead? Ask `Value(0.0).relu()`.
