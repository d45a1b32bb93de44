# %% [markdown]
# # A neuron, and the chain rule with its numbers
#
# One neuron computes tanh(w·x + b). The backward pass walks the same graph from the output to the
# inputs and multiplies, at each operation, the gradient that arrives by the slope of the operation.

# %%
from tinygrad_edu import Value, viz

x = Value(2.0, label="x")
w = Value(-3.0, label="w")
b = Value(6.9, label="b")
z = w * x + b
z.label = "z"
y = z.tanh()
y.label = "y"
print("forward:  z =", z.data, " y =", round(y.data, 4))

# %%
y.backward()
slope = 1 - y.data**2
print("slope of tanh at z:      ", round(slope, 4))
print("dy/dw = slope · x        =", round(w.grad, 4), "=", round(slope * x.data, 4))
print("dy/dx = slope · w        =", round(x.grad, 4), "=", round(slope * w.data, 4))
print("dy/db = slope            =", round(b.grad, 4))

# %%
print("drawn in", viz.graph(y).render("neuron", format="svg", cleanup=True))

# %% [markdown]
# Exercises: make b = 16.9. Why do all gradients nearly vanish? Which activation would keep them?
