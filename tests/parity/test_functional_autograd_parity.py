"""autograd.functional side by side with torch: numbers, graphs, tuples, strict mode, mistakes."""

import pytest
from comparing import Raised
from parity.side_by_side import both

FUNCTIONS = {
    "elementwise": (lambda lib: lambda x: x.exp() * x, 1),
    "reduced": (lambda lib: lambda x: (x**3).sum(1), 1),
    "number": (lambda lib: lambda x: (x.sin() * x).sum(), 1),
    "linear": (lambda lib: lambda x: (3 * x).sum(), 1),
    "product": (lambda lib: lambda x: x @ x.T, 1),
    "two inputs": (lambda lib: lambda x, y: x * y + y**2, 2),
    "two inputs, a number": (lambda lib: lambda x, y: (x * y + y**3).sum(), 2),
    "two outputs": (lambda lib: lambda x: (x**2, x.sum()), 1),
    "two and two": (lambda lib: lambda x, y: (x * y, (x + y).prod(), x), 2),
    "one of two": (lambda lib: lambda x, y: (x**2).sum(), 2),
    "constant": (lambda lib: lambda x: lib.ones(2, dtype=lib.float64), 1),
    "a constant number": (lambda lib: lambda x: lib.ones(1, dtype=lib.float64), 1),
    "one constant": (lambda lib: lambda x: (x * 2, lib.ones(1, dtype=lib.float64)), 1),
    "number of shape one": (lambda lib: lambda x: (x**2).sum().reshape(1), 1),
    "tuple of one": (lambda lib: lambda x: ((x**4).sum(),), 1),
    "softmax": (lambda lib: lambda x: x.softmax(1), 1),
    "max": (lambda lib: lambda x: x.max(dim=1)[0], 1),
}
NAMES = ["jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"]


def inputs(lib, count, shape=(2, 2), requires_grad=False):
    drawn = [lib.randn(*shape, dtype=lib.float64) for _ in range(count)]
    return tuple(x.requires_grad_(requires_grad) for x in drawn)


def random_like(lib, tensors):
    drawn = [lib.randn(x.shape, dtype=x.dtype) for x in tensors]
    return tuple(drawn)


def call(lib, name, function, given, **options):
    """Call one of the functions, with a random vector where it takes one."""
    method = getattr(lib.autograd.functional, name)
    xs = given if len(given) > 1 else given[0]
    if name in ("jacobian", "hessian"):
        return method(function, xs, **options)
    like = given
    if name == "vjp":
        like = function(*given)
        like = like if isinstance(like, tuple) else (like,)
    v = random_like(lib, like)
    several = isinstance(function(*given), tuple) if name == "vjp" else len(given) > 1
    return method(function, xs, v if several else v[0], **options)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_products_and_matrices(name, function, create_graph, strict):
    def program(lib):
        make, count = FUNCTIONS[function]
        given = inputs(lib, count, requires_grad=create_graph)
        options = {"create_graph": create_graph, "strict": strict}
        found = call(lib, name, make(lib), given, **options)
        return [(x.detach(), x.requires_grad) for x in tensors_in(found)], structure(found)

    both(program, rtol=1e-9, atol=1e-12)


def tensors_in(found):
    if not isinstance(found, tuple):
        return [found]
    return [x for part in found for x in tensors_in(part)]


def structure(found):
    """Return how tuples are nested."""
    return [structure(part) for part in found] if isinstance(found, tuple) else "tensor"


@pytest.mark.parametrize("function", ["number", "two inputs, a number", "two and two", "softmax"])
@pytest.mark.parametrize("name", NAMES)
def test_results_can_be_differentiated(name, function):
    def program(lib):
        make, count = FUNCTIONS[function]
        given = inputs(lib, count, requires_grad=True)
        found = call(lib, name, make(lib), given, create_graph=True)
        sum((x**2).sum() for x in tensors_in(found)).backward()
        return [x.grad for x in given]

    both(program, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_that_were_computed_stay_in_the_graph(name):
    def program(lib):
        w = lib.ones(3, dtype=lib.float64, requires_grad=True)
        found = call(lib, name, lambda x: (x**4).sum(), (w * 2,), create_graph=True)
        sum(x.sum() for x in tensors_in(found)).backward()
        return w.grad

    both(program, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_behind(name):
    def program(lib):
        x = lib.ones(2, dtype=lib.float64, requires_grad=True)
        with lib.no_grad():
            found = call(lib, name, lambda x: (x**3).sum(), (x,))
        return tensors_in(found), x.grad, x.requires_grad, x.is_leaf

    both(program, rtol=1e-9, atol=1e-12)


def test_single_precision_and_numbers():
    def program(lib):
        f = lib.autograd.functional
        x = lib.tensor(2.0)
        return (
            f.jacobian(lambda x: x**3, x),
            f.hessian(lambda x: x**3, x),
            f.vjp(lambda x: x**3, x),
            f.jvp(lambda x: x**3, x),
            f.hvp(lambda x: x**3, x),
            f.vhp(lambda x: x**3, x),
        )

    both(program)


def test_a_layer():
    def program(lib):
        layer = lib.nn.Linear(3, 2)
        x = lib.randn(4, 3)
        found = lib.autograd.functional.jacobian(layer, x)
        return found, found.shape, layer.weight.grad

    both(program)


MISTAKES = {
    "a number": lambda lib, f, x: f.jacobian(lambda x: x, 3.0),
    "a list": lambda lib, f, x: f.jacobian(lambda x: x, [x]),
    "a number in a tuple": lambda lib, f, x: f.vjp(lambda x, y: x, (x, 3.0)),
    "integers": lambda lib, f, x: f.jacobian(lambda x: x, lib.ones(2, dtype=lib.int64)),
    "output is a number": lambda lib, f, x: f.jacobian(lambda x: 3.0, x),
    "output is a list": lambda lib, f, x: f.vjp(lambda x: [x, x], x),
    "hessian of several": lambda lib, f, x: f.hessian(lambda x: x * 2, x),
    "hessian of a tuple": lambda lib, f, x: f.hessian(lambda x: (x.sum(),), x),
    "hvp of several": lambda lib, f, x: f.hvp(lambda x: x * 2, x, x),
    "vhp of a tuple": lambda lib, f, x: f.vhp(lambda x: (x.sum(),), x, x),
    "vjp without v": lambda lib, f, x: f.vjp(lambda x: x, x),
    "jvp without v": lambda lib, f, x: f.jvp(lambda x: x, x),
    "hvp without v": lambda lib, f, x: f.hvp(lambda x: x.sum(), x),
    "v of another shape": lambda lib, f, x: f.vjp(lambda x: x, x, lib.ones(3)),
    "v of another length": lambda lib, f, x: f.vjp(lambda x: x, x, (x, x)),
    "one v for two": lambda lib, f, x: f.jvp(lambda x, y: x, (x, x), x),
    "second v of another shape": lambda lib, f, x: f.jvp(lambda x, y: x, (x, x), (x, lib.ones(3))),
    "v is a number": lambda lib, f, x: f.vjp(lambda x: x, x, 3.0),
    "unknown strategy": lambda lib, f, x: f.jacobian(lambda x: x, x, strategy="sideways"),
    "no elements": lambda lib, f, x: f.jacobian(lambda x: x, lib.ones(0)),
    "the function fails": lambda lib, f, x: f.jacobian(lambda x: x.view(7), x),
    "too few inputs": lambda lib, f, x: f.jacobian(lambda x, y: x, x),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    found, expected = both(
        lambda lib: MISTAKES[name](lib, lib.autograd.functional, lib.ones(2)), rtol=1e-6
    )
    assert isinstance(found, Raised)
    if found.kind != "TypeError":
        assert found.message.split()[:2] == expected.message.split()[:2]
