# %% [markdown]
"""
Why the order matters: topological order
========================================

Going back through a chain is easy: from the last to the first. In real formulas a number may be
used in several places, and its gradient is the sum of what comes back from all of them. Only when
the **last** of them has come is the sum complete and may be sent on.

The formula of this lesson: a = x · 2, b = a · a, y = a · b. Here is an engine of ten lines for it:
a number knows its parts, the numbers that it was computed from, and its slope with respect to each
of them.
"""


# %%
class Number:
    def __init__(self, data, parts=(), name=""):
        self.data, self.parts, self.name = data, parts, name
        self.grad = 0.0

    def __mul__(self, other):
        return Number(self.data * other.data, [(self, other.data), (other, self.data)])


def build():
    x = Number(3.0, name="x")
    a = x * Number(2.0, name="2")
    b = a * a
    y = a * b
    a.name, b.name, y.name = "a", "b", "y"
    return x, y


x, y = build()
print(f"y = {y.data} = (2x)³ = 8x³, so ∂y/∂x = 24x² = {24 * x.data**2}")

# %% [markdown]
# The naive way
# -------------
#
# Go back into each part as soon as something arrives at it. That sends on the sum **so far**.


# %%
def naive(number):
    for part, slope in number.parts:
        part.grad += number.grad * slope
        naive(part)


x, y = build()
y.grad = 1.0
naive(y)
wrong = x.grad
print("naive: ∂y/∂x =", wrong)

# %% [markdown]
# Twice too much. When 36 arrives at a from y, a sends 2 · 36 to x. When the next part arrives, a
# sends its whole sum again, with the 36 in it: x counts it twice, and then a third time.
#
# The right way
# -------------
#
# Put the numbers in an order in which each stands **after everything that it was computed from**: a
# topological order (Kahn, 1962; Tarjan, 1976). Then go through this list from its end. Whoever uses
# a number stands behind it, so it has sent its part before the number's own turn comes.


# %%
def ordered(output):
    order, seen = [], set()

    def visit(number):
        if number not in seen:
            seen.add(number)
            for part, _ in number.parts:
                visit(part)
            order.append(number)

    visit(output)
    return order


x, y = build()
y.grad = 1.0
for number in reversed(ordered(y)):
    for part, slope in number.parts:
        part.grad += number.grad * slope
right = x.grad
order = " → ".join(number.name for number in ordered(y))
print("order:", order)
print("in topological order: ∂y/∂x =", right)

# %% [markdown]
# This is all that `backward` does (see `tinygrad_edu/autograd/engine.py`). The picture shows what
# arrives at a, and along which arrow.

# %%
from tinygrad_edu import Value, viz
from tinygrad_edu.autograd import topological_order

x = Value(3.0)
a = x * 2
b = a * a
y = a * b
y.backward()
print("by engine: ∂y/∂x =", x.grad)
picture = viz.graph(y)
picture.render("order.svg")
picture

# %% [markdown]
# What the naive way costs
# ------------------------
#
# Let it send on only what is new, and it comes out right. But it walks every path, and of those
# there are many: v = v + v, n times, makes n numbers and 2ⁿ paths.

# %%
for n in (10, 20, 100):
    v = start = Value(1.0)
    for _ in range(n):
        v = v + v
    v.backward()
    print(f"n = {n:3d}: {len(topological_order([v])):3d} numbers, 2ⁿ = {start.grad:.3g} paths")

# %% [markdown]
# `backward` had all these paths in its sums after one visit to each number.
#
# Exercises
# ---------
#
# 1. For which formulas is the naive way right as it stands?
# 2. `visit` calls itself. What happens in a chain of 100,000 multiplications, and how could
#    `ordered` do without calling itself?
# 3. Change `naive` so that it sends on only what has just arrived. Is it right now?
