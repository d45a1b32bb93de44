"""Every argument of every function and method of tensors, given to both libraries.

The calls are made from torch's own signatures (`arguments.py`): each argument by keyword and by
position, with values that are usual for its type and with wrong ones.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from arguments import Form, calls_of, disagreement, function, method, signatures

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

UNSPECIFIED = {"empty", "empty_like", "new_empty", "svd", "unique_consecutive"}
"""Numbers that are nobody's, and signs that may be either; in the last torch mixes up booleans."""

EXCEPTIONS = r"""
# a number that torch once took by position, and takes with a warning that it is deprecated
(add|sub|subtract|rsub)_?\(x, 2, .*
# torch reads a dtype by position, too
(log_)?softmax\(x, 0, (torch\..*|float)\)
norm\(., .*, (True|False), (torch\..*|float)\)
# names that torch's documentation does not tell of
(h|v|d)split\(., (indices|sections)=.*
tensor_split\(., tensor_indices_or_sections=.*
(isin|result_type|searchsorted|bucketize|where|split)\(.*(test_element|other|input|split_size)=.*
expand\(.*implicit=.*
view\(., (dtype=)?(torch\..*|float)\)
# more is taken here, and gives what it says
(abs|absolute)_?\(b\)
(max|min|median|nanmedian|prod|squeeze|squeeze_|random_|eye)\(.*None.*\)
(flip|tile)\(x, 1\)
logsumexp\(x, \(\)\)
max_pool1d\(.*
float_power_\(., .*
# numbers torch only takes where they lie in memory row by row
(isin|kron|take_along_dim)\((.*, )?s(, .*)?\)
# less is taken here: it is refused in a sentence
(avg_pool1d|max_pool1d|max_pool2d)\(.*
bernoulli_?\(.*
(bucketize|searchsorted)\(.*(b|True).*\)
cholesky\((e|j)\)
(gather|scatter|scatter_add|scatter_reduce|take_along_dim)_?\(x, (0, )?e.*\)
index_add_?\(e, 0, i, .*\)
to\(x, (0|1)\.5\)
random_\(x, 0, None\)
# two things are wrong with the call, and the other one is told of
(index_add|index_copy|index_fill|index_put|index_select)_?\(.*
(scatter|scatter_add|scatter_reduce)_?\(x, 0, j, v.*
(addbmm|baddbmm)_?\(.*
bitwise_.*_\(.*
(lerp|prelu)_?\([iXbjku], .*
(mv|normal|narrow|repeat_interleave|randint_like|randint|cumsum_|cumprod_|unflatten)\(.*
where\(x, nonsense=1\)
(diag_embed|diagonal)\(.*k\)
# a value of the wrong type is told of as a wrong value
threshold\(x, .*'a'.*\)
(nan)?quantile\(.*interpolation=0\)
(scatter_reduce_?|searchsorted)\(.*\b0\)
(rot90|broadcast_to|conv1d|take_along_dim|einsum|pinverse|to)\(.*
"""
"""Calls that come out otherwise than in torch, written as functions; and why."""

PATTERN = re.compile("|".join(f"(?:{line})" for line in EXCEPTIONS.split("\n") if line[:1] > "#"))


def as_function(call: str) -> str:
    """Write `x.clone().abs_()` as `abs_(x)`, and `torch.abs_(x.clone())` too."""
    call = call.replace(".clone()", "")
    if call.startswith("torch."):
        return call.removeprefix("torch.")
    own, _, rest = call.partition(".")
    name, _, arguments = rest.partition("(")
    return f"{name}({own}, {arguments}".replace(", )", ")")


def names_of(theirs: Any, ours: Any) -> list[str]:
    """List the functions that both libraries have, and whose signatures torch tells."""
    return [
        name
        for name in sorted(set(dir(theirs)) - UNSPECIFIED)
        if name[0] != "_" and hasattr(ours, name) and signatures(torch, name)
        if not name.endswith("_") or hasattr(tinygrad_edu.Tensor, name)
    ]


def disagreements(form: Form, name: str, is_method: bool) -> list[str]:
    """Try every argument of a function; tell in which calls the libraries differ."""
    trials = {
        trial
        for arguments in signatures(torch, name)
        if not is_method or arguments[0].name == "self"
        for trial in calls_of(torch, form, arguments)
    }
    found = [
        disagreement(trial, tinygrad_edu, torch)
        for trial in sorted(trials)
        if not PATTERN.fullmatch(as_function(trial.call))
    ]
    return [text for text in found if text is not None]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", names_of(torch, tinygrad_edu))
def test_every_argument_of_a_function(name: str) -> None:
    assert disagreements(function(name), name, is_method=False) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", names_of(torch.Tensor, tinygrad_edu.Tensor))
def test_every_argument_of_a_method(name: str) -> None:
    assert disagreements(method(name), name, is_method=True) == []


def test_a_wrong_number_would_be_seen() -> None:
    trials = list(calls_of(torch, function("sum"), signatures(torch, "sum")[0]))
    assert {"dim", "keepdim", "dtype"} <= {trial.about for trial in trials}
    assert any(disagreement(trial, _Wrong(), torch) for trial in trials)


class _Wrong:
    """A library whose sum ignores that dims are to be kept."""

    def __getattr__(self, name: str) -> Any:
        if name == "sum":
            return lambda *args, keepdim=False, **more: tinygrad_edu.sum(*args[:2], **more)
        return getattr(tinygrad_edu, name)
