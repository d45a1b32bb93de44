# %% [markdown]
"""
Gradient checking: how to find out that a derivative is wrong
=============================================================

A wrong derivative makes no noise. The network trains, only badly, and one blames the data. So
every derivative that someone has written down is compared with one that was only measured:
f'(x) ≈ (f(x + h) − f(x − h)) / 2h, the central difference.
"""

# %%
import tinygrad_edu as torch
from tinygrad_edu import Value, viz


def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def forward_difference(f, x, h):
    return (f(x + h) - f(x)) / h


def f(x):
    return Value(x).sigmoid().data


x = Value(0.7)
y = x.sigmoid()
y.backward()
print(f"rule:     {x.grad:.12f}")
print(f"measured: {central_difference(f, 0.7, 1e-5):.12f}")

# %% [markdown]
# How small is small?
# -------------------
#
# The error of the central difference has two parts. Cutting off Taylor's series costs about h²; the
# forward difference (f(x + h) − f(x)) / h costs h. But a float has about 16 digits, and in the
# difference of two nearly equal numbers most of them cancel: that costs about 10⁻¹⁶ / h. So a
# smaller h is better only up to a point.

# %%
import matplotlib.pyplot as plt

steps = [10.0**-k for k in range(1, 15)]
central = [abs(central_difference(f, 0.7, h) - x.grad) for h in steps]
forward = [abs(forward_difference(f, 0.7, h) - x.grad) for h in steps]
for h, one, two in zip(steps, forward, central, strict=True):
    print(f"h = {h:.0e}: error {one:.1e} forward, {two:.1e} central")
best = steps[central.index(min(central))]
print(f"best h for the central difference: {best:.0e}")

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.loglog(steps, forward, "s--", label="forward difference")
ax.loglog(steps, central, "o-", label="central difference")
ax.set(xlabel="h", ylabel="error of the measured derivative")
ax.legend()
figure.savefig("gradient-check.svg")

# %% [markdown]
# Float32, which networks use, has only 7 digits: even the best h gives 4 or 5 right ones. That is
# why gradients are checked in float64, also when training is not.
#
# A rule with a mistake
# ---------------------
#
# Here is a square whose derivative someone got wrong: x instead of 2x. `gradcheck` moves each input
# up and down, compares, and says where it does not agree.


# %%
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x  # wrong: the derivative of x² is 2x


inputs = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
try:
    torch.autograd.gradcheck(Square.apply, inputs)
    complaint = ""
except RuntimeError as error:
    complaint = str(error)
print(complaint)

# %% [markdown]
# In a drawing nothing looks wrong: the operation has its name and a gradient goes through it. Only
# the comparison shows that 2, 4, 6 would have been right.

# %%
loss = Square.apply(inputs).sum()
loss.backward()
print("the gradient with the mistake:", inputs.grad.tolist())
print("gradcheck of x * x:", torch.autograd.gradcheck(lambda x: x * x, inputs))
picture = viz.graph(loss)
picture.render("gradient-check-graph.svg")
picture

# %% [markdown]
# What it cannot see
# ------------------
#
# At a kink there is no derivative to measure. relu(x) = max(0, x) at 0: to the right the slope is
# 1, to the left 0, the central difference says 1/2. Engines choose one: PyTorch and this one take
# 0. So checks are made away from kinks.

# %%
kink = central_difference(lambda x: Value(x).relu().data, 0.0, 1e-5)
x = Value(0.0)
x.relu().backward()
print(f"relu at 0: measured {kink}, rule {x.grad}")

# %% [markdown]
# Exercises
# ---------
#
# 1. Mend `Square.backward`, and let `gradcheck` say so.
# 2. Check tanh at x = 20 with h = 1e-5. The rule says 6.7·10⁻¹⁷ or so, the measurement 0. Who is
#    right, and why can the other not be?
# 3. A network of a million weights: how often must the network be run for a central difference of
#    each? And how often for `backward`?
