"""Drawing without a Graphviz installation: formats, files, errors, and the time limit."""

import importlib.util
import io
import os
import random
import stat
import struct
import sys
import time
from importlib.machinery import ModuleSpec

import graphviz
import pytest

from tinygrad_edu.viz.render import (
    Digraph,
    GraphvizNotFound,
    LayoutError,
    LayoutTimeout,
    layout,
)

SMALL = "digraph { a -> b }"
MAGIC = {
    "svg": b"<?xml",
    "png": b"\x89PNG\r\n\x1a\n",
    "pdf": b"%PDF-",
    "json": b"{",
    "dot": b"digraph",
}
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a shell script as `dot`")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux may be without fonts")


@pytest.fixture(autouse=True)
def _no_dot(monkeypatch, tmp_path):
    """Hide the machine's `dot`, so that all tests use pygraphviz unless they say otherwise."""
    empty = tmp_path / "empty path"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.fixture
def full_graphviz():
    """Skip where pygraphviz can only lay out: its png and pdf need X11's libraries and a font."""
    try:
        layout(SMALL, "gif")
    except GraphvizNotFound as error:
        pytest.skip(str(error))


@pytest.fixture
def no_fonts(monkeypatch, tmp_path):
    """Make a machine without any font."""
    settings = tmp_path / "fonts.conf"
    settings.write_text('<?xml version="1.0"?><fontconfig></fontconfig>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(settings))


@pytest.fixture
def without(monkeypatch):
    """Return a function that makes a package look as if it were not installed."""

    def hide(*packages, spec=None):
        def find(name, *args):
            return spec if name in packages else real(name, *args)

        real = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", find)

    return hide


@pytest.fixture
def fake_dot(monkeypatch, tmp_path):
    """Return a function that installs a shell script as `dot`."""

    def install(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "dot").write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")
        (folder / "dot").chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", str(folder))

    return install


def png_size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def mlp(nodes: int) -> str:
    """A graph of the kind this package draws: records with numbers, each feeding two others."""
    lines = [f'n{i} [shape=record, label="{{ v{i} | data {i / 7:.4f} }}"]' for i in range(nodes)]
    lines += [f"n{i} -> n{min(nodes - 1, i + 1 + i % 3)}" for i in range(nodes)]
    return f"digraph {{ {'; '.join(lines)} }}"


def tangle() -> str:
    """A graph that keeps `dot` busy for minutes."""
    draw = random.Random(0).randrange
    return "digraph {" + " ".join(f"n{draw(400)} -> n{draw(400)};" for _ in range(3000)) + "}"


# What comes out


@pytest.mark.parametrize("format", MAGIC)
def test_formats(full_graphviz, format):
    assert layout(SMALL, format).startswith(MAGIC[format])


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_the_same_graph_gives_the_same_bytes(full_graphviz, format):
    first = layout(SMALL, format)
    time.sleep(1.1 if format == "pdf" else 0)  # a pdf likes to tell the second it was made in
    assert layout(SMALL, format) == first


@pytest.mark.parametrize("engine", ["dot", "neato", "fdp", "sfdp", "circo", "twopi"])
def test_engines(engine):
    assert "<title>a&#45;&gt;b</title>" in layout(SMALL, "svg", engine).decode()


def letter(sign: str) -> str:
    return f'digraph {{ n [label="{sign}", fixedsize=true, width=1] }}'


def test_png_shows_the_text(full_graphviz):
    """Without fonts, all letters would be the same empty box."""
    pictures = [layout(letter(sign), "png") for sign in ("A", "B", "∂", "é", " ")]
    assert len({png_size(picture) for picture in pictures}) == 1
    assert len(set(pictures)) == 5


def test_a_node_without_label_shows_its_name():
    assert ">weight</text>" in layout("digraph { weight }", "svg").decode()


def test_labels_may_be_any_unicode_text():
    label = "∂L/∂w ≤ −3 · 日本 é"
    assert f">{label}</text>" in layout(f'digraph {{ a [label="{label}"] }}', "svg").decode()


def test_html_labels():
    table = "<TABLE><TR><TD>grad</TD><TD><B>2.0</B></TD></TR></TABLE>"
    svg = layout(f"digraph {{ a [label=<{table}>] }}", "svg").decode()
    assert ">grad</text>" in svg
    assert 'font-weight="bold"' in svg


def test_300_nodes_take_less_than_2_seconds():
    source = mlp(300)
    start = time.perf_counter()
    svg = layout(source, "svg")
    assert time.perf_counter() - start < 2.0
    assert svg.count(b'class="node"') == 300


# graphviz.Digraph's methods


def drawing(**kwargs) -> Digraph:
    graph = Digraph(**kwargs)
    graph.edge("a", "b")
    return graph


def test_it_is_a_graphviz_digraph():
    assert isinstance(drawing(), graphviz.Digraph)
    assert drawing().source == "digraph {\n\ta -> b\n}\n"


def test_pipe(full_graphviz):
    graph = drawing(format="png")
    assert graph.pipe().startswith(MAGIC["png"])
    assert graph.pipe("svg").startswith(b"<?xml")
    assert graph.pipe("svg", encoding="utf-8") == graph.pipe("svg").decode()
    assert graph.pipe("svg", encoding="latin-1").startswith("<?xml")
    assert graph.pipe("png", renderer="gd", formatter="gd") != graph.pipe("png", renderer="cairo")


def test_notebooks_get_svg():
    bundle = drawing()._repr_mimebundle_()
    assert list(bundle) == ["image/svg+xml", "text/html"]
    assert bundle["image/svg+xml"].startswith("<?xml")


def test_neato_can_keep_the_positions_it_is_given():
    graph = Digraph(engine="neato", body=['a [pos="0,0"]; b [pos="144,72"]\n'])
    words = [line.split() for line in graph.pipe("plain", neato_no_op=2).decode().splitlines()]
    (ax, ay), (bx, by) = [(float(w[2]), float(w[3])) for w in words if w[0] == "node"]
    assert (bx - ax, by - ay) == pytest.approx((2.0, 1.0), abs=0.001)  # inches


def test_render_names_its_files_as_graphviz_does(full_graphviz, tmp_path):
    folder = tmp_path / "dir with é and spaces"
    graph = drawing(name="my graph", directory=folder)
    assert graph.render() == str(folder / "my graph.gv.pdf")
    assert graph.render(format="svg", cleanup=True) == str(folder / "my graph.gv.svg")
    assert not (folder / "my graph.gv").exists()
    full = graph.render(format="png", renderer="cairo", formatter="cairo")
    assert full == str(folder / "my graph.gv.cairo.cairo.png")
    assert graph.render(outfile=folder / "x.png") == str(folder / "x.png")
    assert (folder / "x.gv").read_text() == graph.source
    assert (folder / "x.png").read_bytes().startswith(MAGIC["png"])
    assert (folder / "my graph.gv.pdf").read_bytes().startswith(MAGIC["pdf"])


@pytest.mark.parametrize("how", [{}, {"format": "svg"}, {"quiet": True}])
def test_a_name_that_ends_as_a_picture_is_that_of_the_picture(tmp_path, how):
    (tmp_path / "q.gv").write_text("precious")
    assert drawing().render(tmp_path / "q.svg", **how) == str(tmp_path / "q.svg")
    assert (tmp_path / "q.svg").read_bytes().startswith(MAGIC["svg"])
    assert drawing().render("r.svg", directory=tmp_path / "new") == str(tmp_path / "new" / "r.svg")
    assert {path.name for path in tmp_path.glob("q*")} == {"q.svg", "q.gv"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["r.svg"]
    assert (tmp_path / "q.gv").read_text() == "precious"
    with pytest.raises(ValueError, match=r"ends in \.svg, but format is 'png'"):
        drawing().render(tmp_path / "q.svg", format="png")


def test_render_protects_files(tmp_path):
    graph, result = drawing(filename=tmp_path / "g.gv"), tmp_path / "g.svg"
    result.write_text("precious")
    with pytest.raises(FileExistsError, match=r"g\.svg"):
        graph.render(outfile=result, raise_if_result_exists=True)
    with pytest.raises(ValueError, match="exclude each other"):
        graph.render(outfile=result, raise_if_result_exists=True, overwrite_source=True)
    assert result.read_text() == "precious"
    same = tmp_path / "same.dot"
    with pytest.raises(ValueError, match="overwrite_source=True"):
        graph.render(filename=same, outfile=same)
    graph.render(filename=same, outfile=same, overwrite_source=True)
    assert "pos=" in same.read_text()


def test_a_failed_drawing_leaves_no_file(tmp_path):
    graph = Digraph(body=["a ->\n"], filename=tmp_path / "bad.gv")
    with pytest.raises(LayoutError):
        graph.render(format="svg")
    assert [path.name for path in tmp_path.glob("bad*")] == ["bad.gv"]


def test_images_are_looked_for_beside_the_source(full_graphviz, tmp_path, capfd):
    (tmp_path / "photo.png").write_bytes(layout(SMALL, "png"))
    graph = Digraph(filename=tmp_path / "g.gv", format="svg", body=['a [image="photo.png"]\n'])
    graph.render()
    assert 'xlink:href="photo.png"' in (tmp_path / "g.gv.svg").read_text()
    assert capfd.readouterr().err == ""


def test_view_opens_the_drawing(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(Digraph, "_view", lambda self, path, **how: opened.append(path))
    graph = drawing(filename=tmp_path / "g.gv", format="svg")
    assert opened == [graph.view()] == [str(tmp_path / "g.gv.svg")]


def test_copies_and_subgraphs_keep_the_time_limit():
    graph = drawing(timeout=7.5)
    assert graph.copy().timeout == 7.5
    with graph.subgraph(name="cluster_0") as part:
        part.node("c")
        assert part.timeout == 7.5
    assert "subgraph cluster_0" in graph.source


def test_warnings_go_to_stderr_unless_quiet(capfd):
    graph = Digraph(format="svg", body=["a [shape=nosuchshape]\n"])
    graph.pipe()
    assert capfd.readouterr().err == "Warning: using box for unknown shape nosuchshape\n"
    graph.pipe(quiet=True)
    drawing().pipe("svg")
    assert capfd.readouterr().err == ""


# What is refused, and how it is said


@pytest.mark.parametrize("encoding", [None, "utf-8", "latin-1"])
def test_syntax_errors_come_in_the_words_of_graphviz(encoding):
    graph = Digraph(body=["a -> b\n", "c -> ]\n"])
    with pytest.raises(LayoutError, match=r"syntax error in line 3 near ']'") as caught:
        graph.pipe("svg", encoding=encoding)
    assert isinstance(caught.value, graphviz.CalledProcessError)
    assert "syntax error" in caught.value.stderr


def test_errors_inside_a_label_are_errors():
    with pytest.raises(LayoutError, match="Unknown HTML element <blink>"):
        layout("digraph { a [label=<<blink>x</blink>>] }", "svg")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"format": "docx"}, "unknown format: 'docx'"),
        ({"format": "svg", "engine": "cat"}, "unknown engine: 'cat'"),
        ({"format": "svg", "timeout": 0}, "timeout must be more than 0 seconds, but is 0"),
        ({"format": "svg", "timeout": float("nan")}, "timeout must be more than 0 seconds"),
    ],
)
def test_unknown_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        layout(SMALL, **arguments)


def test_a_formatter_needs_a_renderer():
    with pytest.raises(graphviz.RequiredArgumentError):
        drawing().pipe("png", formatter="gd")


def test_without_dot_and_pygraphviz_the_error_says_what_to_install(without, tmp_path):
    without("pygraphviz")
    with pytest.raises(GraphvizNotFound, match=r"pip install pygraphviz.* install Graphviz"):
        layout(SMALL, "svg")
    with pytest.raises(graphviz.ExecutableNotFound):
        drawing(directory=tmp_path).render()


def test_a_pygraphviz_that_does_not_load_is_reported_with_its_reason(without, tmp_path):
    init = tmp_path / "pygraphviz" / "__init__.py"
    init.parent.mkdir()
    init.write_text("raise ImportError('libX11.so.6: cannot open shared object file')")
    without("pygraphviz", spec=ModuleSpec("pygraphviz", None, origin=str(init)))
    with pytest.raises(GraphvizNotFound, match=r"libX11\.so\.6.* apt-get install graphviz"):
        layout(SMALL, "svg")


# The time limit


def test_a_layout_that_takes_too_long_is_stopped():
    start = time.perf_counter()
    with pytest.raises(LayoutTimeout, match=r"after 0\.5 seconds.*module.*timeout=.*\.source"):
        layout(tangle(), "svg", timeout=0.5)
    assert time.perf_counter() - start < 5
    with pytest.raises(TimeoutError):
        Digraph(body=[tangle()[len("digraph {") : -1]], timeout=0.1).pipe("svg")


def test_no_limit_is_an_infinite_limit():
    assert layout(SMALL, "svg", timeout=float("inf")).startswith(b"<?xml")


@posix_only
def test_the_stopped_child_is_gone(fake_dot, tmp_path):
    fake_dot(f'echo $$ > "{tmp_path}/pid"; sleep 100; echo late')
    start = time.perf_counter()
    with pytest.raises(LayoutTimeout):
        layout(SMALL, "svg", timeout=0.5)
    assert time.perf_counter() - start < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


# A system that has `dot`


@posix_only
def test_the_systems_dot_is_used_where_there_is_one(fake_dot, tmp_path):
    fake_dot('pwd; echo "$@"; cat')
    graph = drawing(filename=tmp_path / "g.gv", engine="neato")
    graph.render(format="png", renderer="cairo", formatter="gd", neato_no_op=2)
    result = (tmp_path / "g.gv.gd.cairo.png").read_text()
    assert result == f"{tmp_path}\n-Kneato -Tpng:cairo:gd -n2\n{graph.source}"


@posix_only
def test_the_systems_dot_refuses_in_its_own_words(fake_dot):
    fake_dot("echo 'Error: <stdin>: syntax error in line 1' >&2; exit 1")
    with pytest.raises(LayoutError, match=r"It says: Error: <stdin>: syntax error in line 1$"):
        layout("digraph {", "svg")


# A system without fonts (and, by the same way, without X11 and glib)


@linux_only
def test_without_fonts_svg_is_as_ever(no_fonts, capfd):
    svg = layout('digraph { a [label="∂L"] }', "svg").decode()
    assert ">∂L</text>" in svg
    assert capfd.readouterr().err == ""


@linux_only
@pytest.mark.parametrize("format", ["png", "pdf"])
def test_without_fonts_matplotlib_paints(no_fonts, format):
    pytest.importorskip("matplotlib")
    pictures = [layout(letter(sign), format) for sign in ("A", "B", "∂", "A")]
    assert pictures[0].startswith(MAGIC[format])
    assert pictures[0] == pictures[3]
    assert len(set(pictures)) == 3


@linux_only
def test_without_fonts_the_error_says_what_to_install(no_fonts, without):
    with pytest.raises(GraphvizNotFound, match=r"cannot write gif .*no fonts.* install Graphviz"):
        layout(SMALL, "gif")
    without("matplotlib")
    with pytest.raises(GraphvizNotFound, match=r"cannot write png .*pip install matplotlib"):
        layout(SMALL, "png")


RICH = """digraph {
  graph [size="3,3", bgcolor="#fafafa"]
  node [style=filled, fontname=Helvetica]
  subgraph cluster_0 { label="layer $1$"; style=dashed; a [shape=record, label="{ a | 2.0 }"] }
  b [fillcolor="#00ff00:#ff0000", label=<<B>b</B> <I>i</I>>]
  a -> b [color="#0000ff", penwidth=9, style=dotted, xlabel="x"]
  b -> c [dir=both, arrowtail=odot]
}"""


@linux_only
def test_matplotlib_paints_the_size_the_colours_and_the_styles(no_fonts):
    image = pytest.importorskip("matplotlib.image")
    small, large = layout(RICH, "png"), layout(RICH.replace("3,3", "6,6!"), "png")
    assert max(png_size(small)) == 3 * 96
    assert max(png_size(large)) == 6 * 96
    picture = (255 * image.imread(io.BytesIO(small))).astype(int)
    colors = {tuple(color[:3]) for color in picture.reshape(-1, picture.shape[-1]).tolist()}
    for color in ("#fafafa", "#00ff00", "#0000ff", "#d3d3d3"):  # page, gradient, edge, default fill
        assert tuple(bytes.fromhex(color[1:])) in colors
