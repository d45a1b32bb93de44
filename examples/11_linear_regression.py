# %% [markdown]
"""
Linear regression with Linear and MSELoss
=========================================

The smallest model that learns: one weight, one bias, ŷ = w · x + b. The loss is the mean squared
error, L = (1/n) · Σ (ŷ − y)². It is the same loop as for any network, only that here one can check
everything by hand.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import nn, optim, viz

torch.manual_seed(0)
x = torch.rand(50, 1) * 4 - 2
y = 3 * x - 1 + 0.5 * torch.randn(50, 1)  # a line, and noise

model = nn.Linear(1, 1)
criterion = nn.MSELoss()
loss = criterion(model(x), y)
loss.backward()
print(f"loss {loss.item():.3f}")

# %% [markdown]
# The gradients by hand
# ---------------------
#
# By the chain rule, with the errors e = ŷ − y:
#
# - ∂L/∂w = (2/n) · Σ e · x
# - ∂L/∂b = (2/n) · Σ e

# %%
with torch.no_grad():
    e = model(x) - y
    by_hand = (2 * (e * x).mean().item(), 2 * e.mean().item())
by_engine = (model.weight.grad.item(), model.bias.grad.item())
print(f"∂L/∂w: {by_hand[0]:.5f} by hand, {by_engine[0]:.5f} by engine")
print(f"∂L/∂b: {by_hand[1]:.5f} by hand, {by_engine[1]:.5f} by engine")

# %%
picture = viz.graph(loss)
picture.render("linear-regression.svg")
picture

# %% [markdown]
# Training
# --------
#
# Five lines that every PyTorch script has: forget the old gradients, compute the loss, go back,
# take a step.

# %%
optimizer = optim.SGD(model.parameters(), lr=0.1)
path, losses = [], []
for step in range(60):
    path.append((model.weight.item(), model.bias.item()))
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step in (0, 1, 2, 10, 59):
        print(f"step {step:2d}: loss {loss.item():.4f}")
print(f"learnt:        w = {model.weight.item():.4f}, b = {model.bias.item():.4f}")

# %% [markdown]
# For a line there is a formula too: the gradient is 0 where (XᵀX) · (w, b) = Xᵀy, with a column of
# ones in X for the bias (Legendre, 1805; Gauss, 1809). Descending comes to the same place.

# %%
columns = torch.cat([x, torch.ones(50, 1)], dim=1)
exact = torch.linalg.solve(columns.T @ columns, columns.T @ y).flatten().tolist()
print(f"least squares: w = {exact[0]:.4f}, b = {exact[1]:.4f}")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
left.scatter(x.flatten().numpy(), y.flatten().numpy(), s=14, color="0.4")
ends = [-2.0, 2.0]
for step, look in ((0, ":"), (5, "--"), (59, "-")):
    w, b = path[step]
    left.plot(ends, [w * end + b for end in ends], look, lw=2, label=f"step {step}")
left.set(xlabel="x", ylabel="y", title="The line")
left.legend()

ws, bs = torch.meshgrid(torch.linspace(-1, 5, 61), torch.linspace(-3, 1, 41), indexing="ij")
surface = ((ws[..., None] * x.flatten() + bs[..., None] - y.flatten()) ** 2).mean(-1)
levels = right.contourf(ws.numpy(), bs.numpy(), surface.numpy().clip(0, 20), 20, cmap="cividis")
right.plot(*zip(*path, strict=True), "w.-")
right.plot(*exact, "*", color="red", ms=14, label="least squares")
right.set(xlabel="w", ylabel="b", title="The loss, and the way down")
right.legend()
figure.colorbar(levels, ax=right)
figure.savefig("linear-regression-fit.svg")

# %% [markdown]
# The loss at the end is not 0 but near the variance of the noise, 0.25: that no line can explain.
#
# Exercises
# ---------
#
# 1. From which learning rate on does it not settle any more? Try 0.3, 0.6 and 0.9.
# 2. Make one y an outlier of 50. Where does the line go with `nn.MSELoss`, and where with
#    `nn.L1Loss`? Why?
# 3. Fit a parabola y = x² with inputs x and x². Which shape has the weight then?
