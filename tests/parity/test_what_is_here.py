"""The page that lists torch's names tells the truth: it is what its script writes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the page lists torch's names")

SCRIPT = Path(__file__).parents[2] / "docs" / "what_is_here.py"


def test_the_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("what_is_here", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run docs/what_is_here.py"


def test_every_method_that_is_not_here_says_so() -> None:
    absent = {name for name in dir(torch.Tensor) if name[0] != "_"} - set(dir(tinygrad_edu.ones(1)))
    assert len(absent) > 100
    for name in absent:
        with pytest.raises(AttributeError, match=r"docs/what-is-here\.md"):
            getattr(tinygrad_edu.ones(1), name)
