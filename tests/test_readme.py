"""The README's code runs, and prints what stands beside it."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(
    ("block", "printed"),
    [
        (0, ["Value(0.71629787", "True"]),
        (
            1,
            [
                "∂L/∂v2: – → −3.973 × 0.02659 = −0.1057",
                "∂L/∂w = 0.1585",
                "    d_w = d_v1 * x  # ∂L/∂v1 · x",
            ],
        ),
        (2, ["grad_fn=<MseLossBackward0>) torch.Size([4, 3])"]),
    ],
)
def test_code(block, printed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(BLOCKS[block], {})
    out = capsys.readouterr().out
    if block != 1:  # which prints whole tables
        assert len(out.splitlines()) == len(printed)
    for part in printed:
        assert part in out


def test_links_and_pictures_are_there():
    root = Path(__file__).parent.parent
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (root / target).exists(), target
