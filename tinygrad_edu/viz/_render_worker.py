"""Lay out one graph with the Graphviz inside pygraphviz: DOT on stdin, the drawing on stdout.

A script of its own, which `tinygrad_edu.viz.render` runs in a child process: a layout that takes
too long is ended by ending the child. It starts fast because it imports the standard library and
pygraphviz only, and never the package it lies in.

    python -I -S _render_worker.py SITE_PACKAGES ENGINE FORMAT < graph.gv > drawing

Exit codes: 0 drawn, 1 Graphviz refused (its words are on stderr), and the two constants below.
"""

import ctypes
import os
import sys
from pathlib import Path

NO_GRAPHVIZ = 3  # pygraphviz cannot be loaded on this machine; stderr says why
NO_CAIRO = 4  # its Graphviz draws svg and text formats here, but not FORMAT; stderr says why

PLAIN_PLUGINS = ("core", "dot_layout", "neato_layout")  # these link to neither cairo nor X11


class CairoError(Exception):
    """The drawing library inside pygraphviz cannot draw text on this machine."""


class _Builtin(ctypes.Structure):
    """One row of the plugin table that `gvContextPlugins` reads (`lt_symlist_t`)."""

    _fields_ = [("name", ctypes.c_char_p), ("address", ctypes.c_void_p)]


def main(site: str, engine: str, output: str) -> int:
    """Draw the graph on stdin and return the exit code."""
    with os.fdopen(os.dup(1), "wb") as drawing:
        os.dup2(2, 1)  # whatever C code prints to stdout must not end up inside the drawing
        try:
            data = draw(Path(site), engine.encode(), output.encode())
        except CairoError as reason:
            sys.stderr.write(f"{reason}\n")
            return NO_CAIRO
        except (ImportError, OSError) as reason:
            sys.stderr.write(f"{reason}\n")
            return NO_GRAPHVIZ
        if data is None:
            return 1
        drawing.write(data)
    return 0


def draw(site: Path, engine: bytes, output: bytes) -> bytes | None:
    """Draw with all of pygraphviz where that works, else with its self-sufficient part."""
    sys.path.append(str(site))
    try:
        if not has_fonts(site):
            raise ImportError("no fonts are installed on this machine")
        import pygraphviz.graphviz as bindings  # type: ignore[import-untyped]
    except ImportError as reason:
        return draw_plain(site, engine, output, reason)
    # `dot` gives every node its name as label; the library leaves that to its caller.
    bindings.agattr(None, bindings.AGNODE, b"label", rb"\N")
    try:
        graph = bindings.agread(sys.stdin.buffer, None)
    except ValueError:  # Graphviz has said why on stderr
        return None
    context = bindings.gvContextWithBuiltins()
    if bindings.gvLayout(context, graph, engine):
        return None
    result = bindings.gvRenderData(context, graph, output)
    return bytes(result[1]) if isinstance(result, list) and not result[0] else None


def draw_plain(site: Path, engine: bytes, output: bytes, reason: ImportError) -> bytes | None:
    """Draw with the wheel's own Graphviz libraries, leaving out cairo and pango.

    A bare Linux container has neither X11 nor glib, which the wheel's cairo and pango load from the
    system. What remains lays out with Graphviz's built-in font metrics and writes svg and the text
    formats.
    """
    try:
        gvc, graphviz = load(site, "libgvc"), load(site, "libcgraph")
        plugins = plugin_table(site)
    except OSError:
        raise reason from None
    for function in (gvc.gvContextPlugins, graphviz.agmemread):
        function.restype = ctypes.c_void_p
    graphviz.agattr(None, 1, b"label", rb"\N")
    graph = ctypes.c_void_p(graphviz.agmemread(sys.stdin.buffer.read()))
    if not graph:
        return None
    context = ctypes.c_void_p(gvc.gvContextPlugins(plugins, 0))
    if gvc.gvLayout(context, graph, engine):
        return None
    data, size = ctypes.c_void_p(), ctypes.c_size_t()
    if gvc.gvRenderData(context, graph, output, ctypes.byref(data), ctypes.byref(size)):
        raise CairoError(str(reason))
    return ctypes.string_at(data, size.value)


def plugin_table(site: Path) -> ctypes.Array[_Builtin]:
    """Load the plugins that need no system library; as C expects, the last row stays empty."""
    table = (_Builtin * (len(PLAIN_PLUGINS) + 1))()
    for row, plugin in zip(table, PLAIN_PLUGINS, strict=False):
        symbol = f"gvplugin_{plugin}_LTX_library"
        start = ctypes.c_char.in_dll(load(site, f"libgvplugin_{plugin}"), symbol)
        row.name, row.address = symbol.encode(), ctypes.addressof(start)
    return table


def load(site: Path, library: str) -> ctypes.CDLL:
    """Load one shared library of pygraphviz's Linux wheel, whose file names carry a hash."""
    for path in (site / "pygraphviz.libs").glob(f"{library}-*.so*"):
        return ctypes.CDLL(str(path))
    raise OSError(f"pygraphviz brings no {library} of its own")


def has_fonts(site: Path) -> bool:
    """Ask the wheel's fontconfig whether there is any font; other platforms always have some."""
    try:
        fontconfig = load(site, "libfontconfig")
    except OSError:
        return True
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)
    fonts = fontconfig.FcConfigGetFonts(None, 0)  # a struct whose first field is the count
    return bool(fonts) and int(fonts[0]) > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
