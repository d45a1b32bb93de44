"""The source of library functions that a program calls, with all that they need: nothing is hidden.

A function is taken from the library's own file, without its annotations. What it refers to comes
before it: other functions, operations of the table (as what they compute on arrays), constants,
imports.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Composite, Operation
from tinygrad_edu.trace.layout import wrapped

_PACKAGE = __name__.partition(".")[0]


class Sources:
    """The text that must stand above a program.

    Args:
        functions: what the program calls, by the names that it uses.

    >>> from tinygrad_edu.ops import TABLE
    >>> print(Sources({"linear": TABLE["linear"].on_arrays}).text().rstrip())
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def linear(input, weight, bias):
        result = input.dot(weight.T)
        result += bias  # in place: one array less
        return result
    """

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._names: dict[int, str] = {id(_kernel(f)): name for name, f in functions.items()}
        self._taken = {*functions, "np", "program"}
        self._imports = {"import numpy as np"}
        self._blocks: list[str] = []
        self._done: set[int] = set()
        self._kept: list[Any] = list(functions.values())  # so that ids stay theirs
        for name, function in functions.items():
            self._add(name, function)

    def text(self) -> str:
        """Return imports and functions, with the space that follows them."""
        imports = "\n".join(sorted(self._imports, key=lambda x: (x.startswith("from"), x)))
        return "\n\n\n".join([imports, *self._blocks]) + "\n\n\n"

    def _add(self, name: str, thing: Any, home: str = "", used: str = "") -> None:
        thing = _kernel(thing)
        if id(thing) in self._done:
            return
        self._done.add(id(thing))
        self._kept.append(thing)
        if isinstance(thing, FunctionType):
            self._blocks.append(self._function(name, thing))
        elif isinstance(thing, type):
            self._blocks.append(self._class(name, thing))
        elif isinstance(thing, (int, float, str, np.ufunc)) or not home:
            self._blocks.append(f"{name} = {self._plain(thing)}")
        else:
            self._blocks.append(f"{name} = {self._constant(home, used)}")

    def _plain(self, thing: Any) -> str:
        """Write a number, a text, a function of numpy, or one in a closure."""
        if isinstance(thing, np.ufunc):
            return f"np.{thing.__name__}"
        owner = getattr(thing, "__self__", None)
        if isinstance(owner, np.ufunc):
            return f"np.{owner.__name__}.{thing.__name__}"
        return repr(thing)

    def _constant(self, home: str, used: str) -> str:
        """Write what a module computes a constant by."""
        module, node, source = assignment(home, used)
        references = _references(node, SimpleNamespace(__globals__=vars(module), __name__=used))
        return self._with_names(source, references, module.__name__)

    def _class(self, name: str, cls: Any) -> str:
        """Write a class: named fields with its methods, an error, or one to ask for only."""
        if not hasattr(cls, "_fields"):
            base = cls.__bases__[0].__name__ if issubclass(cls, Exception) else "object"
            return f'class {name}({base}):\n    """{(cls.__doc__ or name).splitlines()[0]}"""'
        self._imports.add("from collections import namedtuple")
        methods = [f for f in vars(cls).values() if getattr(f, "__module__", "") == cls.__module__]
        kept = [f for f in methods if isinstance(f, FunctionType) and f.__name__[0] != "_"]
        head = f'class {name}(namedtuple("{name}", "{" ".join(cls._fields)}")):'
        body = [textwrap.indent(self._function(f.__name__, f), "    ") for f in kept]
        return "\n\n".join([f'{head}\n    """{cls.__doc__.splitlines()[0]}"""', *body])

    def _function(self, name: str, function: Any) -> str:
        node, source = definition(function)
        source = _without_checks(node, source, function)
        node = ast.parse(source).body[0] if isinstance(node, ast.FunctionDef) else node
        found = _without_annotations(node, source)
        found = self._with_names(found, _references(node, function), function.__module__)
        if isinstance(node, ast.Lambda):
            tree: Any = ast.parse(f"({found})", mode="eval").body
            body = ast.unparse(tree.body) if "\n" in found else found.partition(":")[2].strip()
            return f"{_head(name, tree)}\n    return {body}"
        tree = ast.parse(found).body[0]
        lines = found.splitlines(keepends=True)
        return _head(name, tree) + "\n" + "".join(lines[_first_line(tree, lines) :])

    def _with_names(self, source: str, references: Any, home: str) -> str:
        """Write all that a source refers to before it, and call it as it is called there."""
        for used, thing in dict(references).items():
            said = self._name_of(used, thing, home)
            if said != used:
                pattern = rf"(?<![\w.\"'=]){re.escape(used)}(?!\w)"
                source = re.sub(pattern, said, source)
        return source

    def _name_of(self, used: str, thing: Any, where: str) -> str:
        """Make sure that a thing is there before it is used; return what it is called."""
        if isinstance(thing, ModuleType):
            name = thing.__name__
            if name.partition(".")[0] == _PACKAGE:
                return used
            self._imports.add(f"import {name}" + (f" as {used}" if used != name else ""))
            return used
        thing = _kernel(thing)
        home = getattr(thing, "__module__", "") or ""
        if isinstance(thing, (FunctionType, type)) and home.partition(".")[0] not in (_PACKAGE, ""):
            self._imports.add(f"from {home} import {thing.__name__}")
            return used
        is_builtin = type(thing).__name__ == "builtin_function_or_method"
        if home == "functools" or (is_builtin and home not in ("", "numpy")):
            self._imports.add(f"from {home} import {used.rpartition('.')[2]}")
            return used
        if id(thing) not in self._names:
            stem = used.rpartition(".")[2]
            name, copy = stem, 1
            while name in self._taken:
                copy += 1
                name = f"{stem}_{copy}"
            self._taken.add(name)
            self._names[id(thing)] = name
            self._add(name, thing, where, used)
        return self._names[id(thing)]


def _without_checks(node: Any, source: str, function: Any) -> str:
    """Leave out what only refuses arguments: those of the graph were not refused."""
    lines = source.splitlines(keepends=True)
    for part in sorted(_checks(node, function), key=lambda x: -x.lineno):
        del lines[part.lineno - 1 : part.end_lineno]
    return "".join(lines)


def _checks(node: Any, function: Any) -> Iterator[Any]:
    if isinstance(node, ast.Lambda):
        return
    for part in node.body:
        if isinstance(part, ast.If) and not part.orelse and isinstance(part.body[0], ast.Raise):
            yield part
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            called = function.__globals__.get(getattr(part.value.func, "id", ""))
            if isinstance(called, FunctionType) and called.__module__.startswith(_PACKAGE):
                inner = definition(called)[0]
                checks = list(_checks(inner, called))
                if checks and all(x in checks or _only_names(x) for x in inner.body):
                    yield part


def _only_names(part: Any) -> bool:
    """Tell whether a statement is a docstring, or gives something a name."""
    is_text = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
    return is_text or (isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name))


def _kernel(thing: Any) -> Any:
    """Return the plain function of an operation, on arrays."""
    if isinstance(thing, Operation):
        thing = thing.on_arrays
    thing = getattr(thing, "__wrapped__", thing)
    return thing.function if isinstance(thing, Composite) else thing


@lru_cache(maxsize=64)
def _parsed(module: str) -> tuple[ast.Module, list[str]]:
    source = inspect.getsource(sys.modules[module])
    return ast.parse(source), source.splitlines(keepends=True)


def definition(function: Any) -> tuple[Any, str]:
    """Find the syntax tree and the source of a function or lambda.

    >>> from tinygrad_edu.ops import TABLE
    >>> definition(TABLE["relu"].on_arrays)[1]
    'lambda input: np.maximum(input, 0)'
    """
    tree, lines = _parsed(function.__module__)
    code = function.__code__
    kind: Any = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    for node in ast.walk(tree):
        if isinstance(node, kind) and _same(node, code):
            source = ast.get_source_segment("".join(lines), node) or ""
            if isinstance(node, ast.FunctionDef):
                source = textwrap.dedent(" " * node.col_offset + source)
                return ast.parse(source).body[0], source
            expression = ast.parse(f"({source})", mode="eval").body
            return _moved(expression), source
    raise TypeError(f"the source of {function.__name__} was not found")


def _moved(node: ast.AST) -> ast.AST:
    """Count columns of a tree from the source without the bracket around it."""
    for part in ast.walk(node):
        if getattr(part, "lineno", None) == 1:
            part.col_offset -= 1  # type: ignore[attr-defined]
        if getattr(part, "end_lineno", None) == 1:
            part.end_col_offset -= 1  # type: ignore[attr-defined]
    return node


def assignment(home: str, name: str) -> tuple[ModuleType, Any, str]:
    """Find what a module sets a name to, or the module that it has the name from."""
    if "." in name:
        prefix, name = name.split(".")
        home = vars(sys.modules[home])[prefix].__name__
    tree, lines = _parsed(home)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return assignment(node.module, alias.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(x, ast.Name) and x.id == name for x in targets):
            value: Any = node.value  # type: ignore[attr-defined]
            return sys.modules[home], value, ast.get_source_segment("".join(lines), value) or ""
    raise TypeError(f"what {name} is in {home} was not found")


def _same(node: Any, code: Any) -> bool:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    if first != code.co_firstlineno:
        return False
    if isinstance(node, ast.FunctionDef):
        return bool(node.name == code.co_name)
    found = compile(ast.Expression(node), "<again>", "eval").co_consts
    again = next(part for part in found if isinstance(part, CodeType))
    facts = [(c.co_names, c.co_varnames, c.co_consts) for c in (again, code)]
    return bool(facts[0] == facts[1])


def _without_annotations(node: Any, source: str) -> str:
    """Cut annotations out of a function's source."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for text in lines:
        starts.append(starts[-1] + len(text))

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    cuts = []
    for part in ast.walk(node):
        if isinstance(part, ast.arg) and part.annotation is not None:
            start = offset(part.lineno, part.col_offset) + len(part.arg)
            end = _end(part.annotation, offset)
            cuts.append((start, end + 1 if source[end : end + 3] == " = " else end))
        elif isinstance(part, ast.AnnAssign) and part.value is not None:
            cuts.append((_end(part.target, offset), _end(part.annotation, offset)))
        elif isinstance(part, ast.FunctionDef) and part.returns is not None:
            end = _end(part.returns, offset)
            before = offset(part.returns.lineno, part.returns.col_offset)
            cuts.append((source.rindex("->", 0, before), end))
    for start, end in sorted(cuts, reverse=True):
        tail = source[end:]
        source = source[:start].rstrip(" ") + (f"={tail[2:]}" if tail.startswith("= ") else tail)
    return source


def _end(node: Any, offset: Any) -> int:
    return int(offset(node.end_lineno, node.end_col_offset))


def _head(name: str, tree: Any) -> str:
    """Write the first line of a function, broken only where it would be too long."""
    takes = re.sub(r"'([^'\"]*)'", r'"\1"', ast.unparse(tree.args))
    parts = re.split(r", (?![^(\[{]*[)\]}])", takes) if takes else []
    return f"def {name}{wrapped(parts, '()', len(name) + 5, indent='')}:"


def _first_line(tree: Any, lines: list[str]) -> int:
    """Return which line is the first after the head: a comment, or a statement."""
    at = tree.body[0].lineno - 1
    while lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return int(at)


def _references(node: Any, function: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a function refers to outside of itself: name and thing."""
    own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    own |= {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    own |= {part.name for part in ast.walk(node) if isinstance(part, ast.FunctionDef)}
    annotated = {id(x) for part in ast.walk(node) for x in _annotation_parts(part)}
    code, closure = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    cells = dict(zip(code.co_freevars, closure, strict=True)) if code and closure else {}
    for part in ast.walk(node):
        if id(part) in annotated:
            continue
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            module = function.__globals__.get(part.value.id)
            if isinstance(module, ModuleType) and module.__name__.startswith(_PACKAGE):
                yield f"{part.value.id}.{part.attr}", getattr(module, part.attr)
        if isinstance(part, ast.Name) and part.id not in own:
            if part.id in cells:
                yield part.id, cells[part.id].cell_contents
            elif part.id in function.__globals__:
                yield part.id, function.__globals__[part.id]
            elif not hasattr(builtins, part.id):
                raise TypeError(f"{part.id} in {function.__name__} is not known")


def _annotation_parts(node: Any) -> Iterator[Any]:
    for name in ("annotation", "returns"):
        annotation = getattr(node, name, None)
        if isinstance(annotation, ast.AST):
            yield from ast.walk(annotation)
