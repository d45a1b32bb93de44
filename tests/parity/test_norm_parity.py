"""BatchNorm1d, BatchNorm2d and LayerNorm side by side with torch, running numbers included."""

import pytest
from parity.side_by_side import both, same_words

BATCHES = {
    "BatchNorm1d": [(6, 3), (4, 3, 5), (2, 3, 1)],
    "BatchNorm2d": [(4, 3, 2, 5), (1, 3, 2, 2)],
}
OPTIONS = [
    "",
    ", eps=0.1",
    ", momentum=0.7",
    ", momentum=None",
    ", momentum=0.0",
    ", affine=False",
    ", bias=False",
    ", track_running_stats=False",
    ", 1e-3, None, False, False",
]
CASES = [
    (f"{name}(3{options})", shape)
    for name, shapes in BATCHES.items()
    for shape in shapes
    for options in OPTIONS
]


def trained(lib, layer, batches, dtype):
    """Run a layer on batches in training and once after it; return all that can be compared."""
    lib.manual_seed(1)
    for parameter in layer.parameters():
        lib.nn.init.normal_(parameter)
    found = []
    for training in (True, True, False, True):
        x = (lib.randn(*batches, dtype=dtype) * 3 + 1).requires_grad_()
        y = layer.train(training)(x)
        leaves = [x, *layer.parameters()]
        first = lib.autograd.grad((y * y * y).sum(), leaves, create_graph=True)
        sum((g * g).sum() for g in first).backward()
        found += [y, *(g.detach() for g in first), *(leaf.grad for leaf in leaves)]
        found.append({k: v.clone() for k, v in layer.state_dict().items()})
        layer.zero_grad()
    return found


@pytest.mark.parametrize(("text", "shape"), CASES)
def test_batch_norm(text, shape):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn}).double()
        return repr(layer), trained(lib, layer, shape, lib.float64)

    both(program, rtol=1e-9, atol=1e-10)


LAYER_NORMS = ["LayerNorm(5)", "LayerNorm((5,), eps=0.1)", "LayerNorm([3, 5])",
               "LayerNorm((3, 5), elementwise_affine=False)", "LayerNorm(5, bias=False)",
               "LayerNorm((3, 5), 1e-3, True, False)"]  # fmt: skip


@pytest.mark.parametrize("text", LAYER_NORMS)
@pytest.mark.parametrize("shape", [(4, 3, 5), (3, 5), (2, 2, 3, 5)])
def test_layer_norm(text, shape):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn}).double()
        return repr(layer), trained(lib, layer, shape, lib.float64)

    both(program, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("text", "shape"),
    [("BatchNorm1d(16)", (50, 16)), ("BatchNorm2d(4)", (8, 4, 7, 7)), ("LayerNorm(64)", (20, 64))],
)
def test_in_single_precision(text, shape):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn})
        x = lib.randn(*shape, requires_grad=True)
        y = layer(x)
        (y * lib.randn(*shape)).sum().backward()
        state = [v.clone() for v in layer.state_dict().values()]
        return y, x.grad, [p.grad for p in layer.parameters()], state, layer.eval()(x)

    both(program, rtol=1e-5, atol=1e-5)


def test_eval_does_not_touch_the_running_numbers_and_reset_forgets_them():
    def program(lib):
        layer = lib.nn.BatchNorm1d(3)
        layer(lib.randn(4, 3))
        before = {k: v.clone() for k, v in layer.state_dict().items()}
        layer.eval()(lib.randn(4, 3))
        after = {k: v.clone() for k, v in layer.state_dict().items()}
        layer.reset_running_stats()
        return before, after, layer.state_dict(), [n for n, _ in layer.named_buffers()]

    both(program)


def test_a_state_moves_to_another_layer():
    def program(lib):
        one, other = lib.nn.BatchNorm2d(2), lib.nn.BatchNorm2d(2)
        one(lib.randn(3, 2, 2, 2))
        missing = str(other.load_state_dict(one.state_dict()))
        return missing, other.eval()(lib.randn(1, 2, 2, 2)), other.num_batches_tracked

    both(program)


EMPTY = {
    "batch norm": lambda lib, nn: nn.BatchNorm1d(3)(lib.zeros(0, 3)),
    "layer norm": lambda lib, nn: nn.LayerNorm(3)(lib.zeros(0, 3)),
    "layer norm of no size": lambda lib, nn: nn.LayerNorm(0)(lib.zeros(2, 0)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_without_numbers(name):
    both(lambda lib: EMPTY[name](lib, lib.nn))


MISTAKES = {
    "features": lambda lib, nn: nn.BatchNorm1d(3)(lib.ones(2, 4)),
    "channels": lambda lib, nn: nn.BatchNorm2d(3)(lib.ones(2, 4, 5, 5)),
    "one number": lambda lib, nn: nn.BatchNorm1d(3)(lib.ones(1, 3)),
    "dims": lambda lib, nn: nn.BatchNorm1d(3)(lib.ones(3)),
    "dims of images": lambda lib, nn: nn.BatchNorm2d(3)(lib.ones(2, 3)),
    "dtypes": lambda lib, nn: nn.BatchNorm1d(3)(lib.ones(2, 3).double()),
    "eps 0": lambda lib, nn: nn.BatchNorm1d(3, eps=0)(lib.ones(2, 3)),
    "eps below 0": lambda lib, nn: nn.BatchNorm1d(3, eps=-1).eval()(lib.ones(2, 3)),
    "negative size": lambda lib, nn: nn.BatchNorm1d(-3),
    "no running numbers": lambda lib, nn: nn.functional.batch_norm(lib.ones(2, 3), None, None),
    "one of them": lambda lib, nn: nn.functional.batch_norm(
        lib.ones(2, 3), lib.ones(3), None, training=True
    ),
    "weight": lambda lib, nn: nn.functional.batch_norm(
        lib.ones(2, 3), lib.ones(3), lib.ones(3), lib.ones(4)
    ),
    "last size": lambda lib, nn: nn.LayerNorm(3)(lib.ones(2, 4)),
    "last sizes": lambda lib, nn: nn.LayerNorm((2, 3))(lib.ones(3)),
    "no sizes": lambda lib, nn: nn.LayerNorm(())(lib.ones(3)),
    "a size that is no integer": lambda lib, nn: nn.LayerNorm(2.5),
    "dtypes of a layer": lambda lib, nn: nn.LayerNorm(3)(lib.ones(2, 3).double()),
    "sizes as an int": lambda lib, nn: nn.functional.layer_norm(lib.ones(2, 3), 3),
    "a list": lambda lib, nn: nn.functional.layer_norm([1.0], (1,)),
    "weight of a layer": lambda lib, nn: nn.functional.layer_norm(
        lib.ones(2, 3), (3,), lib.ones(2)
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    same_words(*both(lambda lib: MISTAKES[name](lib, lib.nn)), 3)
