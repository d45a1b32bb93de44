"""Write `docs/what-is-here.md`: torch's names, whether they are here, and where they are tested.

Run `python docs/what_is_here.py`; it needs torch, whose names it lists.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "what-is-here.md"
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

NAMESPACES = {
    "torch": "",
    "torch.Tensor": "Tensor",
    "torch.nn": "nn",
    "torch.nn.functional": "nn.functional",
    "torch.nn.init": "nn.init",
    "torch.nn.utils": "nn.utils",
    "torch.optim": "optim",
    "torch.optim.lr_scheduler": "optim.lr_scheduler",
    "torch.autograd": "autograd",
    "torch.autograd.functional": "autograd.functional",
    "torch.linalg": "linalg",
    "torch.onnx": "onnx",
    "torch.special": "special",
    "torch.utils.data": "utils.data",
}
"""What is listed: torch's namespaces, and the same here."""

HEAD = """# What is here of PyTorch

Written by `python docs/what_is_here.py` against torch {version}. The library is complete for a
first course and stops there: a name that is not here raises an `AttributeError` that says so. With
each name that is here stands the first file of `tests/` that holds it against torch.
"""


def reached(root: Any, path: str) -> Any:
    """Follow a dotted path from a module; None where it ends early."""
    for part in filter(None, path.split(".")):
        try:
            root = getattr(root, part)
        except AttributeError:
            return None
    return root


def public_names(namespace: Any) -> list[str]:
    """List what a namespace of torch offers: functions, classes, constants; not what it imports."""
    listed = getattr(namespace, "__all__", None) or dir(namespace)
    return sorted(
        {name for name in listed if _is_offered(namespace, name)},
        key=lambda name: (name.lower(), name),
    )


def _is_offered(namespace: Any, name: str) -> bool:
    if name.startswith("_") or re.search(r"_notes$|^has_torch_function|^handle_torch", name):
        return False
    if name in ("TYPE_CHECKING", "Value"):  # what torch imported for itself
        return False
    try:
        thing = getattr(namespace, name)
    except (AttributeError, RuntimeError):
        return False
    if inspect.ismodule(thing):
        return thing.__name__.startswith("torch.") and not inspect.ismodule(namespace)
    home = getattr(thing, "__module__", None) or "torch"
    return home.startswith("torch") or home == "builtins"


class Tests:
    """What the tests call: the rows of the operation table, and the texts of the parity suite."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = [*_rows(), *_files("parity"), *_files("scripts")]

    def of(self, namespace: str, name: str) -> str | None:
        """Return the first file that uses a name of a namespace."""
        before = {"torch.Tensor": r"\.", "torch": r"\b(?:torch|lib|library|tg)\."}
        word = rf"(?<!\w){re.escape(name)}\b"  # as in a list of names that a test goes through
        for pattern in (before.get(namespace, "") + word.replace(r"(?<!\w)", ""), word):
            for file, text in self.texts:
                if re.search(pattern, text):
                    return file
        return None


def _rows() -> Iterator[tuple[str, str]]:
    from rows.kinds import torchs

    for path in sorted((ROOT / "tests" / "rows").glob("[!_]*.py")):
        if path.stem != "kinds":
            rows = import_module(f"rows.{path.stem}").ROWS
            calls = [torchs(call) for row in rows for call in row.calls]
            yield f"rows/{path.name}", "\n".join(calls)


def _files(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests" / folder).glob("*.py")):
        if path.stem == "test_arguments_parity":
            continue  # it finds its functions itself, and names but exceptions
        yield f"{folder}/{path.name}", path.read_text(encoding="utf-8")


def page() -> str:
    """Write the whole page."""
    import torch

    import tinygrad_edu

    tests = Tests()
    parts = [HEAD.format(version=torch.__version__.partition("+")[0])]
    for title, path in NAMESPACES.items():
        theirs = public_names(reached(torch, title.partition(".")[2]))
        ours = reached(tinygrad_edu, path)
        here = [name for name in theirs if ours is not None and hasattr(ours, name)]
        absent = [name for name in theirs if name not in here]
        parts.append(_section(title, here, absent, tests))
    return "\n".join(parts)


def _section(title: str, here: list[str], absent: list[str], tests: Tests) -> str:
    lines = [f"## {title}", "", f"Here are {len(here)} of {len(here) + len(absent)} names.", ""]
    if here:
        lines += ["| name | tested in |", "| --- | --- |"]
        lines += [f"| `{name}` | {tests.of(title, name) or '–'} |" for name in here]
    if absent:
        names = ", ".join(f"`{name}`" for name in absent)
        lines += ["", f"<details><summary>Not here ({len(absent)})</summary>", "", names, ""]
        lines += ["</details>"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
