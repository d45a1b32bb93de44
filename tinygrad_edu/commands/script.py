"""Running a user's script, as Python would, and finding in it what is to be stepped through.

The script runs as `__main__`, in its own folder's name, with the lines of its code remembered. What
it computed is the value or tensor that its last `backward` was called on, or one found by name.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

import tinygrad_edu
from tinygrad_edu import autograd
from tinygrad_edu.autograd import set_grad_enabled, topological_order
from tinygrad_edu.commands import lessons
from tinygrad_edu.commands.common import CommandError
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

PACKAGE = os.path.dirname(os.path.abspath(tinygrad_edu.__file__)) + os.sep
MOST_NAMES = 8  # that an error message lists


@dataclass(frozen=True, slots=True)
class Found:
    """What a script computed.

    Attributes:
        loss: the value or tensor.
        file: the script's file name, without its folder.
        name: what the script calls the loss; None if it has no name.
        module: the script's own module, kept alive, since functions in it may still be called.
    """

    loss: Any
    file: str
    name: str | None
    module: ModuleType

    @property
    def title(self) -> str:
        """The file and the name, for a headline."""
        return f"{self.file}: {self.name}" if self.name else self.file


def add_script(command: argparse.ArgumentParser) -> None:
    """Add the argument that names the script; what comes after `--` is the script's."""
    command.add_argument(
        "script",
        metavar="FILE.py[:NAME]",
        type=_script,
        help="the script, or the name of a lesson, and perhaps the global name in it of the Value "
        "or Tensor; by default the one that backward() was called on last",
    )
    command.set_defaults(arguments=())


def load(options: argparse.Namespace, quiet: bool = False) -> Found:
    """Run the script that the options name, and find what it computed.

    Args:
        options: those of a command with `add_script`.
        quiet: let what the script prints go to stderr, so that stdout is the command's alone.

    Raises:
        CommandError: the script ended in an error, or there is no such value or tensor in it.
    """
    path, name = options.script
    watch = Watch()
    module = _run(path, options.arguments, watch, quiet)
    loss = _find(vars(module), name, watch, path.name)
    watch.restore(loss)
    scopes = [vars(module), *watch.scopes]  # of the functions, what is not known to the module
    for names in scopes:
        name_values(names)
    called = name or next((n for names in scopes for n, x in _graphs(names) if x is loss), None)
    return Found(loss, path.name, called or getattr(loss, "label", None), module)


def _script(text: str) -> tuple[Path, str | None]:
    """Read FILE.py[:NAME]; a colon of the path itself is not taken for the other.

    >>> _script("C:/no.py")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: there is no file C:/no.py
    """
    file, colon, name = text, "", ""
    if not os.path.exists(text) and not text.endswith(".py"):
        file, colon, name = text.rpartition(":") if ":" in text else (text, "", "")
    path = Path(file)
    is_path = bool(path.suffix) or path.name != file
    lesson = None if is_path else lessons.find(file)  # even if a drawing of that name lies here
    if lesson is not None:
        path = lesson
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{file} is a folder: name a script in it")
    if not path.exists():
        near = difflib.get_close_matches(path.name, _scripts_beside(path), 1)
        meant = path.with_name(near[0]) if near else lessons.near(file)
        hint = f": do you mean {meant}?" if meant else ""
        raise argparse.ArgumentTypeError(f"there is no file {file}{hint}")
    if colon and not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{name!r}, after the colon, is not a name in Python")
    return path, name or None


def _scripts_beside(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.glob("*.py")]
    except OSError:
        return []


# --- running --------------------------------------------------------------------------------------


def _run(path: Path, arguments: Sequence[str], watch: Watch, quiet: bool) -> ModuleType:
    """Run a script to its end; an error in it is shown as Python shows it."""
    from tinygrad_edu.autograd.lines import remember_lines

    full = path.absolute()
    code = _compiled(path, full)
    module = ModuleType("__main__")
    vars(module).update(__file__=str(full), __builtins__=__builtins__)
    try:
        with _as_main(module, full, arguments, quiet), remember_lines(), watch:
            exec(code, vars(module))
    except SystemExit as end:
        _check_end(end.code, path)
    except BrokenPipeError:
        raise
    except Exception as error:
        shown = traceback.TracebackException.from_exception(error)
        _keep_script(shown, str(full), set())
        print("".join(shown.format()), end="", file=sys.stderr)
        raise CommandError("") from None
    finally:
        set_grad_enabled(True)
    return module


def _compiled(path: Path, full: Path) -> CodeType:
    try:
        return compile(full.read_bytes(), str(full), "exec", dont_inherit=True)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}", 2) from None
    except SyntaxError as error:
        print("".join(traceback.format_exception_only(error)), end="", file=sys.stderr)
        raise CommandError("") from None
    except ValueError as error:  # null bytes, for example
        raise CommandError(f"{path} is not a Python script: {error}", 2) from None


@contextlib.contextmanager
def _as_main(
    module: ModuleType, path: Path, arguments: Sequence[str], quiet: bool
) -> Iterator[None]:
    """Let a module be what Python runs, then put everything back, whatever the script changed."""
    before = sys.argv, sys.path, sys.modules["__main__"], sys.stdout, os.getcwd()
    sys.argv = [str(path), *arguments]
    sys.path = [str(path.resolve().parent), *before[1]]
    sys.modules["__main__"] = module
    if quiet:
        sys.stdout = sys.stderr
    try:
        yield
    finally:
        with contextlib.suppress(AttributeError, ValueError):
            sys.stdout.flush()
        sys.argv, sys.path, sys.modules["__main__"], sys.stdout, folder = before
        os.chdir(folder)


def _check_end(code: Any, path: Path) -> None:
    """Go on after `sys.exit(0)`; let any other exit of the script be that of the program."""
    if code is None or code == 0:
        return
    if isinstance(code, int):
        raise CommandError(f"{path.name} ended itself with exit status {code}", code)
    raise CommandError(f"{path.name} ended itself: {code}")


def _keep_script(shown: Any, script: str, seen: set[int]) -> None:
    """Leave out the frames of this library: how the script came to run, and what it called."""
    if shown is None or id(shown) in seen:
        return
    seen.add(id(shown))
    shown.stack[:] = [frame for frame in shown.stack if _is_users(frame.filename, script)]
    for inner in (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())):
        _keep_script(inner, script, seen)


def _is_users(file: str, script: str) -> bool:
    return file == script or not os.path.abspath(file).startswith(PACKAGE)


# --- what backward was called on ------------------------------------------------------------------


class Watch:
    """While it is entered, remembers what `backward` was called on last, and its leaves' numbers.

    A training loop changes the leaves after the backward pass, so that their numbers do not belong
    to the graph any more. Where functions called it, their variables would be gone too.

    Attributes:
        root: what `backward` was called on.
        scopes: the variables of the functions that it was called in, the innermost first.

    >>> a = Value(2.0)
    >>> with Watch() as watch:
    ...     (a * a).backward()
    ...     a.data, a.grad = 0.0, None
    >>> watch.root.data, a.data
    (4.0, 0.0)
    >>> watch.restore(watch.root)
    >>> a.data, a.grad
    (2.0, 4.0)
    """

    __slots__ = ("_leaves", "_replaced", "root", "scopes")

    root: Any
    scopes: list[dict[str, Any]]

    def __init__(self) -> None:
        self.root, self.scopes = None, []
        self._leaves: list[tuple[Any, ...]] = []
        self._replaced: list[tuple[Any, Any]] = []

    def __enter__(self) -> Watch:
        for owner in (Value, Tensor, autograd):
            self._replaced.append((owner, vars(owner).get("backward")))
            setattr(owner, "backward", self._watched(owner.backward))  # noqa: B010 - of all three
        return self

    def __exit__(self, *_: object) -> None:
        for owner, original in self._replaced:
            if original is None:  # it was inherited
                delattr(owner, "backward")
            else:
                setattr(owner, "backward", original)  # noqa: B010
        self._replaced.clear()

    def _watched(self, original: Any) -> Any:
        @wraps(original)
        def backward(output: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(output, *args, **kwargs)
            caller = sys._getframe(1)
            if not _is_of_package(caller):  # the explorer makes backward passes of its own
                self._keep(output[-1] if isinstance(output, (list, tuple)) else output)
                self.scopes = list(_functions(caller))
            return result

        return backward

    def _keep(self, root: Any) -> None:
        self.root = root
        leaves = [vertex for vertex in topological_order([root.vertex]) if not vertex.inputs]
        self._leaves = [(leaf, *_numbers(leaf)) for leaf in leaves]

    def restore(self, loss: Any) -> None:
        """Give the leaves back what they had, if `loss` is in the graph of that backward pass."""
        if self.root is None or loss.vertex not in topological_order([self.root.vertex]):
            return
        for leaf, number, gradient, changes in self._leaves:
            if isinstance(leaf, Value):
                leaf.data, leaf.grad = number, gradient
            else:
                leaf.array, leaf.grad, leaf._changes = number, gradient, changes


def _functions(frame: Any) -> Iterator[dict[str, Any]]:
    """Yield the variables of the script's functions that are being run, the innermost first."""
    while frame is not None and frame.f_locals is not frame.f_globals:
        if not _is_of_package(frame):
            yield dict(frame.f_locals)
        frame = frame.f_back


def _is_of_package(frame: Any) -> bool:
    return bool(os.path.abspath(frame.f_code.co_filename).startswith(PACKAGE))


def _numbers(leaf: Any) -> tuple[Any, Any, Any]:
    """Return the number and the gradient of a leaf, and how often it was changed, as it is now."""
    if isinstance(leaf, Value):
        return leaf.data, leaf.grad, None
    gradient = None if leaf.grad is None else leaf.grad.detach().clone()
    return leaf.array.copy(), gradient, [*leaf._changes]


# --- finding --------------------------------------------------------------------------------------


def _find(names: dict[str, Any], name: str | None, watch: Watch, file: str) -> Any:
    """Return what a name stands for, or what is most likely meant without one."""
    graphs = _graphs(names)
    if name is None:
        if watch.root is None and not graphs:
            raise CommandError(
                f"{file} has nothing to step through or draw: it called no backward(), and no "
                "global in it is a Value or Tensor that was computed from others. End it with "
                "something like y = w * x; y.backward()"
            )
        return graphs[-1][1] if watch.root is None else watch.root
    known = [other for other, _ in graphs]
    listed = f"There is a graph behind these: {', '.join(known[-MOST_NAMES:]) or 'none'}"
    if name not in names:
        near = difflib.get_close_matches(name, known, 1)
        hint = f". Do you mean {near[0]}?" if near else "."
        raise CommandError(f"{file} has no global {name}{hint} {listed}", 2)
    found = names[name]
    if not isinstance(found, (Value, Tensor)):
        raise CommandError(
            f"{name} in {file} is no Value or Tensor but of type {type(found).__name__}, so there "
            f"is no graph behind it. {listed}",
            2,
        )
    if found.is_leaf:
        raise CommandError(
            f"{name} in {file} was not computed from anything, so there is no graph behind it. "
            f"{listed}",
            2,
        )
    return found


def _graphs(names: dict[str, Any]) -> list[tuple[str, Any]]:
    """List the globals with a graph behind them."""
    return [
        (name, x)
        for name, x in names.items()
        if isinstance(x, (Value, Tensor)) and not x.is_leaf and not name.startswith("__")
    ]


def name_values(names: dict[str, Any]) -> None:
    """Name the values and tensors that have no name yet by the variables that hold them.

    >>> w = [Value(1.0), Value(2.0, label="second")]
    >>> name_values({"w": w})
    >>> w[0].label, w[1].label
    ('w[0]', 'second')
    """
    from tinygrad_edu.trace.names import elements

    variables = [(name, x) for name, x in names.items() if not name.startswith("_")]
    for name, x in variables:
        _name(x, name)
    for name, x in variables:
        if isinstance(x, (list, tuple)) or (isinstance(x, np.ndarray) and x.dtype == object):
            for full_name, one in elements(name, x):
                _name(one, full_name)


def _name(x: Any, name: str) -> None:
    attribute = {Value: "label", Tensor: "name"}
    for kind, where in attribute.items():
        if isinstance(x, kind) and getattr(x, where) is None:
            setattr(x, where, name)
