"""A method that torch has and this library has not says so; anything else is Python's error."""

from __future__ import annotations

import pytest

import tinygrad_edu as torch
from tinygrad_edu.missing import MissingMethod


@pytest.mark.parametrize("x", [torch.ones(2), torch.nn.Parameter(torch.ones(2))])
def test_a_missing_method_is_named(x: torch.Tensor) -> None:
    with pytest.raises(AttributeError, match=r"'matrix_exp'.*docs/what-is-here\.md"):
        x.matrix_exp()
    with pytest.raises(AttributeError, match=rf"^'{type(x).__name__}' object .* 'meen'$"):
        _ = x.meen


def test_what_is_missing_is_not_there_by_any_other_question() -> None:
    absent = [name for name, found in vars(torch.Tensor).items() if type(found) is MissingMethod]
    assert len(absent) > 100
    for name in absent:
        assert not hasattr(torch.ones(1), name)
        assert not hasattr(torch.Tensor, name)
    assert not set(absent) & set(dir(torch.ones(1)))
    assert {"shape", "sum", "cumsum", "add_"} <= set(dir(torch.ones(1)))


def test_attributes_are_looked_up_as_of_any_class() -> None:
    assert not hasattr(torch.Tensor, "__getattr__")  # it would slow down every attribute
