# %% [markdown]
"""
Second derivatives: Newton's method
===================================

The gradient says which way is down, not how far. The second derivative says how fast the slope
changes, and so where it will be 0: Newton's step is x ← x − f'(x) / f''(x). To get f'' one
differentiates the gradient: it was computed from x too, and `create_graph=True` records how.
"""

# %%
import tinygrad_edu as torch
from tinygrad_edu import Value, autograd, viz


def f(x):
    return x**4 / 4 - x**2 + x / 2


x = Value(2.0)
(first,) = autograd.grad(f(x), x, create_graph=True)
(second,) = autograd.grad(first, x)
print(f"f'(2) = {first.data}, by hand x³ − 2x + 1/2 = {2.0**3 - 2 * 2.0 + 0.5}")
print(f"f''(2) = {float(second)}, by hand 3x² − 2 = {3 * 2.0**2 - 2}")

# %% [markdown]
# The graph of the **gradient**: it is made of the rules of the operations, and each of them is an
# operation itself.

# %%
picture = viz.graph(first)
picture.render("newton.svg")
picture

# %% [markdown]
# Newton's steps, and for comparison steps down the gradient:


# %%
def newton(x):
    (slope,) = autograd.grad(f(x), x, create_graph=True)
    (curvature,) = autograd.grad(slope, x)
    return x.data - slope.data / float(curvature)


def descent(x):
    (slope,) = autograd.grad(f(x), x)
    return x.data - 0.1 * float(slope)


slopes = {}
for step in (newton, descent):
    x, slopes[step.__name__] = Value(2.0), []
    for _ in range(6):
        (slope,) = autograd.grad(f(x), x)
        slopes[step.__name__].append(abs(float(slope)))
        x = Value(step(x))
    print(f"{step.__name__:8}", " ".join(f"{slope:.1e}" for slope in slopes[step.__name__]))

# %% [markdown]
# Near the goal the number of right digits doubles in each of Newton's steps.
#
# Two numbers
# -----------
#
# With several numbers f'' is a matrix, the Hessian H of all second derivatives, and the step solves
# H · d = gradient. Rosenbrock's valley (1960) takes descent thousands of steps.


# %%
def valley(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


p = torch.tensor([-1.2, 1.0], dtype=torch.float64)
values = [valley(p).item()]
for _ in range(6):
    gradient = torch.autograd.functional.jacobian(valley, p)
    hessian = torch.autograd.functional.hessian(valley, p)
    p = p - torch.linalg.solve(hessian, gradient)
    values.append(valley(p).item())
print("Rosenbrock:", " ".join(f"{value:.1e}" for value in values), "at", p.tolist())

# %% [markdown]
# Why are networks not trained like this? A million weights have a Hessian of 10¹² numbers. And
# where the curvature is negative, Newton's method walks to a maximum.
#
# Exercises
# ---------
#
# 1. Start Newton's method of f at x = 0.2. Where does it end, and is that a minimum?
# 2. What is the third derivative of f at 2? Ask the engine.
