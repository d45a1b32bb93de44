"""The code of docs/going-to-pytorch.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

for _name in ("torch", "safetensors.torch", "onnx", "onnxruntime"):
    pytest.importorskip(_name, reason="the page is about other libraries")

PAGE = Path(__file__).parents[2] / "docs" / "going-to-pytorch.md"


def test_the_page_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 5
    assert {path.name for path in tmp_path.iterdir()} == {
        "model.safetensors", "back.safetensors", "model.onnx"
    }  # fmt: skip
    assert re.match(r"\[array\(\[\[-?\d", capsys.readouterr().out)
