"""The site: its pages run, what they are written with works, and what was built holds together.

The second half looks at `docs/_build/html`, which `python docs/make_site.py` writes; where that is
not there, it is left out.
"""

import doctest
import functools
import http.server
import importlib
import inspect
import json
import re
import threading
from pathlib import Path

import pytest

from tinygrad_edu import cli, nn, trace, viz
from tinygrad_edu.ops.operation import TABLE, Operation

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SITE = DOCS / "_build" / "html"
PAGES = sorted(
    path
    for path in DOCS.rglob("*.md")
    if not {"_build", "_made", "solutions"} & set(path.relative_to(DOCS).parts)
)
NOT_RUN = {"design.md", "going-to-pytorch.md"}
"""Pages whose code is quoted from the library, or needs PyTorch (tests/exporting runs that)."""


@pytest.fixture
def load(monkeypatch):
    """Return a function that imports a module the site is built with."""
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return importlib.import_module


# --- what pages are made of ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["showing", "running", "operation_table", "docstrings"])
def test_doctests(name, load):
    if name == "docstrings":
        pytest.importorskip("sphinx")
    failed, tried = doctest.testmod(load(name))
    assert (failed, tried > 0) == (0, True)


def test_code_of_each_page_is_run():
    with_code = {
        str(path.relative_to(DOCS)): text
        for path in PAGES
        if "```python\n" in (text := path.read_text(encoding="utf-8"))
    }
    not_run = {name for name, text in with_code.items() if "<!-- run -->\n" not in text}
    assert not_run == NOT_RUN and len(with_code) > 5


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if "<!-- run -->\n" in path.read_text(encoding="utf-8")],
    ids=lambda path: path.stem,
)
def test_pages_run(path, load, tmp_path, monkeypatch):
    running, showing = load("running"), load("showing")
    monkeypatch.setattr(showing, "MADE", tmp_path)
    before = dict(TABLE)
    page = str(path.relative_to(DOCS).with_suffix(""))
    try:
        text = running.ran(path.read_text(encoding="utf-8"), page)
    finally:
        for name in TABLE.keys() - before.keys():
            del TABLE[name]  # other tests go through the table
    for image in re.findall(r"image:: /_made/(\S+)", text):
        assert "<svg" in (tmp_path / image).read_text(encoding="utf-8")
    assert text.count("```python") == path.read_text(encoding="utf-8").count("```python")


def test_a_block_that_fails_names_its_page(load):
    with pytest.raises(RuntimeError, match=r"block 2 of tour: ZeroDivisionError"):
        load("running").ran("```python\nx = 1\n```\n\n```python\nx / 0\n```\n", "tour")


def test_a_picture_without_description_is_refused(load, tmp_path, monkeypatch):
    monkeypatch.setattr(load("showing"), "MADE", tmp_path)
    code = "from tinygrad_edu import Value\nValue(1.0) * 2.0\n"
    with pytest.raises(ValueError, match="ends with '  # what it shows'"):
        load("running").ran(f"```python\n{code}```\n", "tour")


def test_the_operation_table_has_each_operation(load):
    text = load("operation_table").fragment()
    rows = re.findall(r"<tr><td><code>(.*?)</code>", text)
    entries = [entry for entry in TABLE.values() if isinstance(entry, Operation)]
    assert len(rows) == len(entries) > 150
    for name in ("sigmoid", "nn.functional.leaky_relu", "cumsum"):
        assert f"torch.{name}".replace(".", ".<wbr>") in rows


def test_the_plot_of_a_derivative_is_computed(load):
    drawn = load("operation_table").plot(TABLE["square"])
    (slope,) = re.findall(r'class="slope" d="(.*?)"', drawn)
    points = [tuple(map(float, pair.split(","))) for pair in re.findall(r"[\d.]+,[\d.]+", slope)]
    assert points[0] == (24.0, 64.0) and points[-1] == (72.0, 0.0)  # 2x, from x = −1.5 to 1.5
    assert load("operation_table").plot(TABLE["add"]) == ""


def test_the_reference_is_written_from_the_code(load, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")  # is set, so put it back
    parts = dict(load("reference").parts())
    for cls in ("tensor", "value"):
        assert (
            "| `clamp(min, max)` | x, but at least min and at most max |" in parts[f"{cls}-methods"]
        )
    assert "autofunction:: tinygrad_edu.randn\n" in parts["functions"]
    assert "autofunction:: tinygrad_edu.sigmoid\n" not in parts["functions"]  # of the table
    assert re.findall(r"^## `tinygrad-edu (\w+)`", parts["command-line"], re.MULTILINE) == [
        command.__name__.rpartition(".")[2] for command in cli.COMMANDS
    ]
    assert parts["layers"].count("autoclass:: ") > 60


def test_the_pictures_of_the_build_are_drawn(load):
    tree = load("decision_tree").tree().pipe("svg", encoding="utf-8")
    assert "Is the loss nan or inf?" in tree.replace("&#160;", " ").replace("\xa0", " ")
    layers_map = load("layers_map")
    assert layers_map.layers()[0] == ["cli"] and layers_map.layers()[-1] == ["autograd"]
    assert ">autograd<" in layers_map.drawing().pipe("svg", encoding="utf-8")


def test_broken_links_are_found(load, tmp_path):
    (tmp_path / "a.html").write_text('<p id="x"></p><a href="b.html#y"></a><img src="c.svg">')
    (tmp_path / "b.html").write_text('<a href="a.html#x"></a><a href="https://b.c/d"></a>')
    assert list(load("make_site").broken(tmp_path)) == ["a.html: b.html#y", "a.html: c.svg"]


# --- what has been built -------------------------------------------------------------------------

built = pytest.mark.skipif(
    not (SITE / "index.html").exists(), reason="python docs/make_site.py has not been run"
)


def page(name):
    return (SITE / f"{name}.html").read_text(encoding="utf-8")


@built
def test_no_link_is_broken(load):
    assert list(load("make_site").broken(SITE)) == []


@built
@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("[0-9]*.py")), ids=lambda p: p.stem
)
def test_each_lesson_is_a_page_with_pictures(path):
    text = page(f"lessons/{path.stem}")
    assert f'href="../solutions/{path.stem}.html"' in text
    assert f'href="../lessons/{path.stem}.html"' in page(f"solutions/{path.stem}")
    assert 'class="picture' in text and "Traceback" not in text
    assert "sphx-glr-script-out" in text


@built
def test_the_reference_describes_what_there_is():
    index = (SITE / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["objects"]
    names = {f"{home}.{entry[4]}" for home, entries in found.items() for entry in entries}
    for home in (nn, nn.functional, viz, trace):
        offered = [name for name in home.__all__ if not inspect.ismodule(getattr(home, name))]
        assert {f"{home.__name__}.{name}" for name in offered} <= names
    for name in ("Value.backward", "Tensor.backward", "optim.lr_scheduler.OneCycleLR", "compile"):
        assert f"tinygrad_edu.{name}" in names


@pytest.fixture
def address():
    """Serve the site over HTTP; return where."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@built
def test_the_search_finds_a_lesson(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}search.html?q=topological+order")
    tab.wait_for_selector("ul.search li a")
    found = tab.eval_on_selector_all("ul.search li a", "links => links.map(a => a.href)")
    assert any("lessons/03_order.html" in link for link in found)


@built
def test_no_page_loads_anything_from_the_network():
    for path in SITE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|link)\b[^>]*(?:src|href)="(//|\w+://)', text)
        assert loaded == [], path


@built
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_say_nothing_on_the_console(browser, address, scheme):
    view = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    tab, said = view.new_page(), []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    for name in ("index", "tour", "lessons/06_vanishing", "guides/debug", "reference/operations"):
        tab.goto(f"{address}{name}.html")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, name
    assert said == []


@built
def test_the_explorer_follows_the_switch_of_the_page(browser, address):
    tab = browser.new_page(color_scheme="light")
    tab.goto(f"{address}index.html")
    frame = tab.frame_locator(".explorer iframe")
    frame.locator("#where").wait_for()
    tab.evaluate("document.body.dataset.theme = 'dark'")
    frame.locator(":root[data-theme=dark]").wait_for(state="attached")
