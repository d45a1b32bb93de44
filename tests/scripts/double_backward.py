"""Derivatives of derivatives: Newton's method, a gradient penalty, a Hessian by hand."""

import torch
from torch.autograd import grad

x = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
for i in range(5):
    y = x**4 - 3 * x**3 + 2
    (dy,) = grad(y, x, create_graph=True)
    (d2y,) = grad(dy, x)
    with torch.no_grad():
        x -= dy / d2y
    print(i, f"{x.item():.10f} {dy.item():.4e} {d2y.item():.4e}")

# the derivatives of sin, one after the other
t = torch.linspace(0, 1, 5, requires_grad=True)
d = torch.sin(t)
for order in range(4):
    (d,) = grad(d.sum(), t, create_graph=True)
    print(order + 1, d.detach())

# a gradient penalty, as in WGAN-GP
torch.manual_seed(0)
critic = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
points = torch.randn(6, 4, requires_grad=True)
scores = critic(points)
(g,) = grad(scores, points, grad_outputs=torch.ones_like(scores), create_graph=True)
penalty = ((g.norm(2, dim=1) - 1) ** 2).mean()
penalty.backward()
print(penalty.item(), [p.grad is not None and f"{p.grad.norm():.5f}" for p in critic.parameters()])

# a Hessian, row by row
w = torch.tensor([1.0, 2.0], requires_grad=True)
f = w[0] ** 2 * w[1] + torch.exp(w[1])
first = grad(f, w, create_graph=True)[0]
rows = [grad(first[i], w, retain_graph=True)[0] for i in range(2)]
print(first, torch.stack(rows))
