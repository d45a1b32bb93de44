"""Gradients: leaves, backward, accumulation, stopping, hooks, Jacobians."""

import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x**2 + 3 * x
print(y, y.grad_fn is not None, x.is_leaf, y.is_leaf)
y.sum().backward()
print(x.grad)
(2 * x).sum().backward()
print("accumulated", x.grad)
x.grad.zero_()
z = (x * x).mean()
z.backward()
print(x.grad)
x.grad = None

# a vector needs a gradient to start with
y = x * torch.tensor([1.0, 10.0, 100.0])
y.backward(torch.tensor([1.0, 1.0, 0.5]))
print(x.grad)

# parts that are not differentiated
with torch.no_grad():
    print((x * 2).requires_grad)
print((x * 2).detach().requires_grad, x.detach().numpy())


@torch.no_grad()
def predict(v):
    return v * 2


print(predict(x).requires_grad)

# inner gradients
a = torch.tensor(2.0, requires_grad=True)
b = a * 3
b.retain_grad()
c = b.tanh()
c.backward()
print(a.grad, b.grad)

# hooks
seen = []
w = torch.ones(2, requires_grad=True)
h = w * 2
handle = h.register_hook(lambda g: seen.append(g.clone()))
h.register_hook(lambda g: g * 10)
h.sum().backward()
handle.remove()
print(seen, w.grad)

# retain_graph, and what happens without it
v = torch.tensor(3.0, requires_grad=True)
u = v.exp()
u.backward(retain_graph=True)
u.backward()
print(v.grad)
try:
    u.backward()
except RuntimeError as error:
    print(type(error).__name__, str(error)[:45])

(g,) = torch.autograd.grad(v**3, v)
print(g, v.requires_grad_(False).requires_grad)
J = torch.autograd.functional.jacobian(lambda t: t**2 + t.sum(), torch.tensor([1.0, 2.0]))
H = torch.autograd.functional.hessian(lambda t: (t**3).sum(), torch.tensor([1.0, 2.0]))
print(J, H)
print(torch.autograd.functional.vjp(lambda t: t * 2, torch.ones(2), torch.ones(2)))
