"""Names from the caller's variables: whose they are, and what has precedence over them."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, trace, viz
from tinygrad_edu.trace.caller import MOST, called, variables


def names(output, params):
    return [value.name for value in trace.read(output, params).values]


def test_values_and_lists_of_them_have_the_names_of_variables():
    b = Value(1.0)
    ws, rows = [Value(2.0), Value(3.0)], ([Value(4.0)], [Value(5.0)])
    y = b + ws[0] * ws[1] + rows[0][0] * rows[1][0]
    assert {"b", "ws[0]", "ws[1]", "rows[0,0]", "rows[1,0]", "y"} <= set(names(y, called()))


def test_tensors_and_what_was_computed_from_them_have_names_too():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    x = torch.tensor([3.0, 4.0])
    h = w * x
    assert names(h.sum(), called()) == ["w", "x", "h", None]
    assert w.name is None


def test_labels_and_params_win_and_no_name_is_given_twice():
    w, x = Value(1.0, label="x"), Value(2.0)
    assert names(w * x, called()) == ["x", None, None]
    assert names(w * x, called({"weight": x})) == ["x", "weight", None]


def test_only_the_frame_of_who_calls_counts_and_no_underscores():
    _hidden, outer = Value(1.0), Value(2.0)

    def function(given):
        inner = Value(3.0)
        return trace.steps(given * inner).names

    assert function(_hidden * outer) == ["v1", "v2", "given", "inner", "v3"]


def test_a_name_bound_to_another_value_since_is_the_other_values():
    x = Value(0.5)
    h = x
    for _ in range(2):
        w = Value(2.0)
        h = h * w
    assert names(h, called()) == ["x", None, None, "w", "h"]


def test_every_entrance_names_alike_and_can_do_without():
    w, x = Value(2.0), Value(3.0)
    L = w * x
    assert trace.steps(L).names == trace.explain(L, w).names == trace.program(L).names
    assert trace.explain(L, "w").gradient == 3.0
    assert "<B>w</B>" in viz.graph(L).source and "<B>w</B>" not in viz.graph(L, names=None).source
    assert trace.steps(L, names=None).names == ["v1", "v2", "v3"]
    with pytest.raises(ValueError, match="names is 'caller' or None, not 'all'"):
        trace.steps(L, names="all")


def test_lists_of_other_things_and_very_long_ones_are_left_alone():
    bound = {
        "numbers": [1.0] * 10,
        "long": [Value(1.0)] * (MOST + 1),
        "empty": [],
        "array": np.zeros(3),
        "kind": Value,
        "@py_assert1": Value(1.0),
    }
    assert variables(bound) == {}
