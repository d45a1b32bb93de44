# %% [markdown]
"""
The chain rule, by hand and by engine
=====================================

A network is a long formula. Training asks one question again and again: if this number moved a
little, how much would the result move? The answer is a derivative, and the rule that finds it for
formulas of any length is the chain rule (Leibniz, 1676): the derivatives of the parts, multiplied.

The formula of this lesson is f = (3x + 1)², at x = 2.
"""

# %% [markdown]
# By hand
# -------
#
# Cut the formula into steps that are so small that everyone knows their derivative:
#
# - v = 3 · x, and ∂v/∂x = 3
# - u = v + 1, and ∂u/∂v = 1
# - f = u², and ∂f/∂u = 2u
#
# Then multiply: ∂f/∂x = ∂f/∂u · ∂u/∂v · ∂v/∂x.

# %%
x = 2.0
v = 3 * x
u = v + 1
f = u**2
by_hand = (2 * u) * 1 * 3
print(f"v = {v}, u = {u}, f = {f}")
print(f"∂f/∂x = 2u · 1 · 3 = {by_hand}")

# %% [markdown]
# Whoever does not trust a formula can move x a little and look. That is not exact, but it can
# hardly be wrong.

# %%
h = 1e-6
measured = ((3 * (x + h) + 1) ** 2 - (3 * (x - h) + 1) ** 2) / (2 * h)
print(f"measured: {measured:.6f}")

# %% [markdown]
# By engine
# ---------
#
# A `Value` is a number that remembers what it was computed from. `backward` goes back from the
# result to the inputs and multiplies on the way, as we did. Read each step: what arrives, times the
# derivative of the operation, is what is sent on.

# %%
from tinygrad_edu import Value, trace, viz

x = Value(2.0)
u = 3 * x + 1
f = u**2
f.backward()
print(f"by engine: ∂f/∂x = {x.grad}\n")
print(trace.steps(f))

# %% [markdown]
# The same as a picture. Arrows show the way forward; the number on an arrow is what flows back
# along it, and its colour whether that has grown or shrunk since the output, where it is 1. (In a
# notebook the last line of a cell shows itself; as a script this one draws into a file.)

# %%
picture = viz.graph(f, reference=1.0)
picture.render("chain-rule.svg")
picture

# %% [markdown]
# Two ways from x to y
# --------------------
#
# In y = sin(x) · x² the input is used twice. If it moves, both factors move. The rule: multiply
# along each way, and **add** the ways up. This is why an engine writes `grad += …` and not
# `grad = …`.

# %%
x = Value(1.5)
y = x.sin() * x**2
y.backward()
ways = trace.explain(y, x)
print(ways)

# %%
picture = viz.graph(y)
picture.render("chain-rule-two-ways.svg")
picture

# %% [markdown]
# Why backwards? One could also multiply from x towards f. But a network has one loss and millions
# of weights: from the loss back, one walk gives all the derivatives. Linnainmaa described this in
# 1970 as a way to follow rounding errors; Rumelhart, Hinton and Williams trained networks with it
# in 1986 and called it back-propagation.
#
# Exercises
# ---------
#
# 1. By hand: the derivative of f = (5 − 2x)³ at x = 1. Check it with a `Value`.
# 2. What are the two ways in y = x · x, and what does each give at x = 3?
# 3. Call `backward()` twice on the same graph. What is `x.grad` then, and why?
