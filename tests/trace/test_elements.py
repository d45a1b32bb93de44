"""Operations written out element by element: the numbers and gradients of the tensors."""

import numpy as np
import pytest
from cases import ROWS, Row, ours, run

import tinygrad_edu as torch
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.elements import Marked, element, numbers_of, size_of, starts, unroll
from tinygrad_edu.trace.graph import read
from tinygrad_edu.value import Value

SAMPLES = [
    pytest.param(row, ours(call), shapes, id=f"{row.op}: {ours(call)} on {shapes}")
    for row in ROWS
    for call in row.calls
    for shapes in row.shapes[:2]
    if not row.op.startswith("cholesky")  # reads one half of a matrix and shares the gradient out
    if all(0 not in np.atleast_1d(shape) for shape in shapes)
]


@pytest.mark.parametrize(("row", "call", "shapes"), SAMPLES)
def test_every_operation_is_written_out(row: Row, call: str, shapes: tuple) -> None:
    """Each element is the tensor's; upstream · slope adds up to what the pass sends back."""
    inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(shapes)]
    output = run(call, torch, inputs, TABLE[row.op])
    output = output[0] if isinstance(output, tuple) else output
    if output.grad_fn is None or not output.numel():
        return
    weights = np.linspace(0.5, 1.5, output.numel()).reshape(tuple(output.shape))
    (output * torch.tensor(weights, dtype=output.dtype)).sum().backward(retain_graph=True)
    graph = read(output)
    numbers = numbers_of(graph)
    for operation in graph.operations:
        arguments = [numbers[use.value.index] for use in operation.arguments]
        try:
            elements = unroll(operation, arguments)
        except NotImplementedError as error:  # trace.scalars refuses it in the same words
            assert "not there for arrays of Values" in str(error)
            continue
        result = operation.results[0]
        own = np.ravel(numbers[result.index])
        found = [one.result for one in elements]
        assert np.allclose(found, own, rtol=1e-5, atol=1e-6, equal_nan=True)
        sums = np.zeros(starts(operation)[-1])
        for one, g in zip(elements, np.ravel(result.source.grad), strict=True):
            np.add.at(sums, list(one.places), g * np.array(one.slopes))
        for use, start in zip(operation.arguments, starts(operation), strict=False):
            if use.contribution is not None:
                part = sums[start : start + size_of(use.value)]
                sent = np.ravel(use.contribution)
                assert np.allclose(part, sent, rtol=1e-4, atol=1e-6, equal_nan=True)


def linear() -> tuple:
    x, w, b = torch.tensor([[2.0, 3.0]]), torch.tensor([[0.5, -1.0]]), torch.tensor([0.25])
    w.requires_grad = b.requires_grad = True
    graph = read(torch.nn.functional.linear(x, w, b))
    return graph.operations[0], [x.numpy(), w.detach().numpy(), b.detach().numpy()]


def test_a_slope_that_is_one_of_the_numbers_says_which():
    [found] = unroll(*linear())
    assert found.template == "{0}·{1} + {2}·{3} + {4}"
    assert found.places == (0, 2, 1, 3, 4)  # x: 0 and 1, w: 2 and 3, b: 4
    assert [getattr(slope, "mark", slope) for slope in found.slopes] == [1, 0, 3, 2, 1.0]


def test_a_number_is_marked_until_it_is_computed_with():
    x = Marked(3.0, 7)
    assert (1.0 * x).mark == (x * 1.0).mark == 7
    assert all(type(y) is float for y in (x * x, 2.0 * x, x + 0.0, -x, x * 0.5))
    one = Marked(1.0, 8)  # a number that happens to be 1 is no factor that can be left out
    assert type(one * x) is type(x * one) is float


@pytest.mark.parametrize(
    ("compute", "written"),
    [
        (lambda a, b: a - (b - a), "{0} − ({1} − {0})"),
        (lambda a, b: a / (b * a), "{0} ÷ ({1}·{0})"),
        (lambda a, b: (a / b) * a, "({0} ÷ {1})·{0}"),
        (lambda a, b: (a + b) ** 2, "({0} + {1}) ^ 2"),
        (lambda a, b: -(a + b).abs(), "−|{0} + {1}|"),
    ],
)
def test_brackets_stand_where_they_must(compute, written):
    """What single numbers make is written as they made it; here it is recorded on `Value`s."""
    a, b = Value(2.0, "0"), Value(3.0, "1")  # labelled by their places
    assert element(compute(a, b)).template == written


def test_what_is_used_twice_is_a_helper():
    x = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
    graph = read(x.var())
    [found] = unroll(graph.operations[0], [x.detach().numpy()])
    assert found.definitions == ("({0} + {1} + {2}) ÷ 3",)
    assert found.template.count("{3}") == 3
    assert found.helpers == (pytest.approx(7 / 3),)


def test_a_function_of_ones_own_cannot_be_written_out():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = torch.tensor([1.0], requires_grad=True)
    graph = read(Twice.apply(x) + 1)
    assert set(numbers_of(graph)) == {value.index for value in graph.values if not value.made_by}
    with pytest.raises(NotImplementedError, match="a function of your own"):
        unroll(graph.operations[0], [x.detach().numpy()])


def test_too_long_a_formula_is_refused():
    x = torch.ones(500, requires_grad=True)
    with pytest.raises(ValueError, match="too many operations"):
        unroll(read(x.sum()).operations[0], [x.detach().numpy()])


def test_it_works_while_nothing_is_recorded():
    operation, arguments = linear()
    with torch.no_grad():
        assert len(unroll(operation, arguments)[0].places) == 5
