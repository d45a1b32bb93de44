# %% [markdown]
"""
The same script on PyTorch
==========================

Everything in these lessons is spelt as in PyTorch, and random numbers are drawn as PyTorch draws
them. So a script moves there by changing its import, and prints the same numbers.
"""

# %%
import tinygrad_edu
from tinygrad_edu import viz


def train(torch):
    """Train a small network; `torch` is this library, or PyTorch."""
    nn = torch.nn
    torch.manual_seed(0)
    x = torch.randn(200, 2)
    y = (x[:, :1] * x[:, 1:] > 0).float()  # 1 where both have the same sign
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(100):
        loss = nn.BCEWithLogitsLoss()(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, loss, losses


model, loss, losses = train(tinygrad_edu)
print("here:      ", [round(value, 4) for value in losses[::25]], round(losses[-1], 4))

# %% [markdown]
# And on PyTorch, if it is installed:

# %%
try:
    import torch
except ImportError:
    there = None
    print("PyTorch is not installed here: pip install torch")
else:
    _, _, there = train(torch)
    print("on PyTorch:", [round(value, 4) for value in there[::25]], round(there[-1], 4))
    difference = max(abs(a - b) / b for a, b in zip(losses, there, strict=True))
    print(f"largest relative difference: {difference:.0e}")

# %% [markdown]
# They are not equal to the last bit: sums of floats depend on the order in which they are added.
#
# What is only here is that one can look inside:

# %%
picture = viz.graph(loss, model, detail="modules")
picture.render("pytorch.svg")
print(viz.gradient_flow(model, loss).sentence)
picture

# %% [markdown]
# A model moves with its weights: `torch.save(model.state_dict(), path)` here writes a safetensors
# file, which PyTorch reads with `safetensors.torch.load_file(path)`.
#
# Exercises
# ---------
#
# 1. Take a script of your own from a PyTorch course, write `import tinygrad_edu as torch`, and run
#    it. What is missing is named by the error.
# 2. Where would you use which? Think of a GPU, of a class, of an exam.
