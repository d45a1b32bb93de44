"""Turn DOT text into svg, png, pdf and the rest, without a Graphviz installation or a hanging call.

`Digraph` is the `graphviz.Digraph` people know; only the place where that calls the `dot` program
is replaced. The layout runs in a child process with a time limit: the system's `dot` where there is
one, else the Graphviz that comes inside pygraphviz (`_render_worker.py`). What the DOT text says is
the caller's business.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import graphviz  # type: ignore[import-untyped]

from tinygrad_edu.notebook import image
from tinygrad_edu.viz import _render_matplotlib, _render_worker
from tinygrad_edu.viz.writing import refuse_code

DEFAULT_TIMEOUT = 60.0  # seconds
LONGEST_TIMEOUT = 1e6  # seconds; what the operating system can still count, and as good as for ever

# Lines on stderr that say nothing about the graph. The fontconfig inside pygraphviz is older than
# the system's font settings and complains of them; the other comes where there is no font at all.
NOISE = ("Fontconfig ", "Warning: Warning: no value for width of non-ASCII character")

# The one error after which the drawing is still good: nodes may overlap in it. Engine sfdp says so.
HARMLESS = "Error: remove_overlap: Graphviz not built with triangulation library"

PICTURES = ("svg", "png", "pdf", "svgz", "ps", "eps", "jpg", "jpeg", "gif", "webp", "bmp", "tiff")
"""The endings that make a name one of a drawing. Names of DOT text end in .gv or .dot, or not."""

HOW_TO_INSTALL = (
    "install Graphviz (https://graphviz.org/download; on Debian and Ubuntu: apt-get install "
    "graphviz). The DOT text itself needs neither: it is in .source."
)


class GraphvizNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]
    """No Graphviz on this machine, or none that can write the format asked for."""

    def __init__(self, message: str) -> None:
        RuntimeError.__init__(self, message)


class LayoutError(graphviz.CalledProcessError):  # type: ignore[misc]
    """Graphviz refused the graph; `str()` and `.stderr` hold its own words."""

    def __init__(
        self,
        returncode: int,
        cmd: list[str],
        output: bytes | str | None = None,
        stderr: bytes | str | None = None,
    ) -> None:
        super().__init__(returncode, cmd, output, stderr)
        self.stderr = stderr.decode() if isinstance(stderr, bytes) else stderr or ""

    def __str__(self) -> str:
        words = self.stderr.strip() or f"no reason given, exit code {self.returncode}"
        return f"Graphviz could not draw this graph. It says: {words}"


class LayoutTimeout(TimeoutError):  # noqa: N818
    """A layout took longer than its time limit and was stopped."""


class Digraph(graphviz.Digraph):  # type: ignore[misc]
    """A `graphviz.Digraph` that draws without a `dot` program, and never for longer than `timeout`.

    All of `graphviz.Digraph` is there and means the same: `.source`, `.save()`, `.pipe()`,
    `.render()`, `.view()`, the picture in a notebook.

    Args:
        *args: As in `graphviz.Digraph`.
        timeout: Seconds that one layout may take; also an attribute. Beyond it, drawing raises
            `LayoutTimeout`.
        **kwargs: As in `graphviz.Digraph`.

    Example:
        >>> drawing = Digraph()
        >>> drawing.edge("x", "y")
        >>> "<title>x&#45;&gt;y</title>" in drawing.pipe("svg", encoding="utf-8")
        True
    """

    def __init__(self, *args: Any, timeout: float = DEFAULT_TIMEOUT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout = timeout

    def _copy_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Let copies and subgraphs keep the time limit."""
        return {**super()._copy_kwargs(**kwargs), "timeout": self.timeout}

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> str:
        """Write the DOT text to a file, as `render` does first; not over a script or notebook.

        Raises:
            FileExistsError: there is one of this name.
        """
        refuse_code(Path(directory or self.directory or "", filename or self.filename))
        return str(super().save(filename, directory=directory, **options))

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        **options: Any,
    ) -> str:
        """Write the drawing to a file; return its name.

        As `graphviz.Digraph.render`, which writes the DOT text to `filename` and the drawing beside
        it; `cleanup=True` takes the text away again. But a name that ends as a picture does, such
        as "neuron.svg" (or .png, .pdf), is that of the drawing, and no DOT text is written.

        Raises:
            ValueError: the name ends in another format than `format`.
        """
        ending = Path(filename or "").suffix[1:].lower()
        if ending not in PICTURES or "outfile" in options:
            options.update(directory=directory, view=view, cleanup=cleanup, format=format)
            return str(super().render(filename, **options))
        if format not in (None, ending):
            raise ValueError(f"{filename} ends in .{ending}, but format is {format!r}: drop either")
        quiet_view = options.pop("quiet_view", False)
        drawing = self.pipe(ending, **options)
        target = Path(directory or self.directory or "", filename or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(drawing)
        if view or quiet_view:
            self._view(str(target), format=ending, quiet=quiet_view)
        return str(target)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None, **options: Any
    ) -> dict[str, Any]:
        """Return the picture for a notebook; as HTML too, in which it is as wide as its cell."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(include, exclude, **options)
        if include is None and "image/svg+xml" in bundle:
            bundle["text/html"] = image(bundle["image/svg+xml"], "a graph")
        return bundle

    def __repr__(self) -> str:
        return f'<{type(self).__name__}: .render("name.svg") writes it to a file>'

    # The three methods below are where graphviz.Digraph calls `dot`; all its drawing ends in one
    # of them, after checking the engine and the format.

    def _pipe_lines(
        self,
        engine: str,
        format: str,
        lines: Iterator[str],
        *,
        input_encoding: str,
        quiet: bool = False,
        **options: Any,
    ) -> bytes:
        source = "".join(lines).encode(input_encoding)
        return _draw(_Request(source, engine, format, self.timeout, **options), quiet)

    def _pipe_lines_string(self, *args: Any, encoding: str, **kwargs: Any) -> str:
        return self._pipe_lines(*args, input_encoding=encoding, **kwargs).decode(encoding)

    def _render(
        self,
        engine: str,
        format: str,
        filepath: str,
        *,
        outfile: Path | None,
        raise_if_result_exists: bool,
        overwrite_filepath: bool,
        quiet: bool,
        **options: Any,
    ) -> str:
        source = Path(filepath)
        request = _Request(
            source.read_bytes(), engine, format, self.timeout, directory=source.parent, **options
        )
        suffix = ".".join(reversed(request.output.split(":")))
        target = outfile or source.with_name(f"{source.name}.{suffix}")
        _check_target(target, source, raise_if_result_exists, overwrite_filepath)
        target.write_bytes(_draw(request, quiet))
        return os.fspath(target)


def layout(
    source: str, format: str, engine: str = "dot", timeout: float = DEFAULT_TIMEOUT
) -> bytes:
    """Lay out a graph and return the drawing.

    Args:
        source: The graph in the DOT language.
        format: `"svg"`, `"png"`, `"pdf"` or another of `graphviz.FORMATS`.
        engine: `"dot"`, `"neato"` or another of `graphviz.ENGINES`.
        timeout: Seconds that the layout may take.

    Raises:
        ValueError: There is no such format, engine or timeout.
        LayoutTimeout: The layout was not ready in time.
        LayoutError: Graphviz refused the graph, for its syntax for example.
        GraphvizNotFound: Neither `dot` nor pygraphviz can do it on this machine.

    Example:
        >>> layout("digraph { a -> b }", "svg")[:5]
        b'<?xml'
    """
    checked = graphviz.Digraph(format=format, engine=engine)
    return _draw(_Request(source.encode(), checked.engine, checked.format, timeout), quiet=False)


class _Request(NamedTuple):
    """One drawing to make, in the words of `graphviz.pipe`."""

    source: bytes
    engine: str
    format: str
    timeout: float
    renderer: str | None = None
    formatter: str | None = None
    neato_no_op: bool | int | None = None
    directory: Path | None = None  # where the relative paths of images start

    @property
    def output(self) -> str:
        """Format, renderer and formatter as `dot -T` takes them: `png:cairo:gd`."""
        return ":".join(part for part in (self.format, self.renderer, self.formatter) if part)


def _draw(request: _Request, quiet: bool) -> bytes:
    """Draw with whichever Graphviz there is; unless `quiet`, pass its warnings on to stderr."""
    if not request.timeout > 0:
        raise ValueError(f"timeout must be more than 0 seconds, but is {request.timeout!r}")
    if request.formatter and not request.renderer:
        raise graphviz.RequiredArgumentError("formatter given without renderer")
    dot = shutil.which("dot")
    drawing, words = _with_dot(dot, request) if dot else _with_pygraphviz(request)
    if words and not quiet:
        sys.stderr.write(words)
    return _undated(drawing) if request.format == "pdf" else drawing


def _undated(pdf: bytes) -> bytes:
    """Set the time of making in a pdf to a fixed one: the same graph gives the same bytes."""
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>19700101000000", pdf)


def _with_dot(dot: str, request: _Request) -> tuple[bytes, str]:
    """Return the drawing and the warnings of the system's `dot`."""
    command = [os.path.abspath(dot), f"-K{request.engine}", f"-T{request.output}"]
    if request.neato_no_op:
        command.append(f"-n{request.neato_no_op:d}")
    code, drawing, words = _run(command, request)
    if code:
        raise LayoutError(code, command, drawing, words.encode())
    return drawing, words


def _with_pygraphviz(request: _Request) -> tuple[bytes, str]:
    """Return the drawing and the warnings of the Graphviz inside pygraphviz."""
    command = _worker_command(request)
    code, drawing, words = _run(command, request)
    if code == _render_worker.NO_CAIRO:
        return _with_matplotlib(request, reason=words.splitlines()[-1])
    if code == _render_worker.NO_GRAPHVIZ:
        raise GraphvizNotFound(
            "pygraphviz is installed, but the Graphviz inside it does not load on this machine "
            f"({words.splitlines()[-1]}). Instead, {HOW_TO_INSTALL}"
        )
    # The library has no exit code of its own; `dot` takes it from its errors, and so does this.
    errors = [li for li in words.splitlines() if li.startswith("Error:") and li != HARMLESS]
    if code or errors:
        raise LayoutError(code or 1, command, drawing, words.encode())
    return drawing, words


def _worker_command(request: _Request) -> list[str]:
    """Return the command that runs pygraphviz's Graphviz in a Python of its own."""
    package = importlib.util.find_spec("pygraphviz")
    if package is None or package.origin is None:
        raise GraphvizNotFound(
            "There is no Graphviz to draw with: no `dot` on PATH and no pygraphviz in this Python. "
            f"Run `pip install pygraphviz`, which brings Graphviz along, or {HOW_TO_INSTALL}"
        )
    site = Path(package.origin).absolute().parent.parent
    engine = request.engine
    if request.neato_no_op and engine == "neato":
        engine = f"nop{request.neato_no_op:d}"  # what `dot -n` comes to inside Graphviz
    # -I and -S: no user settings and no start-up files of site-packages, which may be slow.
    worker = [sys.executable, "-I", "-S", str(Path(_render_worker.__file__).absolute())]
    return [*worker, str(site), engine, request.output]


def _with_matplotlib(request: _Request, reason: str) -> tuple[bytes, str]:
    """Return png or pdf where pygraphviz lays out but cannot paint."""
    possible = request.output in _render_matplotlib.FORMATS
    if not possible or importlib.util.find_spec("matplotlib") is None:
        raise GraphvizNotFound(
            f"The Graphviz inside pygraphviz cannot write {request.output} on this machine "
            f"({reason}). It can write svg. For png and pdf, run `pip install matplotlib`; for all "
            f"formats, {HOW_TO_INSTALL}"
        )
    finished, words = _with_pygraphviz(request._replace(format="json"))
    return _render_matplotlib.paint(finished, request.format), words


def _run(command: list[str], request: _Request) -> tuple[int, bytes, str]:
    """Run a layout in a child process; return its exit code, its drawing and its words."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=request.directory,
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    with child:
        try:
            drawing, stderr = child.communicate(
                request.source, min(request.timeout, LONGEST_TIMEOUT)
            )
        except subprocess.TimeoutExpired:
            _stop(child)
            raise LayoutTimeout(
                f"Graphviz had not finished this drawing after {request.timeout:g} seconds and was "
                "stopped. Draw fewer nodes (by module instead of by operation), allow more time "
                "(timeout=...), or take the DOT text from .source and lay it out elsewhere."
            ) from None
        except BaseException:  # Ctrl-C, above all
            _stop(child)
            raise
    lines = stderr.decode(errors="replace").splitlines(keepends=True)
    return child.returncode, drawing, "".join(li for li in lines if not li.startswith(NOISE))


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End a child and whatever it has started (`dot` may be a wrapper script)."""
    if os.name == "posix" and child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()


def _check_target(target: Path, source: Path, keep: bool, overwrite_source: bool) -> None:
    """Refuse to write over a file that the caller wants to keep."""
    if keep and overwrite_source:
        raise ValueError("raise_if_result_exists and overwrite_source exclude each other")
    if not overwrite_source and target.resolve() == source.resolve():
        raise ValueError(
            f"outfile {str(target)!r} is the file of the DOT source; give it another name, or pass "
            "overwrite_source=True"
        )
    if keep and target.exists():
        raise graphviz.FileExistsError(f"output file exists: {str(target)!r}")
