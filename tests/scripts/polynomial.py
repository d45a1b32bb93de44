"""sin(x) by a polynomial of degree 3: by hand, by autograd, by nn, by optim, by a module."""

import math

import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-math.pi, math.pi, 500)
y = torch.sin(x)

# gradients by hand
a, b, c, d = (torch.randn(()) for _ in range(4))
for t in range(300):
    y_pred = a + b * x + c * x**2 + d * x**3
    loss = (y_pred - y).pow(2).sum().item()
    grad_y = 2.0 * (y_pred - y)
    a -= 1e-6 * grad_y.sum()
    b -= 1e-6 * (grad_y * x).sum()
    c -= 1e-6 * (grad_y * x**2).sum()
    d -= 1e-6 * (grad_y * x**3).sum()
print("by hand", loss, a.item(), b.item(), c.item(), d.item())

# gradients by autograd
weights = [torch.randn((), requires_grad=True) for _ in range(4)]
for t in range(300):
    y_pred = sum(w * x**i for i, w in enumerate(weights))
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= 1e-6 * w.grad
            w.grad = None
print("autograd", loss.item(), [w.item() for w in weights])

# layers and an optimizer
powers = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))
model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0, 1))
loss_fn = nn.MSELoss(reduction="sum")
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for t in range(300):
    loss = loss_fn(model(powers), y)
    if t % 100 == 99:
        print(t, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
layer = model[0]
print(f"{layer.bias.item()} + {layer.weight[:, 0].item()} x + {layer.weight[:, 1].item()} x^2")


class Polynomial3(nn.Module):
    """The same as a module."""

    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.randn(()))
        self.b = nn.Parameter(torch.randn(()))
        self.c = nn.Parameter(torch.randn(()))
        self.d = nn.Parameter(torch.randn(()))

    def forward(self, x):
        return self.a + self.b * x + self.c * x**2 + self.d * x**3

    def string(self):
        a, b, c, d = (p.item() for p in self.parameters())
        return f"y = {a} + {b} x + {c} x^2 + {d} x^3"


model = Polynomial3()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for t in range(300):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), model.string())
print(model, list(model.state_dict()))
