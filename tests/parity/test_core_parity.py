# ruff: noqa: E501 - a program is a line of a table
"""Tensors against torch: small programs, run under both libraries, must come to the same.

A program is a line of a table; its last expression is what is compared: numbers, shapes, dtypes,
whether it requires grad, whether it is a leaf, the name of the node that made it, or the error.
"""

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")


@programs("""
torch.tensor(1)
torch.tensor(1.5)
torch.tensor(True)
torch.tensor([])
torch.tensor([[], []])
torch.tensor([1, 2.5, True])
torch.tensor([True, 1])
torch.tensor([True, False])
torch.tensor([[1, 2], [3, 4]])
torch.tensor((1.0, 2.0))
torch.tensor(range(3))
torch.tensor([1, 2], dtype=torch.float32)
torch.tensor([1.7, -1.7], dtype=torch.int64)
torch.tensor([0.0, 0.1, nan], dtype=torch.bool)
torch.tensor([1.0], dtype=torch.double)
torch.tensor([1], dtype=torch.short), torch.tensor([1], dtype=torch.int), torch.tensor([1], dtype=torch.long)
torch.tensor(-1, dtype=torch.uint8)
torch.tensor([300], dtype=torch.uint8)
torch.tensor(2**63)
torch.tensor(1e308)
torch.tensor(1e-46)
torch.tensor([inf, -inf, nan])
torch.tensor(np.float64(1.5))
torch.tensor(np.float32(1.5))
torch.tensor(np.int32(7))
torch.tensor(np.array([1, 2], dtype=np.int16))
torch.tensor(np.ones((2, 2)))
torch.tensor([np.float64(1), 2])
torch.tensor([np.ones(2), np.zeros(2)])
torch.tensor([torch.tensor(1.0), 2])
torch.tensor([torch.tensor(1), torch.tensor(2.5)])
torch.tensor([[torch.tensor(1.0), 2.0], [3, 4]])
torch.tensor([1.0], requires_grad=True)
torch.tensor([1.0], device="cpu")
torch.tensor([1.0], device=torch.device("cpu"))
torch.tensor([1, 2], dtype=torch.float32, requires_grad=True)
torch.tensor([1], requires_grad=True)
torch.tensor([[1], [1, 2]])
torch.tensor("a")
torch.tensor(None)
torch.tensor()
torch.as_tensor([1.0, 2.0])
torch.as_tensor(3)
torch.as_tensor([1, 2], dtype=torch.float64)
x = torch.ones(2); torch.as_tensor(x) is x
x = torch.ones(2); torch.as_tensor(x, dtype=torch.float64)
a = np.ones(2); x = torch.as_tensor(a); a[0] = 5; x
a = np.ones(2); x = torch.tensor(a); a[0] = 5; x
a = np.ones(2, dtype=np.float32); x = torch.from_numpy(a); x += 1; x.dtype, a.tolist()
torch.from_numpy(np.array([1, 2]))
torch.from_numpy(np.array(["a"]))
torch.from_numpy(np.array([True, False]))
torch.zeros(3)
torch.zeros(2, 3)
torch.zeros((2, 3))
torch.zeros([2, 3])
torch.zeros(())
torch.zeros(0)
torch.zeros(2, 0)
torch.zeros(torch.Size([2]))
torch.zeros(2, dtype=torch.int8)
torch.zeros(2, dtype=torch.bool)
torch.zeros(2, requires_grad=True)
torch.zeros(-1)
torch.zeros(1.5)
torch.zeros("2")
torch.ones(2, 2)
torch.ones((2,), dtype=torch.float64)
torch.ones(2, dtype=torch.int32, requires_grad=True)
torch.empty(2, 3).shape
torch.empty((0, 2)).dtype
torch.full((2,), 7)
torch.full((2,), 7.0)
torch.full((2,), True)
torch.full([2, 2], 7, dtype=torch.float64)
torch.full((), 2.5, requires_grad=True)
torch.full((2,), 2.7, dtype=torch.int64)
torch.arange(5)
torch.arange(5.0)
torch.arange(2, 5)
torch.arange(2, 5, 2)
torch.arange(0, 1, 0.25)
torch.arange(0, 1, 0.1)
torch.arange(1, 0, -0.25)
torch.arange(5, 0, -2)
torch.arange(0)
torch.arange(3, 3)
torch.arange(0, 5, dtype=torch.float32)
torch.arange(0, 5, dtype=torch.float64)
torch.arange(0.5, 3, dtype=torch.int64)
torch.arange(-3, 3)
torch.arange(start=1, end=4)
torch.arange(end=4)
torch.arange(0, 10, 3.5)
torch.arange(0, 1, 0)
torch.arange(1, 0)
torch.arange(3, requires_grad=True)
torch.arange(3.0, requires_grad=True)
torch.arange(0, 1, 1 / 3)
torch.arange(0, 1.05, 0.05)
torch.arange(1e6, 1e6 + 3)
torch.arange(0, 2**24 + 3.0, 2.0**23)
torch.linspace(0, 1, 5)
torch.linspace(0, 1, 4)
torch.linspace(-1, 1, 101)
torch.linspace(3, 3, 2)
torch.linspace(0, 1, 1)
torch.linspace(0, 1, 0)
torch.linspace(1, 0, 3)
torch.linspace(0, 10, 5, dtype=torch.int64)
torch.linspace(0, 1, 3, dtype=torch.float64)
torch.linspace(0, 1, steps=3, requires_grad=True)
torch.linspace(0, 1, -1)
torch.eye(3)
torch.eye(2, 3)
torch.eye(2, dtype=torch.int64)
torch.eye(0)
torch.eye(2, requires_grad=True)
torch.zeros_like(torch.ones(2, 3))
torch.zeros_like(torch.ones(2, dtype=torch.int64))
torch.zeros_like(torch.ones(2), dtype=torch.float64)
torch.zeros_like(torch.ones(2, requires_grad=True))
torch.ones_like(torch.zeros(2, 0))
torch.ones_like(torch.zeros(2), requires_grad=True)
torch.empty_like(torch.ones(2, 3)).shape
torch.full_like(torch.ones(2), 3)
torch.full_like(torch.ones(2, dtype=torch.int64), 3.7)
torch.full_like(torch.ones(2), 3, dtype=torch.int64)
torch.Tensor([1, 2])
torch.Tensor(2, 3).shape
torch.Tensor().shape
torch.set_default_dtype(torch.float64); x = torch.tensor(1.0), torch.ones(2), torch.arange(1.0), torch.tensor([1]) / 2; torch.set_default_dtype(torch.float32); x
torch.get_default_dtype()
torch.set_default_dtype(torch.int64)
torch.set_default_dtype("float64")
""")
def test_constructors(program: str) -> None:
    same_in_both(program, torch)


INDICES = """
0
-1
1, 2
-1, -1, -1
0, 1, 2
slice(None)
slice(1, None)
slice(None, -1)
slice(None, None, 2)
slice(1, 3, 2)
slice(5, None)
slice(2, 1)
slice(-100, 100)
None
None, 0
0, None
slice(None), None, 1
None, None
...
..., 0
0, ...
0, ..., 1
..., None
slice(None), 1
slice(None), slice(0, 2), slice(None, None, 3)
1, slice(1, None), None
(slice(None), [0, 2])
[0, 1, 1]
[1]
[True, False]
torch.tensor([0, 1, 0])
torch.tensor([[0, 1], [1, 0]])
torch.tensor(1)
torch.tensor([-1, 0])
torch.tensor([], dtype=torch.int64)
torch.tensor([1], dtype=torch.int32)
torch.tensor([True, False])
x > 5
x[0] > 5
(x > 5).detach()
x > 100
slice(None), torch.tensor([0, 2])
slice(None), torch.tensor([0, 2]), torch.tensor([1, 3])
torch.tensor([0, 1]), torch.tensor([2, 0])
torch.tensor([0, 1]), slice(None), torch.tensor([2, 0])
torch.tensor([[0], [1]]), torch.tensor([0, 2])
0, torch.tensor([0, 2])
torch.tensor([0, 1]), 0
torch.tensor([0, 1]), ..., 0
..., torch.tensor([0, 1, 3])
None, torch.tensor([0, 1])
torch.tensor([0, 1]), None
slice(1, None), torch.tensor([True, False, True])
torch.tensor([True, True]), 0
torch.tensor([True, False]), [0]
slice(None), [0, 2], slice(1, 3)
[0, 1], [1, 2]
([0, 1], [1, 2], [0, 0])
np.array([0, 1])
np.array([True, False])
np.int64(1)
torch.tensor(True)
True
2
-3
0, 3
0, 0, 0, 0
torch.tensor([2])
torch.tensor([0, 1]), torch.tensor([0, 1, 2])
torch.tensor([True, False, True])
torch.tensor([0.5])
0.5
slice(None, None, -1)
slice(None, None, 0)
"""
"""Indices of a tensor x of shape (2, 3, 4)."""


@programs(INDICES)
def test_reading_at_an_index(program: str) -> None:
    same_in_both(
        "x = torch.arange(24.0).reshape(2, 3, 4).requires_grad_();"
        f"y = x[{program}]; (y * (y + 1)).sum().backward(); y, x.grad",
        torch,
    )


@pytest.mark.parametrize(
    "value", ["7", "torch.tensor(2.5, requires_grad=True)", "x.detach()[{}] * 2"]
)
@programs(INDICES)
def test_writing_at_an_index(program: str, value: str) -> None:
    same_in_both(
        "x = torch.arange(24.0).reshape(2, 3, 4).requires_grad_(); y = x * 2;"
        f"v = {value.format(program)}; y[{program}] = v; (y * y).sum().backward();"
        "y, x.grad, getattr(v, 'grad', None)",
        torch,
    )


@programs("""
x = torch.zeros(2, 3); x[0] = torch.tensor([1.0, 2.0, 3.0]); x
x = torch.zeros(2, 3); x[:, 1] = 5; x
x = torch.zeros(2, 3); x[:, 1] = torch.tensor([[1.0], [2.0]]); x
x = torch.zeros(2, 3); x[0] = torch.tensor([[[1.0, 2.0, 3.0]]]); x
x = torch.zeros(2, 3); x[0] = torch.tensor([1.0, 2.0]); x
x = torch.zeros(2, 3); x[0, 1] = torch.tensor([[4.0]]); x
x = torch.zeros(3, dtype=torch.int64); x[0] = 2.7; x
x = torch.zeros(3, dtype=torch.int64); x[:2] = torch.tensor([1.9, -1.9]); x
x = torch.zeros(3, dtype=torch.bool); x[0] = 3; x
x = torch.zeros(3); x[1] = True; x
x = torch.zeros(3); x[torch.tensor([0, 0])] = torch.tensor([1.0, 1.0]); x
x = torch.zeros(3); x[torch.tensor([0, 2])] += 1; x
x = torch.zeros(3); x[x == 0] = 4; x
x = torch.arange(4.0); x[x > 1] *= 2; x
x = torch.arange(4.0); x[1:] = x[:-1].clone(); x
x = torch.zeros(2, 2); x[...] = torch.ones(2); x
x = torch.zeros(3); x[1] = torch.tensor(2.0, dtype=torch.float64); x
x = torch.zeros(2); x[0] = np.float64(3); x
w = torch.ones(3, requires_grad=True); x = torch.zeros(3); x[1:] = w[1:] * 2; x.sum().backward(); x, w.grad
w = torch.ones(3, requires_grad=True); x = w * 2; x[0] = w[1] * 3; (x * x).sum().backward(); x, w.grad
w = torch.ones(3, requires_grad=True); x = w * 2; x[0] = 0; x[1] = x[2] * 4; x.sum().backward(); x, w.grad
w = torch.ones(3, requires_grad=True); x = w.exp(); x[0] = 0; x.sum().backward()
w = torch.ones(3, requires_grad=True); w[0] = 5
w = torch.ones(3, requires_grad=True); exec("with torch.no_grad():\\n    w[0] = 5"); w
w = torch.ones(3, requires_grad=True); v = w[1:]; v[0] = 5
w = torch.ones(3, requires_grad=True); w.data[0] = 5; w
w = torch.ones(3, requires_grad=True); w.detach()[0] = 5; w
x = torch.arange(6.0).reshape(2, 3); x.T[0] = 9; x
x = torch.arange(6.0).reshape(2, 3); x[:, ::2].zero_(); x
x = torch.arange(6.0); v = x[2:4]; v += 10; x
x = torch.zeros(2, 2); x[0, 0], x[1, 1] = 1, 2; x
""")
def test_assignments(program: str) -> None:
    same_in_both(program, torch)


@programs("""
x = torch.ones(2); y = x; y += 1; x is y, x, x._version
x = torch.ones(2); x.add_(2).mul_(3).sub_(1).div_(2); x, x._version
x = torch.ones(2); x.add_(torch.ones(2), alpha=3); x
x = torch.ones(2); x.sub_(1, alpha=0.5); x
x = torch.ones(2) * 3; x.pow_(2); x
x = torch.ones(2) * 3; x **= 2; x
x = torch.ones(2); x.zero_(); x
x = torch.ones(2); x.fill_(3.5); x
x = torch.ones(2); x.fill_(torch.tensor(3.5)); x
x = torch.ones(2); x.fill_(torch.ones(2)); x
x = torch.ones(2, 2); x.copy_(torch.arange(2)); x
x = torch.ones(2); x.copy_(torch.ones(2, 2)); x
x = torch.ones(2, dtype=torch.int64); x += 1; x
x = torch.ones(2, dtype=torch.int64); x += 1.5
x = torch.ones(2, dtype=torch.int64); x /= 2
x = torch.ones(2, dtype=torch.int64); x *= True; x
x = torch.ones(2, dtype=torch.int32); x += torch.ones(2, dtype=torch.int64); x
x = torch.ones(2, dtype=torch.bool); x += 1
x = torch.ones(2); x += torch.ones(2, dtype=torch.float64); x
x = torch.ones(2, dtype=torch.float64); x += torch.ones(2); x
x = torch.ones(2); x += torch.ones(3, 2)
x = torch.ones(3, 2); x += torch.ones(2); x
x = torch.ones(1); x += torch.ones(2)
x = torch.ones(1).expand(3); x += 1
x = torch.ones(2); v = x.view(2, 1); v += 1; x._version, v._version
x = torch.ones(2); v = x[0]; x.add_(1); v, v._version
x = torch.ones(2); v = x.detach(); v.add_(1); x, x._version
x = torch.ones(2); v = x.data; v.add_(1); x, x._version
x = torch.ones(2); v = x.clone(); v.add_(1); x
x = torch.ones(2, 3); v = x.reshape(6); v.zero_(); x
x = torch.ones(2, 3); v = x.T.reshape(6); v.zero_(); x
x = torch.ones(2, 3); v = x.flatten(); v.zero_(); x
x = torch.ones(2, 3); v = x.expand(4, 2, 3); x.zero_(); v
x = torch.ones(2, 3); v = x.squeeze(); v.zero_(); x
x = torch.ones(2, 3); v = x.unsqueeze(0).permute(2, 0, 1).transpose(0, 2); v.zero_(); x
x = torch.ones(2, 3); v = x.split(1)[0]; v.zero_(); x
x = torch.ones(2, 3); v = x.chunk(3, dim=1)[1]; v.zero_(); x
x = torch.ones(2, 3); v = x[torch.tensor([0])]; v.zero_(); x
x = torch.ones(2, 3); v = x[torch.tensor(0)]; v.zero_(); x
x = torch.ones(2, 3); v = x[x > 0]; v.zero_(); x
x = torch.ones(2, 3); v = x.index_select(0, torch.tensor([0])); v.zero_(); x
x = torch.ones(2, 3); v = x.to(torch.float32); v is x
x = torch.ones(2, 3); v = x.float(); v is x
x = torch.ones(2, 3); v = x.contiguous(); v is x
x = torch.ones(2, 3); v = x.T.contiguous(); v.zero_(); x
x = torch.ones(2, 3); a = x.numpy(); a[0] = 7; x
x = torch.ones(2); y = torch.tensor(x.numpy()); y.zero_(); x
x = torch.ones(2); x.data = torch.zeros(3); x
x = torch.ones(2, requires_grad=True); x.data = torch.zeros(2); x
x = torch.ones(2, requires_grad=True); x.data = torch.zeros(2); (x * 2).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); x += 1
x = torch.ones(2, requires_grad=True); x.view(2).add_(1)
x = torch.ones(2, requires_grad=True); y = x * 2; y += 1; y.is_leaf, y
x = torch.ones(2, requires_grad=True); y = x * 2; y += x; y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y *= y; y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; z = y * y; y += 1; z.sum().backward()
x = torch.ones(2, requires_grad=True); y = x * 2; z = y + y; y += 1; z.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x.exp(); y.mul_(2); y.sum().backward()
x = torch.ones(2, requires_grad=True); y = x * 2; y.exp(); y.mul_(2); y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x.sigmoid(); y[0] = 1; y.sum().backward()
x = torch.ones(2, requires_grad=True); y = x * 2; y.zero_(); y.sum().backward(); y, x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.fill_(3); y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.copy_(x * 3); y.sum().backward(); x.grad
x = torch.ones(2); x.add_(torch.ones(2, requires_grad=True)); x
x = torch.ones(2); w = torch.ones(2, requires_grad=True); x.mul_(w); (x * w).sum().backward(); x, w.grad
x = torch.ones(2); w = torch.ones(2, requires_grad=True); y = w * x; x.add_(1); y.sum().backward()
x = torch.ones(2); w = torch.ones(2, requires_grad=True); y = w + x; x.add_(1); y.sum().backward(); w.grad
x = torch.ones(2); w = torch.ones(2, requires_grad=True); y = w * x; x.data.add_(1); y.sum().backward(); w.grad
x = torch.ones(2, requires_grad=True); y = x * x; exec("with torch.no_grad():\\n    x += 1"); y.sum().backward()
x = torch.ones(2, requires_grad=True); exec("with torch.no_grad():\\n    x -= 0.5"); (x * x).sum().backward(); x, x.grad
x = torch.ones(2, requires_grad=True); (x * x).sum().backward(); x.grad.zero_(); x.grad
x = torch.ones(2, requires_grad=True); (x * x).sum().backward(); x.grad = None; x.grad
""")
def test_changing_in_place_and_views(program: str) -> None:
    same_in_both(program, torch)


@programs("""
x = torch.ones(2, requires_grad=True); x.is_leaf, x.grad_fn, x.requires_grad, x.grad
x = torch.ones(2); y = x * 2; y.is_leaf, y.grad_fn
x = torch.ones(2, requires_grad=True); y = x * 2; y.is_leaf, y.grad_fn.name()
x = torch.ones(2, requires_grad=True); y = x.exp() * 2; [(f.name().split("::")[-1], i) for f, i in y.grad_fn.next_functions if f]
x = torch.ones(2, requires_grad=True); y = x * 2; [f and f.name().split("::")[-1] for f, i in y.grad_fn.next_functions]
x = torch.ones(2, requires_grad=True); y = x + 2; [f and f.name().split("::")[-1] for f, i in y.grad_fn.next_functions]
x = torch.ones(2, requires_grad=True); y = x + torch.ones(2); [f and f.name().split("::")[-1] for f, i in y.grad_fn.next_functions]
x = torch.ones(2, requires_grad=True); y = x * 2; y.grad_fn.next_functions[0][0].variable is x
x = torch.ones(2, requires_grad=True); x.detach().is_leaf, x.data.is_leaf, x.clone().is_leaf
len(torch.ones(3, 2))
len(torch.tensor(1.0))
[tuple(row.shape) for row in torch.ones(3, 2)]
list(torch.tensor([1.0, 2.0]))
list(torch.tensor(1.0))
x = torch.ones(3, requires_grad=True); a, b, c = x; (a + b * 2).backward(); x.grad
for_ = [float(v) for v in torch.arange(3)]; for_
bool(torch.tensor(0.0)), bool(torch.tensor([1])), bool(torch.tensor([[nan]])), bool(torch.tensor(False))
bool(torch.ones(2))
bool(torch.ones(0))
float(torch.tensor(2)), float(torch.tensor([2.5])), float(torch.tensor(True))
int(torch.tensor(2.9)), int(torch.tensor([-2.9])), int(torch.tensor(True))
int(torch.tensor(nan))
int(torch.tensor(inf))
float(torch.ones(2))
torch.tensor(2.5).item(), torch.tensor([[2]]).item(), torch.tensor(True).item()
type(torch.tensor(2.5).item()).__name__, type(torch.tensor(2).item()).__name__, type(torch.tensor(True).item()).__name__
torch.ones(2).item()
torch.ones(0).item()
torch.ones(1, requires_grad=True).item()
[10, 20, 30][torch.tensor(1)]
[10, 20, 30][torch.tensor([1])]
[10, 20, 30][torch.tensor(1.0)]
list(range(5))[torch.tensor(1) : torch.tensor(3)]
[0] * torch.tensor(2)
2 in torch.tensor([1, 2]), 3 in torch.tensor([1, 2]), nan in torch.tensor([nan])
torch.tensor(2) in torch.tensor([[1, 2]])
f"{torch.tensor(2.5):.3f}", f"{torch.tensor(3):d}", f"{torch.tensor(3):>5}"
f"{torch.tensor([2.5]):.3f}"
f"{torch.ones(2):.3f}"
torch.tensor([[1, 2], [3, 4]]).tolist(), torch.tensor(2.5).tolist(), torch.ones(0).tolist()
torch.ones(2, 3).shape, torch.ones(2, 3).size(), torch.ones(2, 3).size(0), torch.ones(2, 3).size(-1)
torch.ones(2, 3).size(dim=1)
torch.ones(2, 3).size(5)
torch.ones(2, 3).shape == (2, 3), torch.ones(2, 3).shape[0], torch.ones(2, 3).shape[1:]
torch.ones(2, 3).shape.numel(), torch.Size([2, 3]).numel()
str(torch.ones(2, 3).shape), str(torch.ones(2, 3).shape + (1,)), type(torch.ones(2, 3).shape[:1]).__name__
torch.ones(2, 3).ndim, torch.ones(2, 3).dim(), torch.ones(2, 3).numel()
torch.ones(2, 3).dtype, torch.ones(2, dtype=torch.int8).dtype.is_floating_point
torch.float32.itemsize, torch.int64.itemsize, torch.bool.itemsize
torch.float is torch.float32, torch.double is torch.float64, torch.long is torch.int64
torch.ones(2, 3).is_contiguous(), torch.ones(2, 3).T.is_contiguous(), torch.ones(2, 1).T.is_contiguous()
torch.ones(2, 3).T, torch.ones(2, 3).mT, torch.ones(2, 3).t()
torch.ones(3).T
torch.ones(2, 3, 4).T.shape
torch.ones(3).t()
torch.ones(2).numpy().dtype.name
torch.ones(2, requires_grad=True).numpy()
torch.ones(2, requires_grad=True).detach().numpy().tolist()
torch.ones(2) + np.float64(1)
np.float64(2) * torch.ones(2)
np.float32(2) * torch.ones(2, dtype=torch.float64)
torch.ones(2) == np.ones(2)
torch.ones(2) + [1, 2]
torch.ones(2) + "a"
torch.ones(2) == "a"
torch.ones(2) != None
torch.ones(2) == None
torch.ones(2) < None
hash(torch.ones(2)) == hash(torch.ones(2))
len({torch.ones(2), torch.ones(2)})
x = torch.ones(2); {x: 1}[x]
import copy; x = torch.ones(2, requires_grad=True); y = copy.deepcopy(x); y.requires_grad, y.is_leaf, y is x
import copy; x = torch.ones(2, requires_grad=True); copy.deepcopy(x * 2)
import copy; x = torch.ones(2, requires_grad=True); x.sum().backward(); copy.deepcopy(x).grad
import copy; x = torch.ones(2); y = copy.copy(x); y.zero_(); x
import pickle; x = torch.ones(2, requires_grad=True); pickle.loads(pickle.dumps(x))
import pickle; pickle.loads(pickle.dumps(torch.float64)) is torch.float64
import pickle; pickle.loads(pickle.dumps(torch.Size([2, 3])))
torch.ones(2).to(torch.float64), torch.ones(2).to(torch.ones(1, dtype=torch.int64)), torch.ones(2).to("cpu")
torch.ones(2).to(dtype=torch.int32), torch.ones(2).to("cpu", torch.float64), torch.ones(2).to(device="cpu", dtype=torch.bool)
torch.ones(2).to("nowhere")
torch.ones(2).to(float), torch.ones(2).to(int), torch.ones(2).to(bool)
torch.tensor([1.7, -1.7]).long(), torch.tensor([1.7, -1.7]).int(), torch.tensor([1.7, 0.0]).bool()
torch.ones(2, dtype=torch.bool).float(), torch.ones(2).double()
torch.ones(2, requires_grad=True).double(), torch.ones(2, requires_grad=True).long().requires_grad
torch.ones(2).view(torch.Size([2, 1])), torch.ones(2, 3).view(3, -1)
torch.ones(2, 3).swapaxes(0, 1)
torch.ones(2).nothing
torch.nothing
+torch.ones(2), -torch.ones(2), abs(-torch.ones(2)), ~torch.tensor([True, False]), ~torch.tensor([1, 2])
torch.arange(4) & 1, torch.arange(4) | 1, torch.arange(4) ^ 1
True & torch.tensor([True, False]), 1 | torch.arange(3)
torch.tensor([True, False]) & torch.tensor([True, True]), torch.tensor([True, False]) | True
1 < torch.arange(3), 1 == torch.arange(3), (torch.arange(3) >= 1).dtype
torch.ones(2, 2) @ torch.ones(2), torch.ones(2) @ torch.ones(2)
x = torch.ones(2, 2); x @= torch.ones(2, 2); x
x = torch.ones(2); x.requires_grad_() is x
""")
def test_facts_and_python(program: str) -> None:
    same_in_both(program, torch)


X = "x = torch.tensor([[3.0, 1.0, 2.0], [3.0, 5.0, 5.0]], requires_grad=True); "


@programs("""
x.max()
x.max(0)
x.max(1)
x.max(dim=-1, keepdim=True)
torch.max(x, 1)
torch.max(x, 1, True)
torch.max(x, dim=1).values, torch.max(x, dim=1).indices
torch.max(x, 1)[0], torch.max(x, 1)[1]
x.max(0).values
x.max(x * 0 + 2)
torch.max(x, torch.tensor(2.0))
torch.max(x, other=torch.tensor(2.0))
torch.max(input=x, dim=0)
x.min()
x.min(1)
torch.min(x, dim=0, keepdim=True).indices
torch.min(x, x * 2)
x.max(5)
x.max(0, 1, 2)
x.max(dim=(0, 1))
x.argmax()
x.argmax(0), x.argmax(1), x.argmax(-1, keepdim=True), x.argmin(dim=0), x.argmax(keepdim=True)
torch.argmax(x, dim=1), torch.argmin(x)
x.argmax(5)
x.argmax((0, 1))
x.std()
x.std(0)
x.std(0, False)
x.std(False)
x.std(True)
x.std(dim=1, unbiased=True)
x.std(dim=1, correction=0)
x.std(1, correction=2, keepdim=True)
x.std((0, 1))
x.std(unbiased=False)
x.std(dim=0, keepdim=True)
x.std(1, True, True)
torch.std(x, 1)
torch.std(x, dim=(0, 1), correction=0)
x.var(), x.var(1), x.var(0, unbiased=False), torch.var(x, correction=0), x.var(dim=1, keepdim=True)
x.norm()
x.norm(1)
x.norm(2)
x.norm(p=3)
x.norm(inf)
x.norm(-inf)
x.norm(0)
x.norm("fro")
x.norm(p="fro", dim=1)
x.norm(dim=0)
x.norm(2, 1, True)
torch.norm(x, 2, 0)
torch.norm(x, p=1, dim=(0, 1))
torch.norm(x, dim=-1, keepdim=True)
torch.norm(x, 2.5)
x.sum(), x.sum(0), x.sum(1, keepdim=True), x.sum((0, 1)), torch.sum(x, dim=0), torch.sum(x, [0, 1])
x.mean(), x.mean(0), torch.mean(x, 1, True), torch.mean(x, dim=(0, 1))
x.prod(), x.prod(1), torch.prod(x, 0), torch.prod(x, dim=1, keepdim=True)
x.amax(), x.amax(1), torch.amax(x, dim=(0, 1)), x.amin(0, True)
x.all(), x.any(), x.all(0), (x > 2).any(1), (x > 2).all(dim=1, keepdim=True), torch.all(x > 0), torch.any(x > 9, dim=0)
x.isnan(), torch.isinf(x), torch.isfinite(x)
x.allclose(x + 1e-9), torch.allclose(x, x + 1), torch.allclose(x, x, rtol=0, atol=0)
torch.allclose(torch.tensor(nan), torch.tensor(nan)), torch.allclose(torch.tensor(nan), torch.tensor(nan), equal_nan=True)
torch.allclose(x, x.double())
x.equal(x.clone()), torch.equal(x, x + 1), torch.equal(x, x[0]), torch.equal(x, x.detach().long().float())
torch.numel(x), x.numel()
torch.add(x, 1), torch.add(x, x, alpha=2), x.add(1, alpha=3), torch.sub(x, 1), x.sub(x, alpha=2), torch.subtract(x, 1)
torch.mul(x, 2), torch.multiply(x, x), torch.div(x, 2), torch.divide(x, x)
torch.neg(x), torch.negative(x), torch.abs(x), torch.absolute(x), torch.sign(x), torch.square(x)
torch.pow(x, 2), torch.pow(2, x), torch.pow(x, x), x.pow(0.5)
torch.exp(x), torch.log(x), torch.log1p(x), torch.expm1(x), torch.sqrt(x), torch.rsqrt(x), torch.reciprocal(x)
torch.sin(x), torch.cos(x), torch.tan(x), torch.tanh(x), torch.sigmoid(x), torch.relu(x), x.relu(), x.tanh()
torch.softmax(x, 1), torch.softmax(x, dim=0), x.softmax(-1), torch.log_softmax(x, dim=1), x.logsumexp(1), torch.logsumexp(x, (0, 1))
torch.softmax(x)
torch.maximum(x, x * 2), torch.minimum(x, -x), torch.clamp(x, 2, 3), torch.clamp(x, min=2), torch.clip(x, max=3), x.clip(2, 3)
torch.where(x > 2, x, x * 0), torch.where(x > 2, x, 0.0), torch.where(x > 2, 1.0, x), x.where(x > 2, 0)
torch.where(x > 2, 1, 0), torch.where(x > 2, 1.0, 0.0)
torch.cat([x, x]), torch.cat((x, x), 1), torch.cat([x, x], dim=-1), torch.concat([x, x])
torch.stack([x, x]), torch.stack((x, x), 1)
torch.split(x, 2, 1), x.split([1, 2], dim=1), torch.chunk(x, 2), x.chunk(2, 1)
torch.reshape(x, (3, 2)), torch.flatten(x), torch.squeeze(x[:1]), torch.unsqueeze(x, 0), torch.transpose(x, 0, 1), torch.permute(x, (1, 0))
torch.matmul(x, x.T), torch.mm(x, x.T), torch.bmm(x[None], x.T[None]), torch.mv(x, x[0]), torch.dot(x[0], x[1]), torch.outer(x[0], x[1])
x.matmul(x.T), x.mm(x.T), x.mv(x[0]), x[0].dot(x[1]), x[0].outer(x[1]), x @ x.mT
torch.gather(x, 1, torch.tensor([[0], [2]])), torch.index_select(x, 1, torch.tensor([0, 2])), x.gather(dim=0, index=torch.tensor([[1, 0, 1]]))
torch.eq(x, 3), torch.ne(x, x), torch.lt(x, 3), torch.le(x, 3), torch.gt(x, 3), torch.ge(x, 3), x.eq(3), x.lt(x)
torch.clone(x), torch.zeros_like(x), torch.ones_like(x), torch.full_like(x, 2)
torch.nn.functional.relu(x), torch.nn.functional.softmax(x, 1), torch.nn.functional.mse_loss(x, x * 2)
""")
def test_functions(program: str) -> None:
    same_in_both(X + program, torch)


@programs("""
torch.add(input=x, other=2), torch.sub(x, other=1), torch.mul(input=x, other=x), x.div(other=2)
torch.pow(input=x, exponent=2), x.pow(exponent=2), torch.pow(x, exponent=x)
torch.exp(input=x), torch.relu(input=x), torch.sigmoid(input=x)
torch.maximum(input=x, other=x), torch.where(condition=x > 2, input=x, other=0 * x), x.clamp(min=2)
torch.clamp(input=x, min=2, max=3), torch.clamp(x, max=2)
torch.sum(input=x, dim=0), x.sum(dim=0, keepdim=True), x.sum(axis=1), x.sum(axis=0, keepdims=True)
x.mean(axis=0), torch.mean(x, axis=1, keepdims=True), x.amax(axis=0), x.prod(axis=0), x.var(axis=1)
x.std(axis=0, keepdims=True), x.norm(p=1, dim=0), torch.norm(input=x, p=2)
x.max(dim=0), x.max(axis=0), torch.max(x, axis=1, keepdims=True), torch.min(input=x, dim=1)
x.max(0, keepdim=True), x.max(0, True).values, torch.max(x, 1, keepdim=True).indices
x.softmax(dim=1), torch.softmax(input=x, dim=0), torch.logsumexp(x, dim=1), x.log_softmax(axis=1)
x.argmax(dim=1), torch.argmax(input=x, dim=0, keepdim=True)
torch.cat(tensors=[x, x]), torch.cat([x, x], axis=1), torch.stack(tensors=(x, x), dim=1)
torch.matmul(input=x, other=x.T), torch.mm(x, mat2=x.T), torch.mv(x, vec=x[0]), torch.dot(x[0], tensor=x[1])
torch.outer(x[0], vec2=x[1]), torch.bmm(input=x[None], mat2=x.T[None])
torch.reshape(input=x, shape=(3, 2)), torch.flatten(input=x, start_dim=0), torch.squeeze(x[:1], dim=0)
torch.unsqueeze(x, dim=0), torch.transpose(x, dim0=0, dim1=1), torch.permute(x, dims=(1, 0))
x.permute(dims=(1, 0))
x.reshape(shape=(3, 2))
x.view(size=(3, 2))
x[0].expand(size=(2, 3))
torch.split(tensor=x, split_size_or_sections=1), x.split(split_size=2, dim=1), torch.split(x, [1, 1])
torch.chunk(input=x, chunks=2, dim=1)
torch.gather(input=x, dim=0, index=torch.tensor([[0]])), torch.index_select(x, dim=1, index=torch.tensor([0]))
torch.zeros(size=(2,)), torch.ones(size=[2, 1]), torch.empty(size=(2,)).shape, torch.full(size=(2,), fill_value=1.0)
torch.arange(start=0, end=3, step=2), torch.linspace(start=0, end=1, steps=3), torch.eye(n=2), torch.eye(2, m=3)
torch.zeros_like(input=x), torch.full_like(input=x, fill_value=2), torch.tensor(data=[1.0]), torch.as_tensor(data=[1])
x.backward(gradient=torch.ones(2, 3)), x.sum().backward(retain_graph=True), x.requires_grad_(requires_grad=True)
x.exp(dim=1)
x.sum(0, dim=1)
x.sum(foo=1)
x.max(foo=1)
x.max(0, True, 1)
x.max(0, other=x)
x.softmax()
x.transpose(0)
x.gather(0)
x.clamp(1, 2, 3)
torch.cat()
torch.exp()
x.split()
""")
def test_arguments_by_name(program: str) -> None:
    same_in_both(X + program, torch)
