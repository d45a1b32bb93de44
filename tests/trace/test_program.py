"""The straight-line program of a graph, in Python and in JavaScript, against the engine."""

import copy as copying
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from javascript import is_near as same
from javascript import needs_node, run_javascript
from random_graphs import SCALAR

from tinygrad_edu import Constant, Value, nn, no_grad, trace
from tinygrad_edu.ops import TABLE, Operation

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -3.7, 800.0, -800.0, 1e-310, math.inf, -math.inf, math.nan]


def gradients_of(output: Value, leaves: list[Value]) -> list[float]:
    for leaf in leaves:
        leaf.grad = None
    output.backward()
    return [0.0 if leaf.grad is None else leaf.grad for leaf in leaves]


@pytest.mark.parametrize(("name", "parameters"), SCALAR, ids=str)
@pytest.mark.parametrize("x", SPECIAL)
def test_every_scalar_operation_is_written_as_it_computes(
    name: str, parameters: dict, x: float
) -> None:
    op = TABLE[name]
    for other in SPECIAL if op.arity == 2 else [None]:
        leaves = [Value(x, "x")] + ([] if other is None else [Value(other, "z")])
        output = op(*leaves, **parameters)
        written = trace.program(output)
        # Recorded for other numbers, so that no branch can be frozen.
        elsewhere = trace.program(
            op(*(Value(0.3 + i, f"p{i}") for i in range(op.arity)), **parameters)
        )
        for program in (written, elsewhere):
            result = program(*(leaf.data for leaf in leaves))
            assert same(result.values[program.graph.outputs[0].index], output.data)
            found = [result.gradients[i] for i in program.inputs]
            expected = gradients_of(op(*leaves, **parameters), leaves)
            assert all(map(same, found, expected)), (leaves, found, expected)


def test_every_scalar_operation_says_how_it_is_written() -> None:
    missing = [
        name
        for name, op in TABLE.items()
        if isinstance(op, Operation) and op.on_floats and not op.source
    ]
    assert missing == []


UNARY = ["tanh", "sigmoid", "relu", "sin", "cos", "abs", "square", "neg"]
BINARY = ["add", "sub", "mul", "maximum", "minimum"]


@st.composite
def expressions(draw: st.DrawFn) -> Value:
    numbers = st.floats(-3, 3, allow_subnormal=False)
    pool = [Value(draw(numbers), label) for label in ("a", "b", "c")]
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            pool.append(TABLE[draw(st.sampled_from(UNARY))](draw(st.sampled_from(pool))))
        else:
            pair = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
            pool.append(TABLE[draw(st.sampled_from(BINARY))](*pair))
    return pool[-1]


@given(expressions())
def test_the_program_of_a_random_graph_gives_its_values_and_gradients(output: Value) -> None:
    program = trace.program(output)
    result = program()
    for value in program.graph.values:
        value.source.grad = None
    output.backward()
    for value in program.graph.values:
        assert same(result.values[value.index], value.source.data)
        if value.needs_gradient:
            assert same(result.gradients[value.index], value.source.grad)


@given(expressions())
def test_contributions_are_upstream_times_local_and_add_up(output: Value) -> None:
    program = trace.program(output)
    result = program()
    sums = dict.fromkeys(range(len(program.graph.values)), 0.0)
    arrows = [use for operation in program.graph.operations for use in operation.arguments]
    for use, contribution, local in zip(arrows, result.contributions, result.locals, strict=True):
        upstream = result.gradients[use.operation.results[0].index]
        assert math.isclose(contribution, upstream * local, rel_tol=1e-12, abs_tol=1e-300)
        sums[use.value.index] += contribution
    for value in program.graph.values[:-1]:
        expected = result.gradients[value.index]
        assert math.isclose(sums[value.index], expected, rel_tol=1e-9, abs_tol=1e-9)


@needs_node
def test_javascript_computes_the_same() -> None:
    """To the last digits: the functions of the two languages may differ in the last bit."""
    cases = []
    for name, parameters in SCALAR:
        op = TABLE[name]
        labels = [f"p{i}" for i in range(op.arity)]
        program = trace.program(op(*(Value(0.3, label) for label in labels), **parameters))
        for x in SPECIAL:
            for z in SPECIAL if op.arity == 2 else [None]:
                cases.append((program, [x] if z is None else [x, z]))
    for (program, numbers), found in zip(cases, run_javascript(cases), strict=True):
        result = program(*numbers)
        wanted = (result.values, result.gradients, result.locals)
        for theirs, ours in zip(found, wanted, strict=True):
            for a, b in zip(theirs, ours, strict=True):
                assert a == b or same(a, b, ulps=8), (program.python, numbers, theirs, ours)


def test_names_that_are_no_variables_become_some() -> None:
    a, b, c = Value(1.0, "layers.0.weight[1,2]"), Value(2.0, "lambda"), Value(3.0, "let")
    program = trace.program(a * b + c + Value(4.0, "</script>"))
    assert program.names[:2] == ["layers_0_weight_1_2", "lambda_2"]
    assert all(name.isidentifier() for name in program.names)
    assert len(set(program.names)) == len(program.names)
    assert program().values == [x.number for x in program.graph.values]


def test_the_printed_program_runs_on_its_own() -> None:
    x, w = Value(-0.7, "x"), Value(1.5, "w")
    output = (w * x).relu() + (x**3).tanh() * 2
    namespace: dict = {}
    exec(trace.program(output).python, namespace)
    value, gradients = namespace["program"](w=1.5, x=-0.7)
    assert value == output.data
    assert [gradients["w"], gradients["x"]] == gradients_of(output, [w, x])


def test_the_wrong_number_of_numbers_is_refused() -> None:
    program = trace.program(Value(1.0, "x") * Value(2.0, "w"))
    with pytest.raises(TypeError, match="takes 2 numbers: x, w"):
        program(1.0)


@given(expressions())
def test_a_lean_program_gives_the_same_on_floats_and_on_arrays(output: Value) -> None:
    program = trace.program(output)
    numbers = [program.graph.values[i].number for i in program.inputs]
    result = program(*numbers)
    expected = [result.gradients[i] for i in program.inputs]
    value, gradients = program.on_floats(*numbers)
    assert same(value, output.data)
    pairs = list(zip(gradients, expected, strict=True))
    assert all(a is b is None or same(a, b) for a, b in pairs)
    batch = [np.array([x, -x, x + 0.5]) for x in numbers]
    values, slopes = program.on_arrays(*batch)
    values = np.broadcast_to(values, 3)
    for k in range(3):
        value, gradients = program.on_floats(*(float(x[k]) for x in batch))
        assert same(values[k], value, ulps=64)
        for slope, gradient in zip(slopes, gradients, strict=True):
            if gradient is not None:
                found = np.broadcast_to(slope, 3)[k]
                assert math.isclose(found, gradient, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize(("name", "parameters"), SCALAR, ids=str)
def test_every_scalar_operation_runs_on_arrays_in_place_of_floats(
    name: str, parameters: dict
) -> None:
    op = TABLE[name]
    leaves = [Value(0.3 + i, f"p{i}") for i in range(op.arity)]
    program = trace.program(op(*leaves, **parameters))
    numbers = [np.array(SPECIAL) if i == 0 else np.array(SPECIAL[::-1]) for i in range(op.arity)]
    value, gradients = program.on_arrays(*numbers)
    for k in range(len(SPECIAL)):
        result = program(*(x[k] for x in numbers))
        found = [value, *(g for g in gradients if g is not None)]
        expected = [result.values[program.graph.outputs[0].index]]
        expected += [result.gradients[i] for i in program.inputs if result.gradients[i] is not None]
        for a, b in zip(found, expected, strict=True):
            number = float(np.broadcast_to(a, len(SPECIAL))[k])
            assert same(number, b) or math.isclose(number, b, rel_tol=1e-13), (k, number, b)


def test_lean_programs_compute_nothing_twice() -> None:
    x = Value(0.7, "x")
    program = trace.program(x.exp() * x.exp() + x.exp())
    calls = []
    functions = {"exp": lambda z: calls.append(z) or math.exp(z)}
    program._lean({**functions})(0.7)
    assert len(calls) == 1


# --- beside the graph ----------------------------------------------------------------------------


def runs_as_eager(function: object, numbers: tuple, others: tuple) -> str:
    """Write a program for numbers, compare it with eager for others; return it."""
    labels = "abc"[: len(numbers)]
    recorded = [Value(x, label) for x, label in zip(numbers, labels, strict=True)]
    program = trace.program(function(*recorded), names=None)
    leaves = [Value(x, label) for x, label in zip(others, labels, strict=True)]
    output = function(*leaves)
    given = dict(zip(labels, others, strict=True))
    result = program(*(given[program.names[i]] for i in program.inputs))
    output.backward()
    slopes = {program.names[i]: result.gradients[i] for i in program.inputs}
    assert same(result.values[program.graph.outputs[0].index], output.data)
    for x in leaves:
        assert same(slopes.get(x.label, 0.0) or 0.0, x.grad or 0.0)
    return program.python


BESIDE = {
    "detach": lambda a, b: a * a.detach() + b,
    "of what the graph has not": lambda a, b: a * b.detach(),
    "the largest": lambda a, b: log_softmax([a, b, a * b])[1],
    "arithmetic": lambda a, b: a * (b.detach() * 2 + 1).exp() + b,
    "of each other": lambda a, b: (p := a * b).detach() * (a.detach() - b) * p,
    "in a gradient": lambda a, b: grad((a * b).tanh() * b.detach(), a) * a,
}


def log_softmax(values: list) -> list:
    return nn.functional.log_softmax(np.array(values), 0)


def grad(output: Value, leaf: Value) -> Value:
    from tinygrad_edu.autograd import grad

    return grad(output, leaf, create_graph=True)[0]


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_computed_beside_the_graph_is_computed(name: str) -> None:
    runs_as_eager(BESIDE[name], (0.5, 0.25), (-1.5, 0.75))


def test_a_constant_keeps_its_name_when_something_is_computed_of_it() -> None:
    label = Constant(1.0, label="label")
    score = Value(0.25, label="score")
    program = trace.program((1 + -label * score).relu())
    assert "number = -label" in program.python
    given = {"label": -1.0, "score": 0.25}
    result = program(*(given[program.names[i]] for i in program.inputs))
    assert result.values[program.graph.outputs[0].index] == 1.25


def test_what_was_made_under_no_grad_is_an_input() -> None:
    x = Value(2.0, label="x")
    with no_grad():
        square = x * x
    program = trace.program(x * square)
    assert [program.names[i] for i in program.inputs] == ["x", "square"]
    assert program(3.0, 5.0).values[-1] == 15.0


def test_what_nobody_has_any_more_is_an_input() -> None:
    x = Value(2.0, label="x")
    program = trace.program(x * (x * x).detach())
    assert [program.names[i] for i in program.inputs] == ["x", "number"]


def test_a_constant_that_was_set_since_is_an_input() -> None:
    x = Value(2.0, label="x")
    copy = x.detach()
    output = x * copy
    copy.data = 7.0
    program = trace.program(output)
    assert [program.names[i] for i in program.inputs] == ["x", "copy"]


CHOICES = {
    "relu": lambda a, b: grad((a * b).relu() * a, a),
    "maximum": lambda a, b: grad(a.max(b) * a, a) + a,
    "power": lambda a, b: grad(a**b, b) * a,
    "gradient as it came": lambda a, b: grad((a * b).leaky_relu() * b, b) * b,
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_recorded_choice_of_a_rule_is_refused(name: str) -> None:
    with pytest.raises(NotImplementedError, match="only the branch that was taken"):
        trace.program(CHOICES[name](Value(2.0), Value(3.0)))


def test_a_recorded_choice_that_is_a_number_is_an_input() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    program = trace.program(grad(a.relu(), a) * b)
    assert [program.names[i] for i in program.inputs] == ["number", "b"]


def test_powers_that_are_numbers_are_no_choice() -> None:
    runs_as_eager(lambda a, b: grad((a * b) ** 2 + abs(b), b), (2.0, 3.0), (-5.0, -7.0))


def test_computed_constants_can_be_copied() -> None:
    constant = Value(2.0).detach()
    for copy in (copying.deepcopy(constant), pickle.loads(pickle.dumps(constant))):
        assert (type(copy), copy.data) == (Constant, 2.0)


# --- how it is printed ---------------------------------------------------------------------------


def test_no_line_of_a_network_is_longer_than_a_page_is_wide() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 1)).to(Value)
    output = model([Value(0.5, label=f"x{i}") for i in range(3)])[0]
    written = trace.program(output, params=model).python
    assert max(map(len, written.splitlines())) <= 100
    assert "weight_0_1_2" in written
    namespace: dict = {}
    exec(written, namespace)
    numbers = {f"x{i}": 0.5 for i in range(3)}
    for index in (0, 2):
        for kind in ("weight", "bias"):
            values = getattr(model[index], kind)
            for place in np.ndindex(values.shape):
                numbers["_".join(map(str, (kind, index, *place)))] = values[place].data
    assert namespace["program"](**numbers)[0] == output.data


def test_factors_of_one_and_minus_one_are_not_written() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    written = trace.program((1.0 * x * -1) * (-1.0 * y) + x**2).python
    assert "v1 = x  # 1 · x" in written
    assert "v2 = -v1" in written
    assert "v3 = -y" in written
    assert "(2.0 * x)" in written
