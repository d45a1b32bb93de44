"""`out=` of every function that has it in torch: filled as there, or refused by name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from arguments import Trial, accepted, bases_of, disagreement, function, signatures, written

import tinygrad_edu
from tinygrad_edu.out import NAMES

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

OUTS = (
    "torch.empty(0)",
    "torch.empty(0, dtype=torch.float64)",
    "torch.empty(0, dtype=torch.int64)",
    "torch.empty(0, dtype=torch.bool)",
    "torch.zeros(3, 3)",
    "torch.zeros(2)",
    "torch.zeros(3, 3).t()",
    "torch.zeros(3, requires_grad=True)",
    "torch.zeros(4, 4)[0]",
    "1",
)

REFUSED = re.compile(r"\): (TypeError|NotImplementedError): [^\n]*('out'|out=).*, but torch: ")
"""What is refused by name, whatever torch would say to such a tensor."""


def names_with_out() -> list[str]:
    """List the functions of torch's that take `out`, as far as they are here."""
    return [
        name
        for name in dir(torch)
        if name[0] != "_" and name[-1] != "_" and hasattr(tinygrad_edu, name)
        if any(
            any(a.is_out for a in schema.arguments)
            for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}")
        )
    ]


def calls(name: str) -> list[str]:
    """Write a call for each signature, with an `out` to be filled in."""
    found = []
    for arguments in signatures(torch, name):
        base = accepted(torch, function(name), arguments, bases_of(name, arguments))
        if base is not None:
            count = sum(a.required and not a.by_keyword_only for a in arguments)
            found.append(written(function(name), arguments, base, count)[:-1] + ", out=out)")
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", names_with_out())
def test_out_is_filled_or_refused(name: str) -> None:
    found = [
        disagreement(Trial(f"into(lambda out: {call}, {out})", "out"), tinygrad_edu, torch)
        for call in calls(name)
        for out in OUTS
        if not call.startswith("torch.where(y")  # its condition is what is wrong
    ]
    assert [text for text in found if text is not None and not REFUSED.search(text)] == []


def test_what_takes_out_fills_it() -> None:
    x = tinygrad_edu.tensor([0.25, 0.5])
    for name in ("add", "mul", "exp", "sqrt"):
        assert name in NAMES
        out: Any = tinygrad_edu.zeros(2)
        more = {"add": (x,), "mul": (2,)}.get(name, ())
        result = getattr(tinygrad_edu, name)(x, *more, out=out)
        assert result is out
        assert out.tolist() == getattr(x, name)(*more).tolist()
