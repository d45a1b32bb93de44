# %% [markdown]
"""
Adam against SGD in a narrow valley
===================================

The loss f(x, y) = (x² + 50 y²) / 2 is a valley: flat along x, steep along y. Descending with one
learning rate for both, one has to choose: small enough not to jump from wall to wall, or large
enough to get anywhere along the floor.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import Value, optim, viz


def f(x, y):
    return (x**2 + 50 * y**2) / 2


def descend(make, steps=60):
    point = torch.tensor([-8.0, 1.0], requires_grad=True)
    optimizer = make([point])
    path = [point.tolist()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(point[0], point[1]).backward()
        optimizer.step()
        path.append(point.tolist())
    return path


# %% [markdown]
# Along y the gradient is 50 · y. A step makes y into (1 − 50 · lr) · y, so it settles only if
# lr < 2/50 = 0.04. Along x that means a factor of at least 0.96: slow.
#
# - **Momentum** (Polyak, 1964) adds up gradients. Along y they cancel, along x they add.
# - **Adam** (Kingma and Ba, 2015) divides the gradient of each number by its own size, a running
#   root mean square. So each moves at about lr per step, however steep it is.

# %%
paths = {
    "SGD, lr 0.036": descend(lambda p: optim.SGD(p, lr=0.036)),
    "SGD, lr 0.041": descend(lambda p: optim.SGD(p, lr=0.041)),
    "momentum 0.8": descend(lambda p: optim.SGD(p, lr=0.02, momentum=0.8)),
    "Adam, lr 0.5": descend(lambda p: optim.Adam(p, lr=0.5)),
}
final = {name: f(*path[-1]) for name, path in paths.items()}
for name, loss in final.items():
    print(f"{name:14} f = {loss:9.5f} after 60 steps")

# %%
xs, ys = torch.meshgrid(torch.linspace(-9, 4, 80), torch.linspace(-1.6, 1.6, 60), indexing="ij")
figure, axes = plt.subplots(2, 2, figsize=(10, 5), sharex=True, sharey=True, layout="constrained")
for ax, (name, path) in zip(axes.flat, paths.items(), strict=True):
    ax.contour(xs.numpy(), ys.numpy(), f(xs, ys).numpy(), 15, cmap="cividis", linewidths=0.7)
    ax.plot(*zip(*path, strict=True), ".-", color="C3", lw=1)
    ax.plot(0, 0, "k*", ms=11)
    ax.set(title=f"{name}: f = {final[name]:.2g}", xlim=(-9, 4), ylim=(-1.6, 1.6))
figure.savefig("adam.svg")

# %% [markdown]
# Where the gradients differ that much, one sees it in the graph:

# %%
x, y = Value(-8.0), Value(1.0)
loss = f(x, y)
loss.backward()
print(f"∂f/∂x = {x.grad}, ∂f/∂y = {y.grad}")
picture = viz.graph(loss)
picture.render("adam-graph.svg")
picture

# %% [markdown]
# Adam is not always better: its steps keep their size where the gradients become small, so that
# near the minimum it may circle. Smaller learning rates towards the end help.
#
# Exercises
# ---------
#
# 1. With which learning rate is plain SGD best here? Try 0.01 to 0.039.
# 2. Adam looks at each number by itself. Turn the valley by 45 degrees: is it still as good?
