"""What the tests of pictures share: no system `dot`, reading an SVG, and snapshots of DOT text.

`UPDATE_SNAPSHOTS=1 pytest tests/viz` writes the snapshots anew; look at what changed before you
commit it.
"""

import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

SNAPSHOTS = Path(__file__).parent / "snapshots"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _no_dot(monkeypatch, tmp_path):
    """Hide the machine's `dot`, so that all pictures are drawn as on a machine without one."""
    empty = tmp_path / "empty path"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.fixture
def same_as_snapshot():
    """Return a function that compares the DOT text of a drawing with the file of that name."""

    def compare(drawing, name):
        path = SNAPSHOTS / f"{name}.gv"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(drawing.source, encoding="utf-8")
        assert drawing.source == path.read_text(encoding="utf-8")

    return compare


class Picture:
    """An SVG as a reader sees it."""

    def __init__(self, drawing):
        self.source = drawing.pipe("svg", encoding="utf-8")
        self.root = ET.fromstring(self.source)

    @property
    def texts(self):
        """All lines of text."""
        return [e.text.replace("\xa0", " ") for e in self.root.iter(f"{SVG}text")]

    def parts(self, kind):
        """The names of the nodes, edges or clusters."""
        groups = (
            g for g in self.root.iter(f"{SVG}g") if (g.get("class") or "").split(" ")[0] == kind
        )
        return [g.find(f"{SVG}title").text for g in groups]

    @property
    def font_sizes(self):
        return {float(element.get("font-size")) for element in self.root.iter(f"{SVG}text")}

    def attribute(self, edge, name):
        """An attribute of the lines of an edge: stroke, stroke-width or stroke-dasharray."""
        found = [
            path.get(name)
            for g in self.root.iter(f"{SVG}g")
            if g.get("class") == "edge" and g.find(f"{SVG}title").text == edge
            for path in g.iter(f"{SVG}path")
        ]
        return found[0] if len(found) == 1 else found


@pytest.fixture
def picture():
    """Return the class that draws and reads an SVG."""
    return Picture


def boxes(drawing):
    """Return the boxes (left, bottom, right, top) of the nodes of a drawing, from its layout."""
    import json

    laid_out = json.loads(drawing.pipe("json"))
    found = {}
    for node in laid_out.get("objects", []):
        if "pos" in node:
            x, y = map(float, node["pos"].split(","))
            w, h = float(node["width"]) * 36, float(node["height"]) * 36
            found[node["name"]] = (x - w, y - h, x + w, y + h)
    return found


@pytest.fixture
def node_boxes():
    """Return the function that lays a drawing out."""
    return boxes


def contrast(one, other):
    """The contrast of two colours (WCAG 2): 1 to 21."""

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(c * f for c, f in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def contrast_of():
    """Return the function that measures the contrast of two colours."""
    return contrast


COLOR = re.compile(r"#[0-9a-f]{6}")


@pytest.fixture
def colors_in():
    """Return a function that lists the colours in DOT text."""
    return lambda drawing: set(COLOR.findall(drawing.source))


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens a page; in the end it must not have erred or loaded anything."""
    contexts, wrong = [], []

    def open_page(explorer, width=1280, height=720, scheme="light"):
        path = explorer.save(tmp_path / f"page{len(contexts)}.html")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda r: r.url == path.as_uri() or wrong.append(r.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
