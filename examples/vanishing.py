# %% [markdown]
# # Why a deep sigmoid network does not learn
#
# A factor below 1 at every step makes nothing of a number; one above 1 makes it huge. A layer of a
# network is such a factor to the gradient: the slope of its activation times its weights.

# %%
from tinygrad_edu import Value

for factor in (0.9, 1.1):
    x = Value(1.0)
    y = x
    for _ in range(100):
        y = y * factor
    y.backward()
    print(f"{factor}^100 = {x.grad:.6g}, the gradient through 100 multiplications by {factor}")

# %%
import tinygrad_edu as torch
from tinygrad_edu import nn

activations = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}
for name, activation in activations.items():
    torch.manual_seed(0)
    layers = []
    for _ in range(10):
        layers += [nn.Linear(16, 16), activation()]
    model = nn.Sequential(*layers)
    loss = nn.MSELoss()(model(torch.randn(32, 16)), torch.zeros(32, 16))
    loss.backward()
    first, last = (model[i].weight.grad.norm().item() for i in (0, 18))
    print(f"{name:10s} ‖∂L/∂W‖: first layer {first:.1e}, last {last:.1e}, ratio {first / last:.1e}")

# %% [markdown]
# Exercises: run `tinygrad-edu flow` for the same on real digits. Put `nn.init.xavier_uniform_` on
# the weights: which of the four networks gains most? Why is a sigmoid's factor at most 1/4 of its
# weights?
