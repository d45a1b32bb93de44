# %% [markdown]
"""
Write your own operation
========================

An engine knows a few dozen operations and their derivatives. A new one needs two things: how to
compute it, and its rule, which takes the gradient that arrives and gives the one to send on. The
operation of this lesson is the bump y = e^(−x²), and its derivative is −2x · y.
"""

# %%
import math

import numpy as np

import tinygrad_edu as torch
from tinygrad_edu import Value, trace, viz

# %% [markdown]
# As in PyTorch
# -------------
#
# A class with `forward` and `backward`. What `backward` needs is saved in `ctx`.


# %%
class Bump(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.exp(-x * x)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * (-2 * x * y)


x = torch.tensor([-1.0, 0.0, 0.5], dtype=torch.float64, requires_grad=True)
Bump.apply(x).sum().backward()
checked = torch.autograd.gradcheck(Bump.apply, x)
print("gradient:", x.grad.tolist(), "gradcheck:", checked)

# %% [markdown]
# As an entry of the table
# ------------------------
#
# In this library all operations are entries of one table (`tinygrad_edu/ops/`). An entry says how
# to compute on a float and on an array, and its rule is one line of arithmetic, in which g is what
# arrives, y the output and x the input.

# %%
from tinygrad_edu.ops.operation import Operation

bump = Operation(
    "bump",
    "bump",
    definition="e^(−x²)",
    derivatives=("g · (−2x · y)",),
    on_floats=lambda x: math.exp(-x * x),
    on_arrays=lambda x: np.exp(-x * x),
    rules=(lambda g, y, x: g * (-2 * x * y),),
    source="exp(-{0} * {0})",
)

# %% [markdown]
# Since the rule is plain arithmetic, everything flows through it: numbers, tensors, second
# derivatives, and drawings.

# %%
v = Value(0.5, label="x")
y = bump(v)
y.label = "y"
y.backward()
by_hand = -2 * 0.5 * math.exp(-0.25)
print(f"Value: {v.grad:.6f}, by hand {by_hand:.6f}")

t = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
(first,) = torch.autograd.grad(bump(t), t, create_graph=True)
(second,) = torch.autograd.grad(first, t)
print(f"second derivative: {second.item():.6f}, by hand {(4 * 0.25 - 2) * math.exp(-0.25):.6f}")
print(trace.steps(y))
picture = viz.graph(y)
picture.render("new-operation.svg")
picture

# %% [markdown]
# Often no new operation is needed: what is written with operations that are there has its
# derivative already. `(-x * x).exp()` is the bump, too.
#
# Exercises
# ---------
#
# 1. Write x · σ(x) (SiLU) as a `Function`, and check it against `torch.nn.functional.silu`.
# 2. In `Bump.backward`, forget the factor g. When is the result still right?
