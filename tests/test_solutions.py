"""The solutions in `docs/solutions/`: their code runs, and prints what stands below it.

`UPDATE_SNAPSHOTS=1 pytest tests/test_solutions.py` writes what is printed anew; read it before you
commit it.
"""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOLUTIONS = sorted((ROOT / "docs" / "solutions").glob("[0-9]*.md"))
CODE = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_code(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text, names = path.read_text(encoding="utf-8"), {"__name__": "solutions"}

    def ran(block):
        exec(compile(block[1], path.name, "exec"), names)
        shown = capsys.readouterr().out
        return f"```python\n{block[1]}```\n" + (f"\n```text\n{shown}```\n" if shown else "")

    found = CODE.sub(ran, text)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(found, encoding="utf-8")
        text = found
    assert NUMBER.sub("#", found) == NUMBER.sub("#", text)
    for now, before in zip(NUMBER.findall(found), NUMBER.findall(text), strict=True):
        assert float(now) == pytest.approx(float(before), rel=0.05, abs=1e-6)


def test_each_lesson_has_its_solutions():
    lessons = [path.stem for path in sorted((ROOT / "examples").glob("[0-9]*.py"))]
    assert [path.stem for path in SOLUTIONS] == lessons


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_each_exercise_has_its_solution(path):
    lesson = (ROOT / "examples" / f"{path.stem}.py").read_text(encoding="utf-8")
    exercises = re.findall(r"^# (\d)\. ", lesson.split("Exercises")[1], re.MULTILINE)
    solved = re.findall(r"^## (\d)\. ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert solved == exercises and len(exercises) in (2, 3)
