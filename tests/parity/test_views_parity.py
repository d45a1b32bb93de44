# ruff: noqa: E501 - a program is a line of a table
"""Changing views in place, against torch: numbers, first and second derivatives, and refusals.

Each line changes `x`, which was computed from the leaf `w` (shape (2, 3)), and views of it, with
the help of the leaf `y` (shape (3,)) and the leaf number `s`; tensors named u and v are looked at.
"""

import warnings
from types import SimpleNamespace

import pytest
from comparing import assert_same, outcome, programs, same_in_both
from parity.side_by_side import tg, torch

PRELUDE = """
w = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64, requires_grad=True)
y = torch.tensor([1.25, -0.5, 0.75], dtype=torch.float64, requires_grad=True)
s = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
x = w * 1
"""


def differentiated(program, lib):
    """Run a program; return what it leaves, and first and second derivatives of all of that."""
    names = {"torch": lib}
    exec(PRELUDE, names)
    exec(program, names)
    found = [names[name] for name in "xuv" if name in names]
    kinds = [(tuple(t.shape), t.requires_grad, t.is_leaf, t._version) for t in found]
    loss = sum((t.sin() * (i + 1)).sum() for i, t in enumerate(found))
    leaves = names["w"], names["y"], names["s"]
    first = lib.autograd.grad(loss, leaves, create_graph=True, materialize_grads=True)
    steep = sum((g * g).sum() for g in first)
    second = lib.autograd.grad(steep, leaves, materialize_grads=True)
    return kinds, [t.detach() for t in (*found, *first, *second)]


@programs("""
x[0] += y
x[0] *= y
x[0] /= y
x[0] **= 2
x[:, 1] -= s
x[0, 1] *= s
x[1:, ::2] *= y[:2]
x[..., -1] += s * s
x[:, None, 1:] *= y[:2]
v = x[0]; v.mul_(y)
v = x[0]; v.mul_(y); v.add_(s)
v = x[0]; v.exp_()
v = x[0]; v.sin_(); x.mul_(y)
v = x[0]; x.mul_(y)
v = x[0]; x.mul_(y); v.mul_(s)
v = x[0]; x.mul_(y); v.mul_(s); x.add_(s); v.sub_(y)
v = x.view(-1); v[1] = s
v = x.view(-1); v[1:3] *= s; x[0] += y
v = x.view(3, 2); u = v[1]; u.mul_(s)
v = x.view(3, 2); u = v[1]; x.mul_(s)
v = x.view(3, 2); u = x.view(-1); v.mul_(s); u[1] += s
v = x.reshape(6); v.mul_(s)
v = x.t(); v[0] *= s
v = x.t(); v.mul_(s); x[0] = y
v = x.T; v[1:] += s
v = x.transpose(0, 1)[1]; v.mul_(s)
v = x.permute(1, 0); v[:, 0].mul_(y)
v = x.unsqueeze(0); v[0, 1] = y
v = x[:1].squeeze(0); v.mul_(y)
v = x.unsqueeze(-1).squeeze(2)[1]; v += y
v = x.flatten(); v[::2] = y
v = x.flatten(); u = v[2:5]; u *= y; v[0] = s
v = x.diagonal(); v.mul_(s)
v = x.diagonal(1); v.copy_(y[:2]); x[0] *= s
v = x.narrow(1, 1, 2); v.mul_(s)
v = x.select(1, 2); v.add_(s)
v = x[0]; u = v[1:]; u.mul_(y[1:]); v.add_(y)
v = x[0]; v.copy_(y)
v = x[0]; v.fill_(3)
v = x[0]; v.fill_(s)
v = x[0]; v.zero_()
v = x[0]; v.zero_(); v.add_(y)
v = x[0]; x.zero_()
v = x[0]; x.copy_(y)
v = x[0]; x[0] = y
v = x[0]; x[0] = v
v = x[0]; x[1] = v
x[0] = x[1]
x[0][1] = s
x[0][1:][0] = s
x[0] = y; x[0, 1] = s; x[:, 2] = y[:2]
x[0] = w[1] * s; x[1] += x[0]
x[torch.tensor([0])] = y
x[torch.tensor([0, 1]), torch.tensor([2, 0])] = y[:2]
x[0, torch.tensor([0, 2])] = y[:2]
x[0, torch.tensor([0, 2])] *= s
x[:, torch.tensor([True, False, True])] *= s
x[x > 0] = s
x[x > 0] *= 2
x[x > 0] = x[x > 0] * s
v = x[0]; v[v > 0] = s
v = x.view(-1); v[torch.tensor([0, 3])] = y[:2]
v = x[0]; v[torch.tensor([2, 0])] += y[:2]; x *= s
x = torch.zeros(2, 3, dtype=torch.float64); x[0] += y
x = torch.zeros(2, 3, dtype=torch.float64); v = x[0]; x.add_(y)
x = torch.zeros(2, 3, dtype=torch.float64); v = x[0]; u = x[1]; v.add_(y)
x = torch.zeros(2, 3, dtype=torch.float64); v = x.view(-1)[1:4]; v.add_(y); u = x[0]; u.mul_(s)
x = torch.zeros(2, 3, dtype=torch.float64); v = x[0]; v[1] = s; v[2] = s * s
x = torch.zeros(3, dtype=torch.float64); [x[i:i + 1].add_(y[i] * s) for i in range(3)]
x = torch.zeros(3, 2, dtype=torch.float64).t(); x[0] += y; v = x[1]; v.add_(s)
x = w.t() * 1; v = x[0]; v.mul_(s)
x = w.t() * 1; v = x.t().view(-1); v[1] = s; x *= s
x = w.t() * 1; v = x.t()[0]; v *= y
x = w * 1; v = x.detach(); v.mul_(2)
x = w * 1; v = x.detach()[0]; v.mul_(2)
x = w * 1; v = x.detach(); v.mul_(y)
x = w * 1; v = x.detach(); u = v[0]; u.mul_(y)
x = w * 1; v = x.data[0]; v.mul_(2)
v = x[0]; exec("with torch.no_grad():\\n    v.mul_(2)")
v = x[0]; exec("with torch.no_grad():\\n    x.mul_(2)")
v = x[0]; exec("with torch.no_grad():\\n    x[0] = 5"); v.mul_(y)
v = x[0]; exec("with torch.no_grad():\\n    u = v[1:]\\n    u.mul_(2)"); del u
v = x[0]; x.mul_(s); exec("with torch.no_grad():\\n    v += 1")
v = x.clone()[0]; v.mul_(y)
v = x[0].clone(); x[0] *= y
v = x[torch.tensor([0])]; v.mul_(y)
v = x.tensor_split(2)[0]; v.mul_(y)
u = x[:2]; v = u[:, 1:]; u = None; del u; v.mul_(s)
v = x[0:0]; v.mul_(s)
v = x[:, 1:1]; x.mul_(s)
v = x[0]; v.add_(y, alpha=2).sub_(s, alpha=-3)
v = x[0]; v.clamp_(-0.5, 0.7)
v = x[0]; v.sigmoid_()
v = x[0]; v.relu_()
v = x[0]; v.square_().add_(1).log_()
x = torch.zeros(4, dtype=torch.float64); x[0] = s; [x.__setitem__(i, x[i - 1].clone() * y[i - 1]) for i in range(1, 4)]
v = x[0]; u = x[1].clone(); v.mul_(u)
v = x[0]; v[v > 0] = 2
v = x[0]; v.unsqueeze_(0); v.mul_(y)
v = x.t(); v.t_(); v.mul_(y)
v = x[:1]; v.squeeze_(); v.mul_(y); x.mul_(s)
v = x[:, :2]; v.transpose_(0, 1); v[0] *= s
x.t_(); v = x[0]; v.mul_(s)
x.unsqueeze_(0); x.mul_(y); v = x[0, 0]; v.mul_(s)
x.squeeze_().mul_(s)
x.transpose_(0, 1).mul_(s); x.swapaxes_(0, 1).mul_(y)
""")
def test_derivatives_of_changed_views(program):
    expected = outcome(lambda: differentiated(program, torch))
    assert_same(outcome(lambda: differentiated(program, tg)), expected)
    assert isinstance(expected, tuple), expected


LEAF = "w = torch.ones(2, 3, requires_grad=True); x = w * 1; "


@programs("""
v = x[0]; v.mul_(w[1]); v *= v; x.sum().backward()
v = x[0]; u = x[1]; v.mul_(u); x.sum().backward()
v = x[0]; v.mul_(x[1]); x[1].mul_(x[0]); x.sum().backward()
x[0] = 2; x[1] = x[0] * w[0]; x.sum().backward()
x[0] = 2; x[1] = x[0].clone() * w[0]; x.sum().backward(); w.grad
v = x[0]; v.tanh_().mul_(w[0]); x.sum().backward()
v = x[0]; v.square_().sqrt_().log_(); x.sum().backward()
w[0] += 1
w[0] = 1
w[0, torch.tensor([1])] = 1
w.view(-1).zero_()
w.t()[0].mul_(2)
w.unsqueeze_(0)
w.detach()[0].mul_(2); w
w.data[0].mul_(2); w
x.expand(4, 2, 3).add_(1)
x[:1].expand(4, 3).mul_(2)
x.unbind()[0].mul_(2)
x.unbind(1)[0][1:].mul_(2)
x.split(1)[0].mul_(2)
x.split([1, 2], 1)[0].mul_(2)
x.chunk(2)[1].mul_(2)
next(iter(x)).mul_(2)
a, b = x; a += 1
v = x.unbind()[0]; x.mul_(2); v * 3
v = x.split(1)[0]; x.mul_(2); v * 3
v = x.unbind()[0]; x.mul_(2); v.requires_grad
v = x.unbind()[0]; x.mul_(2); out = []; exec("with torch.no_grad():\\n    out.append(v * 3)"); out
v = x.unbind()[0]; exec("with torch.no_grad():\\n    v.mul_(2)"); x
v = torch.zeros(2, 3).unbind()[0]; v.mul_(2); v
v = torch.zeros(2, 3).unbind()[0]; v.mul_(w[0]); v
exec("with torch.no_grad():\\n    v = x[0]"); v.mul_(2)
exec("with torch.no_grad():\\n    v = x[0]"); x.mul_(2); v * 3
exec("with torch.no_grad():\\n    v = x[0]"); u = v[1:]; u.mul_(2)
exec("with torch.no_grad():\\n    v = x[0]\\n    v.mul_(2)"); x
exec("with torch.no_grad():\\n    v = torch.zeros(3)[1:]"); v.mul_(2); v
exec("with torch.no_grad():\\n    v = torch.zeros(3)[1:]"); v.mul_(w[0, 1:])
v = x[0]; z = v * v; v.mul_(2); z.sum().backward()
v = x[0]; z = v * v; x.mul_(2); z.sum().backward()
v = x[0]; z = v.exp(); x[1].mul_(2); z.sum().backward(); w.grad
v = x[0]; z = v * v; x[1].mul_(2); z.sum().backward()
v = x[0]; z = v + v; v.mul_(2); z.sum().backward(); w.grad
v = x.detach(); z = x * x; v.mul_(2); z.sum().backward()
v = x[0]; v.mul_(torch.ones(2, 3))
v = x[0]; v.mul_(torch.ones(2))
v = x[0]; v[5] = 1
v = x[0]; v.mul_(2); x.grad_fn.name().split("::")[-1], v.grad_fn.name(), v
v = x[0]; x.mul_(2); v.grad_fn.next_functions[0][0] is x.grad_fn, v
v = x[0]; x.mul_(2); v
v = x[0]; x.mul_(2); v.is_leaf, v.requires_grad
x = torch.zeros(3); v = x[0]; x.mul_(w[0]); v.is_leaf, v.requires_grad, v.grad_fn.name()
x = torch.zeros(3); v = x[0]; v.mul_(w[0, 0]); x.is_leaf, x.requires_grad, x.grad_fn.name().split("::")[-1]
x = torch.zeros(3); v = x[0]; x.mul_(w[0]); v.backward(); w.grad
x = torch.zeros(3); v = x[:2]; v.requires_grad_(); x.mul_(w[0]); v.is_leaf
x.detach_(); x.requires_grad, x.grad_fn
x[0].detach_()
v = x.retain_grad(); x.mul_(3); x.sum().backward(); x.grad, w.grad
v = x[0]; v.retain_grad(); x.mul_(3); (v * 5).sum().backward(); v.grad, w.grad
v = x[0]; v.retain_grad(); v.mul_(3); (v * 5).sum().backward(); v.grad, w.grad
out = []; x.register_hook(lambda g: out.append(g.clone())); x.mul_(3); x.sum().backward(); out
out = []; v = x[0]; v.register_hook(lambda g: out.append(g.clone())); x.mul_(3); v.sum().backward(); out
v = x[0]; v._base is x, v[1:]._base is x, x._base, v.clone()._base, v.detach()._base
v = x.view(6); v._base is x, x.t()._base is x, x._version
v = x[0]; x.mul_(2); v.add_(1); x._version, v._version
y = x.exp(); y.mul_(2); y.sum().backward()
x.exp_(); x.mul_(2); x.sum().backward()
x.sigmoid_(); x[0] = 1; x.sum().backward()
x.sigmoid_(); v = x[0]; v.mul_(2); x.sum().backward()
x.exp_(); x.add_(x); x.sum().backward()
x.exp_(); x.sum().backward(); w.grad
x.mul_(x); x.sum().backward()
x.add_(x); x.sum().backward(); w.grad
x.t().exp_(); x.sum().backward(); w.grad
x = torch.zeros(3); x.add_(w[0]).mul_(x); x.sum().backward()
""")
def test_what_torch_does_and_refuses(program):
    same_in_both(LEAF + program, torch)


def views_of_functions(lib):
    class Flat(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view(-1)

        @staticmethod
        def backward(ctx, g):
            return g.view(2, 3) * 2

    class Same(Flat):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    w = lib.ones(2, 3, requires_grad=True)
    return SimpleNamespace(w=w, x=w * 1, Flat=Flat, Same=Same)


@pytest.mark.parametrize("name", ["Flat", "Same"])
def test_results_of_custom_functions(name):
    for lib in (tg, torch):
        here = views_of_functions(lib)
        v = getattr(here, name).apply(here.x)
        with pytest.raises(RuntimeError, match="custom Function"):
            v.mul_(3)
        (v * 5).sum().backward()
        assert here.w.grad.tolist() == [[10.0] * 3] * 2
        with lib.no_grad():
            v.mul_(3)
        assert here.x.tolist() == [[3.0] * 3] * 2


def test_advice_on_lists_as_indices():
    for lib in (tg, torch):
        x = lib.arange(6).view(2, 3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert x[[slice(1), 0]].tolist() == [0]
        assert "non-tuple sequence" in str(caught[0].message)
