# %% [markdown]
"""
What the program of a backward pass looks like
==============================================

A graph that was recorded is a list of operations. Written out in order, forward and then backward,
it is a program without any engine: straight lines of arithmetic. That is the simplest way to see
that there is no magic in automatic differentiation, and it is how compilers make it fast.
"""

# %%
import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz

w, x, b, t = Value(2.0, "w"), Value(-1.5, "x"), Value(0.5, "b"), Value(1.0, "t")
L = ((w * x + b).tanh() - t) ** 2
L.label = "L"
L.backward()
program = trace.program(L)
print(program.python)

# %% [markdown]
# Above, the way forward. Below, the same operations in the opposite order: each line of it is a
# local derivative times what has arrived, `d_` and the name. Run it, as the text that it is:

# %%
names = {}
exec(program.python, names)
print("functions in it:", [name for name, value in names.items() if callable(value)])

# %%
picture = viz.graph(L)
picture.render("program.svg")
picture

# %% [markdown]
# The same for tensors
# --------------------
#
# Here the lines are numpy.

# %%
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
inputs, targets = torch.randn(5, 3), torch.randn(5, 1)
loss = nn.MSELoss()(model(inputs), targets)
tensor_program = trace.program(loss)
print(str(tensor_program)[:1500])

# %% [markdown]
# `torch.compile` makes such a program of a model and runs it from then on. The numbers are the
# same; only the engine is gone from the way.

# %%
compiled = torch.compile(model)
for _ in range(3):
    model.zero_grad()
    nn.MSELoss()(compiled(inputs), targets).backward()
gradient = model[0].weight.grad.clone()
model.zero_grad()
loss.backward()
same = torch.equal(gradient, model[0].weight.grad)
print("compiled and not compiled give the same gradient:", same)

# %% [markdown]
# Exercises
# ---------
#
# 1. Which numbers of the way forward does the way back use again? Those are what an engine has to
#    keep in memory.
# 2. `program.javascript` is the same program for a browser. In which lines do they differ?
