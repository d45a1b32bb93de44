# ruff: noqa: E501 - a program is a line of a table
"""What stands between brackets, and methods that end in _, against torch: numbers and refusals."""

import pytest
from comparing import Raised, assert_same, outcome, programs, run, same_in_both
from parity.side_by_side import both, tg, torch

from tinygrad_edu.in_place_methods import FUNCTIONS, NAMES

INDICES = """
0 | -1 | 1, | 1, 2 | 1, 2, 3 | -1, -2, -3 | slice(1, None) | slice(None, 2), slice(1, None) | ... | ..., 0 | 0, ... | 0, ..., 1
None | None, 0 | ..., None | None, ..., None | 0, None, 1 | () | ..., ... | slice(None, None, 2), slice(1, None), slice(None, None, 3)
slice(5, None) | slice(-100, 100) | slice(1, 1) | slice(i(0), i(2)) | slice(None), slice(None), slice(None)
i(1) | i(-1) | i(1), i(2) | i(1, dtype=torch.int16) | np.int64(1) | np.array(1) | i(1), slice(None), i(2)
[0, 1] | [1, 0, 1] | [1] | [] | [[0, 1], [1, 0]], | range(2) | (range(2),) | np.array([0, 1]) | i([0, 1]) | i([[0, 1], [1, 1]]) | i([-1, 0]) | i([0, 1], dtype=torch.int32)
[0, 1], [1, 2] | [0, 1], [2] | [[0], [1]], [0, 2] | slice(None), [0, 2] | slice(None), [0, 2], [1, 3] | [0, 1], slice(None), [1, 2] | [0, 1], None, [1, 2] | ..., [1, 3] | [0, 1], ... | [0, 1], ..., [1, 2]
0, [1, 2] | 0, slice(None), [1, 2] | slice(None), 0, [1, 2] | [0, 1], slice(None), 0 | [0, 1], 0 | [0, 1], 0, [1, 2] | 0, [1, 2], 3 | [0, 1], ..., 0 | None, 0, [0, 1] | slice(None), None, [0, 1], 0 | 0, [0, 1], slice(None), None | -1, [0, -1], slice(None, None, 2)
[0, 1], slice(1, None) | slice(1, None), [0, 1], slice(0, 2) | [0, 1], slice(0, 2), slice(None, None, 3) | i([[0], [1]]), i([0, 2]), slice(1, 3)
[True, False] | [True, False], 0 | i([True, False]) | slice(None), i([True, False, True]) | i([[True, False, True], [False, False, True]]) | slice(None), i([[True, False, True, True]] * 3) | 0, i([True, False, True]) | i([True, True]), [0, 1] | i([1, 0], dtype=torch.uint8) | i([False, False])
..., i([True, False, True, True]) | i([True, False]), ..., i([True, False, False, False]) | X > 11 | X[0] > 5, | X > 100
True | False | i(True) | i(False) | 0, True | True, [0, 1] | ..., True | i([0]), i(True) | i(1, dtype=torch.uint8) | None, True
i([0, 1]), slice(None), i([1, 0]), None | None, i([0, 1]), None, i([1, 0]) | i([0]), i([0]), i([0])
5 | -3 | 0, 5 | 0, 0, 4 | 0, 0, 0, 0 | slice(None), slice(None), slice(None), slice(None) | i([5]) | i([-3]) | 0, [5] | [0, 1], [0, 1, 2] | i([0]), i([0]), i([0]), i([0])
1.0 | 'a' | {} | 2j | np.bool_(True) | i([1.0]) | i(1.0) | i([0, 1], dtype=torch.int16) | i([0, 1], dtype=torch.int8) | i([]) | slice(0, 1.5) | slice(None, None, -1) | slice(None, None, 0) | 0, slice(None, None, -2)
i([True, False, True]) | i([[True, False]]) | slice(None), i([True, False]) | X[0] > 5
"""
ALL = [index.strip() for line in INDICES.strip().splitlines() for index in line.split(" | ")]

PRELUDE = """
i = torch.tensor
X = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4) / 2
x = X.clone().requires_grad_()
"""


def same(program):
    """Run a program after the prelude, under both libraries."""
    same_in_both(PRELUDE + program, torch)


@pytest.mark.parametrize("index", ALL)
def test_reading(index):
    same(f"X[{index}]")
    same(f"""
index = ({index})
y = x[index]
(g,) = torch.autograd.grad((y ** 3).sum(), x, create_graph=True)
(h,) = torch.autograd.grad((g ** 2).sum(), x)
y.shape, y.detach(), g.detach(), h
""")


@pytest.mark.parametrize("index", ALL)
@pytest.mark.parametrize(
    "value", ["7", "True", "i(2.5)", "X[index] * 3", "X[index].sum()[None, None]"]
)
def test_writing(index, value):
    if "uint8" in index:
        pytest.skip("torch reads with a mask of uint8, but does not write with it")
    value = value.replace("i(2.5)", "i(2.5, dtype=torch.float64)")
    same(f"index = ({index}); value = {value}; X[index] = value; X, X._version")


@pytest.mark.parametrize("index", ALL)
def test_writing_what_has_a_gradient(index):
    same(f"""
index = ({index})
y = x * 1
w = (X[index] + 1).requires_grad_()
y[index] = w ** 2
first = torch.autograd.grad((y ** 3).sum(), (x, w), create_graph=True, materialize_grads=True)
second = torch.autograd.grad(sum((g ** 2).sum() for g in first), (x, w), materialize_grads=True)
y.detach(), [g.detach() for g in first], second
""")


@programs("""
X[0] = i([1, 2, 3, 4])
X[0] = i([1.0, 2, 3, 4])
X[0] = i([[[1.0, 2, 3, 4]]])
X[0] = i([[[[1.0]]]])
X[0] = i([1.0, 2])
X[0] = i([[1.0], [2.0]])
X[0] = i([[1.0], [2.0], [3.0]])
X[0] = torch.ones(2, 3, 4)
X[0] = torch.ones(1, 3, 4)
X[0, 0, 0] = i([5.0])
X[0, 0, 0] = i([[5.0]])
X[0, 0, 0] = i([5.0, 6.0])
X[0] = 2j
X[0] = "a"
X[0] = None
X[0] = [1, 2, 3, 4]
X[0] = np.ones(4)
X[i([0])] = i([1.0, 2, 3, 4])
X[i([0])] = i([1.0, 2, 3, 4], dtype=torch.float64)
X[i([0])] = i([1, 2, 3, 4])
X[i([0])] = i([1.0, 2], dtype=torch.float64)
X[i([0])] = i(7)
X[i([0, 0])] = i([1.0, 2, 3, 4], dtype=torch.float64)
X[X > 5] = i([1.0, 2.0], dtype=torch.float64)
X[X > 5] = X[X > 5] * 2
X[X > 5] = i([[7.0]], dtype=torch.float64)
X[1:1] = i([1.0, 2, 3, 4])
X[1:1] = i([1.0, 2])
X[0] = X[1]
X[0][1] = 3
X[0][1][2] = 3
X.mT[0] = 3
X[0].t()[1:] = 3
X[0, [0, 1]][0] = 5
X[:, [0, 2]] += 10
X[0] += X[1]
X[0, 0] *= 2
X[X > 3] -= 1
X[[0, 0]] += 1
X[0] //= 2
X[0] %= 2
X[0] **= 2
X = X.long(); X[0] = 2.7
X = X.long(); X[0] = i([1.5, 2, 3, 4])
X = X.long(); X[i([0])] = 2.7
X = X.long(); X[i([0])] = i([1.5, 2, 3, 4])
X = X.long(); X[0] = nan
X = X.long(); X[0] = inf
X = X.long(); X[0] = 2 ** 40
X = X.long(); X[0] = 2 ** 70
X = X.to(torch.uint8); X[0] = 300
X = X.to(torch.uint8); X[0] = -1
X = X.to(torch.uint8); X[0] = i([300, -1, 2, 3])
X = X > 3; X[0] = 2.7
X = X > 3; X[0] = i([0.0, 2, 3, 0])
X = X > 3; X[X] = False
X = i(1.0); X[0] = 3
X = i(1.0); X[...] = 3
X = i(1.0); X[()] = 3
X = i(1.0); X[None] = 3
X = i(1.0); X[i(True)] = 3
X = i(1.0); X[:] = 3
X = torch.zeros(0, 3); X[:, 0] = 1
X = torch.zeros(0, 3); X[0] = 1
X = torch.zeros(3); v = X.view(3, 1); v[1] = 5
X = torch.zeros(3); X.expand(2, 3)[:] = 5
""")
def test_values_that_are_written(program):
    same(f"{program}; X, X._version")


@programs("""
x += "a"
x += None
x += [1, 2]
x.add_("a")
x.add_(None)
x.add_(np.float64(2)); x
x += np.float64(2); x
x.add_(1, alpha=2); x
x.add_(i(1.0), alpha=2.5); x
x.sub_(1, alpha=3); x
x.mul_(other=2); x
x.div_(2, rounding_mode="floor"); x
x.div_(2, rounding_mode="x")
y = x; x //= 2; x is y, x
y = x; x %= 2; x is y, x
y = x; x **= 2; x is y, x
y = x; x += 1; x is y, x
y = x; x -= 1; x is y, x
y = x; x /= 2; x is y, x
y = x; x @= torch.ones(4, 4, dtype=torch.float64); x is y, x
x |= 1
z = i([1, 2]); y = z; z &= 1; z is y, z
z = i([1, 2]); y = z; z |= 1; z is y, z
z = i([1, 2]); y = z; z ^= 3; z is y, z
z = i([1, 2]); y = z; z <<= 1; z is y, z
z = i([4, 2]); y = z; z >>= 1; z is y, z
z = i([5, 7]); y = z; z //= 2; z is y, z
z = i([1, 2]); z.add_(1.5)
z = i([1, 2]); z.add_(1, alpha=1.5)
z = i([1, 2]); z /= 2
z = i([1, 2]); z.div_(2)
z = i([5, 7]); z.div_(2, rounding_mode="trunc"); z
z = i([1, 2]); z.exp_()
z = i([1, 2]); z.pow_(2); z
z = i([1, 2]); z.pow_(-1)
z = i([True, False]); z += True; z
z = i([True, False]); z += 1
z = i([1, 2], dtype=torch.uint8); z.add_(300); z
z = i([1, 2], dtype=torch.uint8); z.add_(i([1, 2])); z
z = i([1, 2], dtype=torch.uint8); z.sub_(2); z
z = i([1, 2], dtype=torch.uint8); z.fill_(300)
x.fill_("a")
x.fill_(i([1.0]))
x.fill_(i(2.5)); x
x.fill_(value=2); x
x.zero_(1)
x.copy_(1); x
x.copy_([1, 2])
x.copy_(torch.arange(4)); x
x.copy_(torch.ones(2, 2))
x.copy_(torch.ones(1, 2, 3, 4))
x.copy_(x).equal(x), x._version
x.eq_(1.5); x
x.lt_(2); x
x.ne_(torch.ones(5))
x.clamp_(1, 2); x
x.clamp_(min=1.0); x
x.clamp_min_(3); x
x.clamp_max_(3); x
x.clamp_()
x.tril_(); x
x.cumsum_(0); x
x.unsqueeze_(-1).shape, x._version
x.unsqueeze_(9)
x.squeeze_(0).shape
x[:1].squeeze_(0).shape
x[:1, :1].squeeze_().shape
x[:1, :1].squeeze_((0, 1)).shape
x.transpose_(0, 2).shape, x.is_contiguous()
x.transpose_(0, 5)
x.swapaxes_(0, 1).shape, x.swapdims_(1, 2).shape
x.t_()
x[0].t_().shape
y = x.detach_(); y is x, x._version
z = torch.ones(2, requires_grad=True); z.detach_(); z.requires_grad
z = torch.ones(2, requires_grad=True); z.t_()
z = torch.ones(2, requires_grad=True); z.requires_grad_(False).requires_grad
z = torch.ones(2, requires_grad=True) * 2; z.requires_grad_(False)
z = torch.ones(2).long(); z.requires_grad_()
z = x.t if False else x[0]; z.t_(); z.mul_(2); x
torch.zeros(3, 3).fill_diagonal_(5), torch.zeros(2, 3).fill_diagonal_(5), torch.zeros(7, 3).fill_diagonal_(5)
torch.zeros(7, 3).fill_diagonal_(5, wrap=True), torch.zeros(3, 7).fill_diagonal_(5, True)
torch.zeros(2, 2, 2).fill_diagonal_(5), torch.zeros(2, 2).fill_diagonal_(i(5.0)), torch.zeros(3, 3).long().fill_diagonal_(2.5), torch.zeros(0, 3).fill_diagonal_(2)
torch.zeros(3).fill_diagonal_(5)
torch.zeros(2, 3, 3).fill_diagonal_(5)
torch.zeros(2, 2).fill_diagonal_("a")
z = torch.ones(3, 3, requires_grad=True); y = z * 1; y.fill_diagonal_(3); y.sum().backward(); y.detach(), z.grad
x.index_add_(0, i([0, 0]), torch.ones(2, 3, 4, dtype=torch.float64)); x
x.index_fill_(1, i([0, 2]), 5); x
x.index_copy_(2, i([1]), torch.ones(2, 3, 1, dtype=torch.float64)); x
x.scatter_(0, torch.zeros(1, 3, 4, dtype=torch.int64), 5); x
x.scatter_add_(0, torch.zeros(2, 3, 4, dtype=torch.int64), torch.ones(2, 3, 4, dtype=torch.float64)); x
x.masked_scatter_(x > 5, torch.zeros(24, dtype=torch.float64)); x
x.masked_fill_(x > 5, -1); x
x.index_put_((i([0, 1]), i([0, 2])), i(5.0, dtype=torch.float64)); x
x.index_put_((i([0, 0]),), torch.ones(2, 3, 4, dtype=torch.float64), accumulate=True); x
z = torch.ones(3, requires_grad=True); y = z * 1; w = torch.ones(2, requires_grad=True); y.index_add_(0, i([0, 0]), w * 3); (y * y).sum().backward(); y, z.grad, w.grad
z = torch.ones(3, requires_grad=True); y = z * 1; v = y[1:]; v.masked_fill_(v > 0, 4); (y * y).sum().backward(); y, z.grad
z = torch.ones(3, requires_grad=True); y = z * 1; y.scatter_(0, i([1]), 5.0); (y * y).sum().backward(); y, z.grad
x.subtract_(1).multiply_(2).negative_().absolute_(); x
x.greater_(3); x
z = torch.ones(2, requires_grad=True); z.uniform_()
z = torch.ones(2, requires_grad=True); y = z * 2; y.uniform_(); y.sum().backward(); z.grad
z = torch.ones(2, requires_grad=True); y = z * 2; y[0].zero_(); y.sum().backward(); z.grad
z = torch.ones(2, requires_grad=True); y = z * 2; y.floor_(); y.sum().backward(); z.grad
z = torch.ones(2, requires_grad=True); y = z * 2; y.eq_(2); y.requires_grad
z = torch.ones(2, requires_grad=True); y = z * 2; y.neg_().abs_().sqrt_(); y.sum().backward(); z.grad
z = torch.ones(2, requires_grad=True); exec("with torch.no_grad():\\n    z.sub_(0.5).clamp_(0, 1)"); z
""")
def test_methods_and_operators(program):
    same(f"x = X.clone(); {program}")


UNARY = [name for name in NAMES.split() if hasattr(torch.Tensor, f"{name}_")]


def applied(lib, name, requires_grad):
    """Apply an in-place method to numbers in its domain, with as many operands as it takes."""
    x = lib.tensor([0.3, 0.6, 0.9], dtype=lib.float64, requires_grad=requires_grad)
    y = lib.tensor([0.5, 0.25, 2.0], dtype=lib.float64)
    z = x * 1
    for operands in ((), (y,), (y, y)):
        try:
            result = getattr(z, f"{name}_")(*operands)
        except TypeError:
            continue
        if not requires_grad:
            return result is z, z, z._version
        (g,) = lib.autograd.grad(z.sum(), x, create_graph=True, materialize_grads=True)
        return result is z, z.detach(), g.detach()
    return "it takes other operands"


@pytest.mark.parametrize("name", UNARY)
def test_every_method_is_the_operation_in_place(name):
    if not hasattr(tg.Tensor, f"{name}_"):
        assert not hasattr(tg.Tensor, name), "the operation is there, but not its in-place form"
        return
    for requires_grad in (False, True):
        expected = outcome(lambda: applied(torch, name, requires_grad))  # noqa: B023
        if requires_grad and name.startswith("logical"):
            continue  # torch lets the old gradient pass
        if isinstance(expected, Raised):
            continue  # it takes matrices, or torch has no derivative
        found = outcome(lambda: applied(tg, name, requires_grad))  # noqa: B023
        assert_same(found, expected)


@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_functions_of_the_namespace(name):
    assert hasattr(torch, f"{name}_")
    if hasattr(tg.Tensor, f"{name}_") and name != "fill":
        for lib in (tg, torch):
            x = lib.tensor([0.3, 0.6])
            with pytest.raises((TypeError, AttributeError)):
                getattr(lib, f"{name}_")("x")
            operands = {"clamp": (0.4,), "clip": (0.4,), "clamp_min": (0.4,), "clamp_max": (0.4,)}
            if name not in ("addmv", "gcd", "index_put", "lcm", "ldexp", "xlogy"):
                assert getattr(lib, f"{name}_")(x, *operands.get(name, ())) is x


DRAWS = ["uniform_()", "uniform_(2, 5)", "uniform_(to=5)", "uniform_(0)", "normal_()", "normal_(1, 3)", "normal_(mean=3, std=0)",
         "bernoulli_()", "bernoulli_(0.3)", "bernoulli_(torch.full((4, 5), 0.3))", "bernoulli_(torch.full((5,), 0.3, dtype=torch.float64))", "bernoulli_(p=0.9)",
         "random_()", "random_(10)", "random_(-5, 100)", "random_(to=5)", "exponential_()", "exponential_(2.0)", "exponential_(lambd=0.5)",
         "uniform_(generator=torch.Generator().manual_seed(3))", "normal_(generator=torch.Generator().manual_seed(3))",
         "uniform_(2, 1)", "normal_(0, -1)", "bernoulli_(2)", "bernoulli_(torch.ones(3))", "random_(5, 5)", "random_(-3)", "random_(2.5)", "random_(300)", "random_(-200, 5)",
         "exponential_(0)", "exponential_(-1)"]  # fmt: skip
KINDS = ["float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("shape", ["4, 5", "1, 5"])
def test_random_numbers_are_torchs(draw, kind, shape):
    both(lambda lib: (run(f"torch.zeros({shape}, dtype=torch.{kind}).{draw}", lib), lib.rand(1)))


@pytest.mark.parametrize(
    "draw",
    [
        "uniform_()",
        "normal_()",
        "bernoulli_()",
        "random_(9)",
        "exponential_()",
        "bernoulli_(torch.full((4, 5), 0.3))",
    ],
)
@pytest.mark.parametrize(
    "start", ["torch.zeros(5, 4).t()", "torch.zeros(4, 10)[:, ::2]", "torch.zeros(4, 7)[:, 1:6]"]
)
def test_random_numbers_lie_in_memory_as_torchs(draw, start):
    both(lambda lib: (run(f"{start}.{draw}", lib), lib.rand(1)))
