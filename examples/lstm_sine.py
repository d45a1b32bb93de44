# %% [markdown]
# # An LSTM learns a sine wave, and its gradient goes back through time
#
# The network reads 50 numbers of a wave one after another and predicts the next. It can only learn
# from what the gradient brings back: through 50 steps, from the last number to the first.

# %%
import tinygrad_edu as torch
from tinygrad_edu import nn, optim

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
print("\n t   rms of ∂L/∂h_t: untrained   trained")
for t, sizes in enumerate(zip(before, after, strict=True)):
    print(f"{t:2d}               {sizes[0]:12.2e} {sizes[1]:9.2e}")
for name, sizes in (("untrained", before), ("trained", after)):
    print(f"{name}: of the gradient at t = 49, {sizes[0] / sizes[49]:.1e} arrives at t = 0")

# %% [markdown]
# Exercises: replace LSTMCell by RNNCell (its state is h alone): what arrives at t = 0? Add 2 to the
# second quarter of `cell.bias_hh`, the bias of the forget gate, before training: what changes, and
# why? Draw the graph of a wave of 3 numbers with `viz.graph(loss)`.
