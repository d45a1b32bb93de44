"""What the project says of itself agrees: versions, texts that quote the code, workflows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tinygrad_edu

ROOT = Path(__file__).parent.parent


def text(path: str) -> str:
    """Return the text of a file of the project, which an installed package need not have."""
    if not (ROOT / path).exists():
        pytest.skip(f"{path} is in the repository only")
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_version_is_that_of_the_changelog() -> None:
    released = re.findall(r"^## \[(\d\S*)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert released[0] == tinygrad_edu.__version__


def test_the_version_stands_in_no_other_file() -> None:
    for path in ("pyproject.toml", "CITATION.cff", "README.md", "docs/conf.py"):
        assert f'"{tinygrad_edu.__version__}"' not in text(path)


def test_the_guide_quotes_an_operation_as_it_is() -> None:
    quoted = re.findall(r"```python\n(ldexp = .*?)```", text("CONTRIBUTING.md"), re.DOTALL)
    (call,) = (ast.parse(code).body[0].value for code in quoted)
    source = text("tinygrad_edu/ops/logarithms.py")
    (entry,) = (
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ldexp"
    )
    told = {k.arg: ast.unparse(k.value) for k in call.keywords}
    there = {k.arg: ast.unparse(k.value) for k in entry.keywords}
    assert there.items() - told.items() == {("prepare", "_no_bools")}  # the check of arguments
    assert told.items() <= there.items()


def test_files_that_the_guide_and_the_changelog_name_are_there() -> None:
    for page in ("CONTRIBUTING.md", "CHANGELOG.md"):
        links = re.findall(r"\]\((?!http)([^)#]+)\)", text(page))
        names = re.findall(r"`((?:tinygrad_edu|tests|docs|examples|\.ci)/[\w./]+)`", text(page))
        assert [name for name in (*links, *names) if not (ROOT / name).exists()] == []


def test_the_workflow_runs_what_must_hold_and_every_python() -> None:
    workflow = text(".github/workflows/ci.yml")
    assert "run: .ci/run" in workflow
    tested = re.findall(r'"(3\.\d+)"', re.search(r"python: \[.*\]", workflow)[0])
    claimed = re.findall(r"Python :: (3\.\d+)", text("pyproject.toml"))
    assert tested == ["3.10", "3.11", "3.12", "3.13", "3.14"]
    assert set(claimed) <= set(tested)
    assert f'requires-python = ">={tested[0]}"' in text("pyproject.toml")
