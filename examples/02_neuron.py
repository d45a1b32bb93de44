# %% [markdown]
"""
A neuron, and the gradient of each of its weights
=================================================

A neuron takes some inputs, gives each a weight, adds a bias, and bends the sum with an activation
function: y = tanh(w₁·x₁ + w₂·x₂ + b). All that a network learns is in its weights and biases, so
this is the formula whose derivatives matter.
"""

# %%
from tinygrad_edu import Value, trace, viz

x1, x2 = Value(2.0, label="x₁"), Value(0.0, label="x₂")
w1, w2 = Value(-3.0, label="w₁"), Value(1.0, label="w₂")
b = Value(6.9, label="b")

z = w1 * x1 + w2 * x2 + b
y = z.tanh()
z.label, y.label = "z", "y"
print(f"z = {z.data:.4f}, y = tanh(z) = {y.data:.4f}")

# %% [markdown]
# Three rules are enough for the way back:
#
# - tanh multiplies what arrives by its slope at z, which is 1 − y²;
# - a sum sends what arrives on to each of its parts unchanged;
# - a product sends to each factor what arrives times **the other** factor.
#
# So ∂y/∂w₁ = (1 − y²) · x₁, and ∂y/∂x₁ = (1 − y²) · w₁.

# %%
y.backward()
slope = 1 - y.data**2
print(f"slope of tanh at z: {slope:.4f}")
print(f"∂y/∂w₁ = {w1.grad:.4f}  = slope · x₁ = {slope * x1.data:.4f}")
print(f"∂y/∂w₂ = {w2.grad:.4f}  = slope · x₂ = {slope * x2.data:.4f}")
print(f"∂y/∂x₁ = {x1.grad:.4f} = slope · w₁ = {slope * w1.data:.4f}")
print(f"∂y/∂b  = {b.grad:.4f}  = slope")

# %%
picture = viz.graph(y)
picture.render("neuron.svg")
picture

# %% [markdown]
# `trace.explain` tells what made one of these gradients as large as it is, factor by factor.

# %%
print(trace.explain(y, w1, {"w₁": w1, "w₂": w2, "b": b}))

# %% [markdown]
# Two things to see. The weight of an input that was 0 gets no gradient: w₂ had no part in this
# result, so nothing is learnt about it from this example. And everything goes through the slope of
# tanh: where that is small, all the gradients are small together.
#
# A step of learning
# ------------------
#
# Say y should have been 0. The loss L = (y − 0)² measures by how much it was not. Each weight takes
# a small step against its gradient, and the loss falls.

# %%
weights = [w1, w2, b]


def loss_now():
    return ((w1 * x1 + w2 * x2 + b).tanh() - 0.0) ** 2


losses = []
for step in range(40):
    loss = loss_now()
    for weight in weights:
        weight.grad = None
    loss.backward()
    for weight in weights:
        weight.data -= 0.01 * weight.grad
    losses.append(loss.data)
    if step in (0, 1, 10, 39):
        print(f"step {step:2d}: loss {loss.data:.4f}")

# %% [markdown]
# Exercises
# ---------
#
# 1. Make b = 16.9 at the beginning. Why do all the gradients nearly vanish, and which activation
#    function would keep them?
# 2. With b = 6.9 and the target 0: does w₂ ever change? What would have to be different?
# 3. `viz.explore(loss, "neuron.html")` makes a page. Drag b in it until the gradient of w₁ is
#    largest. At which z is that?
