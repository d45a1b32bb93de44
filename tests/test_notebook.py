"""What values and tensors show of themselves in a notebook."""

import base64

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, notebook, trace


def test_a_value_with_a_graph_shows_it_and_its_text() -> None:
    x = Value(2.0, label="<x>")
    bundle = (x * 3.0)._repr_mimebundle_()
    assert bundle["text/plain"] == "Value(6.0)"
    assert "&lt;x&gt;" in bundle["image/svg+xml"]
    assert bundle["image/svg+xml"].lstrip().startswith("<?xml")


def test_a_tensor_shows_its_graph_only_if_it_has_one() -> None:
    x = torch.ones(2, requires_grad=True)
    assert set(x._repr_mimebundle_()) == {"text/plain"}
    assert set((x * 2).sum()._repr_mimebundle_()) == {"text/plain", "text/html"}
    assert set((x.detach() * 2)._repr_mimebundle_()) == {"text/plain"}


def test_the_numbers_of_a_tensor_stand_above_its_graph() -> None:
    y = torch.tensor([1.5, 2.5], requires_grad=True) * 2
    shown = y._repr_mimebundle_()["text/html"]
    text, image = shown.split("</pre>")
    assert "tensor([3., 5.], grad_fn=&lt;MulBackward0&gt;)" in text
    encoded = image.split("data:image/svg+xml;base64,")[1].split('"')[0]
    assert "<svg" in base64.b64decode(encoded).decode()


def test_a_graph_too_large_to_read_is_text() -> None:
    x = Value(1.0)
    for _ in range(400):
        x = x + 1.0
    assert x._repr_mimebundle_() == {"text/plain": "Value(401.0)"}


def test_a_drawing_that_takes_too_long_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "TIMEOUT", 1e-9)
    assert (Value(1.0) + 1.0)._repr_mimebundle_() == {"text/plain": "Value(2.0)"}


def test_ipython_asks_for_it() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(Value(1.0) * 2.0)
    assert data["text/plain"] == "Value(2.0)"
    assert "<svg" in data["image/svg+xml"]


def test_ipython_shows_explanations_in_markdown() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    a = Value(3.0, label="a")
    data, _ = formatters.DisplayFormatter().format(trace.explain(a * a, a))
    assert set(data) == {"text/plain", "text/markdown", "text/latex"}
    assert data["text/plain"].startswith("∂v1/∂a = 6")
