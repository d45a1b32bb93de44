# %% [markdown]
# # What batch normalization does to the gradient
#
# In a deep sigmoid network each layer multiplies the gradient by slopes of at most 1/4. BatchNorm1d
# before the activation brings its input back to mean 0 and variance 1, where the slope is largest.

# %%
import tinygrad_edu as torch
from tinygrad_edu import nn, viz


def network(normalized):
    """Make eight layers of 32 sigmoids, with BatchNorm1d before each or without."""
    layers = []
    for _ in range(8):
        layers += [nn.Linear(32, 32), *([nn.BatchNorm1d(32)] if normalized else []), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(32, 1))


# %%
for normalized in (False, True):
    torch.manual_seed(0)
    model = network(normalized)
    x = torch.randn(64, 32)
    loss = nn.MSELoss()(model(x), x[:, :1])
    loss.backward()
    print("with BatchNorm1d" if normalized else "without BatchNorm1d")
    print(viz.gradient_flow(model, loss), "\n")
    first, last = (p.grad.norm().item() for p in (model[0].weight, model[-1].weight))
    print(f"‖∂L/∂W‖: first layer {first:.1e}, last {last:.1e}, ratio {first / last:.1e}\n")

# %% [markdown]
# Exercises: put the BatchNorm1d behind the activation instead. Call `model.eval()` before the
# forward pass: which numbers does it normalize with then, and what becomes of the gradient?
