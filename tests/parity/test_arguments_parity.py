"""Every argument of every function and method of tensors, given to both libraries.

The calls are made from torch's own signatures (`arguments.py`): each argument by keyword and by
position, with values that are usual for its type and with wrong ones.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from arguments import Form, bases_of, calls_of, disagreement, function, method, signatures

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

UNSPECIFIED = {"empty", "empty_like", "new_empty", "svd", "unique_consecutive"}
"""Numbers that are nobody's, and signs that may be either; in the last torch mixes up booleans."""

EXCEPTIONS = r"""
# a number that torch once took by position, and takes with a warning that it is deprecated
(add|sub|subtract|rsub)_?\(x, 2, (2|0\.5|-1|0)\)
# names that torch's documentation does not tell of
(h|v|d)split\(., (indices|sections)=.*
tensor_split\(., tensor_indices_or_sections=.*
where\(b, input=2, other=(0\.5|x)\)
searchsorted\(v, input=2\)
split\(x, split_size=1\)
# None, where it is what stands for no argument, and is read as such
(max|min|median|nanmedian|prod|squeeze|squeeze_)\(x, None\)
eye\(0, None\)
randint\(0, None, \(2, 3\)(, generator=None)?\)
randint_like\(x, (0, )?None(, generator=None)?\)
random_\(x, (None|0, None|None, 1)\)
repeat_interleave\(x, None\)
# 0 decimals, which are the default, of whole numbers
round_?\([Xijku], decimals=0\)
# the function refuses the one int that the method takes
(flip|tile)\(x, 1\)
broadcast_to\(x, 2\)
# torch sums over all dims, and then finds that the result has none
logsumexp\(x, \(\)\)
# numbers that torch only takes where they lie in memory row by row
isin\((2|x), s\)
kron\((s, x|x, s)\)
take_along_dim\(s, i\)
# an index of floats is refused, also where it is empty
gather\(x, 0, e\)
take_along_dim\(x, e\)
scatter_?\(x, 0, e, (x|2)(, reduce='add')?\)
scatter_add_?\(x, 0, e, x\)
scatter_reduce_?\(x, 0, e, x, 'sum'\)
# an index into a dim of size 0 is refused; torch takes it, or refuses it in its own last resort
index_add_?\(e, 0, i, x\)
index_reduce_?\(e, 0, i, x, 'prod'\)
index_copy_?\(e, 0, i, x\)
index_fill_?\(e, 0, i, (2|z)\)
index_put_?\(x, \(\), v\)
# matrices without a row that are not square
cholesky\(e\)
# torch gives the input another shape in place
addbmm_\((v|z), w, w\)
# torch does not look at the shape of probabilities for no numbers
bernoulli_\(e, x\)
# a number for a dtype, which torch reads as Python's type of that number
to\(x, (0\.5|1\.5|True|False)(, (True|False))?\)
# layouts are not there, so that they cannot be given
to\(x, .*torch\.(strided|contiguous_format|preserve_format)\)
# two things are wrong with the call, and the other one is told of
(addbmm|baddbmm)_?\((x, w|t, t), x\)
(bitwise_\w+|gcd|lcm)_\((i, ([estvxyz]|0\.5)|z, i)\)
cum(sum|prod)_\(b, 0\)
index_add_?\(x, 0, i, z\)
index_reduce_?\(x, 0, i, z, 'prod'\)
index_copy_?\(([kz], 0, i, x|x, 0, i, [Xbikmu]|x, 0, z, x)\)
index_put_?\((X, \(i, i\), v|X, \(i,\), x|m, \(i, i\), v|[mt], \(i,\), x)\)
index_select\(x, 0, [emsxyt]\)
mv\([kz], v\)
normal\(X, x\)
scatter_?\(x, 0, j, v(, reduce='add')?\)
scatter_add_?\(x, 0, j, v\)
scatter_reduce_?\(x, 0, j, v, 'sum'\)
tensordot\(x, x, \[\[0\]\]\)
where\(y, nonsense=1\)
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
        for trial in calls_of(torch, form, arguments, bases_of(name, arguments))
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
