# %% [markdown]
"""
An LSTM learns a sine wave, and its gradient goes back through time
===================================================================

The network reads 50 numbers of a wave one after another and predicts the next. It can only learn
from what the gradient brings back: through 50 steps, from the last number to the first. A cell of
an LSTM (Hochreiter and Schmidhuber, 1997) adds to its state, c = f · c + i · g, so that on the way
back the gradient is multiplied by f alone, the forget gate (Gers and others, 2000).
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import nn, optim, viz

torch.manual_seed(0)
wave = torch.sin(torch.arange(0, 66, dtype=torch.float32) * 0.2)
x = torch.stack([wave[i : i + 50] for i in range(16)], 1).unsqueeze(2)  # (steps, n, 1)
target = wave[50:].unsqueeze(1)


class Oracle(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(1, 32)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        state, self.hs = None, []
        for x_t in x:  # what nn.LSTM does; written out to keep each h
            state = self.cell(x_t, state)
            self.hs.append(state[0])
        return self.head(self.hs[-1])


def gradient_through_time(model):
    """Return the root mean square of ∂L/∂h_t for each step t."""
    output = model(x)
    for h in model.hs:
        h.retain_grad()
    nn.functional.mse_loss(output, target).backward()
    return [h.grad.square().mean().sqrt().item() for h in model.hs]


# %%
model = Oracle()
before = gradient_through_time(model)
optimizer = optim.Adam(model.parameters(), lr=0.01)
for step in range(1, 101):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), target)
    loss.backward()
    optimizer.step()
    if step in (1, 10, 100):
        print(f"step {step:3d}: squared error {loss.item():.5f}")
after = gradient_through_time(model)

# %%
arrives = {}
for name, sizes in (("untrained", before), ("trained", after)):
    arrives[name] = sizes[0] / sizes[49]
    print(f"{name}: of the gradient at t = 49, {arrives[name]:.1e} arrives at t = 0")

figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
ax.semilogy(before, "--", lw=2, label="untrained")
ax.semilogy(after, lw=2, label="trained")
ax.set(xlabel="time t", ylabel="rms of ∂L/∂h at t", title="The gradient through time")
ax.legend()
figure.savefig("lstm.svg")

# %% [markdown]
# Before training the forget gates are at about σ(0) = 1/2, and half of the gradient is lost at each
# step. Training opens them: what is worth remembering is passed on, and so is the gradient.
#
# One step of the cell, drawn:

# %%
cell = nn.LSTMCell(1, 2)
h, c = cell(torch.tensor([[0.5]]), (torch.zeros(1, 2), torch.ones(1, 2, requires_grad=True)))
cell_loss = (h**2).sum()
cell_loss.backward()
picture = viz.graph(cell_loss, cell)
picture.render("lstm-cell.svg")
picture

# %% [markdown]
# Exercises
# ---------
#
# 1. Add 2 to the second quarter of `cell.bias_hh`, the bias of the forget gate, before training.
#    How much of the gradient arrives at t = 0 now, and why?
# 2. Put `nn.RNNCell` in the place of `nn.LSTMCell`: its state is h alone. What arrives at t = 0?
