"""The lessons as pages: sphinx-gallery runs `examples/`, this says how.

The scripts are run where copies of them lie, as they write files into their folder. Solutions are
linked from the end of each lesson.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import showing

EXAMPLES = showing.DOCS.parent / "examples"
STAGE = showing.DOCS / "_build" / "lessons"
HEADER = """Lessons
=======

Each lesson is one idea: some text, the formula, code that runs in a few seconds, what one sees,
and why. They are read in order, and need no more than Python and a little calculus. What stands
below a block of code is what it printed and drew when this site was built.

To run one yourself, type ``tinygrad-edu examples activations``; to change it, which the exercises
ask for, ``tinygrad-edu examples activations --copy`` puts the script into your folder. Each opens
as a notebook, too: the link is at its end.
"""


NOTE = re.compile(r"\.\. only:: html\n\n    \.\. note::.*?example code\.\n", re.DOTALL)
"""What sphinx-gallery writes above each title: where to download the script."""


AFTERWARDS = """:doc:`The solutions of the exercises </solutions/{0}>`. To go through the last
backward pass of this lesson step by step, type ``tinygrad-edu step {1}``; for a page to play with,
``tinygrad-edu explore {1} -o {1}.html``.

"""
"""What stands at the end of each lesson, by the names of its file and its own."""

TRANSLATED = {"05_activations": "English · :doc:`简体中文 </zh/activations>`\n\n"}
"""What stands at the start of a lesson that has been translated."""


def stage() -> str:
    """Copy the lessons to where they are run; return the folder."""
    STAGE.mkdir(parents=True, exist_ok=True)
    for old in STAGE.glob("*.py"):
        old.unlink()
    for lesson in sorted(EXAMPLES.glob("[0-9]*.py")):
        shutil.copy2(lesson, STAGE)
    (STAGE / "GALLERY_HEADER.rst").write_text(HEADER, encoding="utf-8")
    return str(STAGE)


def configuration() -> dict[str, Any]:
    """Return the settings of sphinx-gallery."""
    return {
        "examples_dirs": stage(),
        "gallery_dirs": "lessons",
        "filename_pattern": r"/\d\d_",
        "within_subsection_order": "FileNameSortKey",
        "image_scrapers": ("lessons.scrape",),
        "capture_repr": (),
        "default_thumb_file": str(showing.DOCS / "images" / "gradient-flow.svg"),
        "show_signature": False,
        "min_reported_time": 1e9,
        "write_computation_times": False,
        "plot_gallery": "True",
        "abort_on_example_error": True,
        "copyfile_regex": "",
        "remove_config_comments": True,
    }


def scrape(block: Any, variables: dict[str, Any], gallery: dict[str, Any]) -> str:
    """Write what a block of a lesson shows, as reStructuredText."""
    names = variables["example_globals"]
    last = ast.parse(block.content).body[-1]
    value = names.get("___") if isinstance(last, ast.Expr) else None
    lesson = Path(variables["src_file"]).stem
    parts = []
    for picture in showing.pictures(value):
        path = Path(variables["image_path_iterator"].next()).with_suffix(".svg")
        path.write_text(picture.svg, encoding="utf-8")
        parts.append(
            picture.lines(f"/{path.relative_to(gallery['src_dir'])}", _alt(picture, lesson))
        )
    parts.append(showing.markup(value, lesson, 1))
    return "".join(parts)


def _alt(picture: showing.Picture, lesson: str) -> str:
    """Say what a picture is: of a plot its titles and labels are in the text of the lesson."""
    kind = {"drawing": "Graph", "plot": "Plot"}[picture.kind]
    title = (EXAMPLES / f"{lesson}.py").read_text(encoding="utf-8").split("\n")[2]
    return f"{kind} of this lesson: {title}"


def setup(app: Any) -> dict[str, bool]:
    """Change the lessons a little as Sphinx reads them."""
    app.connect("source-read", _on_read)
    return {"parallel_read_safe": True}


def _on_read(app: Any, page: str, source: list[str]) -> None:
    """Link lessons and solutions with each other; leave out the note above a lesson's title."""
    lesson = re.fullmatch(r"lessons/(\d\d_\w+)", page)
    solutions = re.fullmatch(r"solutions/(\d\d_\w+)", page)
    if lesson:
        text = NOTE.sub("", source[0])
        text = re.sub(r"(\n=+\n\n)", rf"\1{TRANSLATED.get(lesson[1], '')}", text, count=1)
        before, footer, after = text.partition(".. _sphx_glr_download_")
        source[0] = before + AFTERWARDS.format(lesson[1], lesson[1][3:]) + footer + after
    elif solutions:
        title, _, rest = source[0].partition("\n")
        source[0] = f"{title}\n\n[The lesson](../lessons/{solutions[1]}.rst)\n{rest}"
