"""The README's code runs, and prints what stands beside it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def code_of(page):
    """The code of a page without its comments, which are translated."""
    blocks = re.findall(r"```(?:python|sh)\n(.*?)```", page, re.DOTALL)
    return [re.sub(r" *#.*", "", re.sub(r'title=".*?"', "", block)) for block in blocks]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_links_and_pictures_are_there(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        if "://" not in target:
            assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("README.md", "README.zh-CN.md"), ("docs/tour.md", "docs/zh/tour.md")],
)
def test_a_translation_has_the_same_code_and_headings_and_both_are_linked(english, chinese):
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in (english, chinese)]
    assert code_of(pages[0]) == code_of(pages[1]) != []
    levels = [re.findall(r"^#+(?= )", page, re.MULTILINE) for page in pages]
    assert levels[0] == levels[1]
    assert f"[简体中文]({'' if 'docs' not in english else 'zh/'}{Path(chinese).name})" in pages[0]
    assert f"[English]({'' if 'docs' not in english else '../'}{Path(english).name})" in pages[1]


def test_the_translated_lesson_has_the_code_of_the_lesson():
    lesson = (ROOT / "examples/05_activations.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %%(.*)\n", lesson, flags=re.MULTILINE)[1:]
    code = [text.strip() for kind, text in zip(cells[::2], cells[1::2], strict=True) if not kind]
    page = (ROOT / "docs/zh/activations.md").read_text(encoding="utf-8")
    translated = [block.strip() for block in code_of(page)]
    saved = '\nfigure.savefig("activations.svg")'  # the site shows a figure without it
    assert translated == [block.replace(saved, "") for block in code]
