"""The parts of the reference that are written from the code, before Sphinx reads the pages.

They are included by the pages in `docs/reference/`. Each function, layer and method that is public
is on one of them, because they are listed by what the packages offer.
"""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any

import operation_table
import showing

import tinygrad_edu
from tinygrad_edu import autograd, cli, later, nn, trace, viz
from tinygrad_edu.ops.operation import TABLE, Composite, Operation
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

LAYERS = {
    "Linear layers and convolutions": "Linear Conv1d Conv2d Embedding Identity Flatten Unflatten "
    "LazyLinear LazyConv1d LazyConv2d",
    "Activations": "Sigmoid Tanh ReLU LeakyReLU PReLU ELU SELU CELU GELU SiLU Mish Softplus "
    "Softsign LogSigmoid Hardtanh ReLU6 Hardsigmoid Hardswish Hardshrink Softshrink Tanhshrink "
    "Threshold GLU Softmax Softmin LogSoftmax",
    "Losses and distances": "MSELoss L1Loss SmoothL1Loss HuberLoss CrossEntropyLoss NLLLoss "
    "BCELoss BCEWithLogitsLoss KLDivLoss CosineSimilarity PairwiseDistance",
    "Normalization and dropout": "BatchNorm1d BatchNorm2d LayerNorm Dropout Dropout2d",
    "Pooling": "MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveAvgPool2d",
    "Recurrent networks": "RNN LSTM GRU RNNCell LSTMCell GRUCell RNNBase RNNCellBase",
    "Containers, modules and parameters": "Module Sequential ModuleList ModuleDict Parameter "
    "ParameterList ParameterDict UninitializedParameter",
}
"""The classes of `nn`, in the order of a course."""

INNER = {
    "accumulate", "extra_repr", "from_gradient", "inputs", "pullback", "release", "run_hooks",
    "seed", "vertex",
}  # fmt: skip
"""What the engine asks of values and tensors, and layers of themselves."""


DESCRIBED = {"backward", "detach", "item", "register_hook", "requires_grad_", "retain_grad", "to"}
"""Methods that the pages of values and tensors describe one by one."""

ELSEWHERE = ("autograd.", "compiling", "later", "legacy", "nn.")
"""Where functions come from that other pages describe; `legacy` has old names."""


def setup(app: Any) -> dict[str, bool]:
    """Write the parts before pages are read, and tell autodoc of signatures."""
    # before the lessons run, one of which makes an operation of its own
    app.connect("builder-inited", lambda _: write(), priority=100)
    app.connect("autodoc-skip-member", _skips)
    return {"parallel_read_safe": True}


def _skips(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    return True if name in INNER else None


def write() -> None:
    """Write all parts into `docs/_made/reference`."""
    load()
    folder = showing.MADE / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in parts():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def parts() -> Iterator[tuple[str, str]]:
    """Give each part with its name."""
    yield "operations", operation_table.fragment()
    yield "functions", functions()
    yield "layers", layers()
    yield "tensor-methods", methods(Tensor)
    yield "value-methods", methods(Value)
    yield "command-line", command_line()


def load() -> None:
    """Give classes and packages what loads on first use, so that it can be described."""
    later.load_all()
    for cls, homes in ((Tensor, later.METHOD_HOMES), (Value, later.VALUE_HOMES)):
        for name, home in homes.items():
            setattr(cls, name, later.load(home, name))
    for package in (autograd, trace, viz):
        for name in package.__all__:
            getattr(package, name)


def functions() -> str:
    """Describe the functions of the torch namespace that are no entries of the operation table."""
    chapters: dict[str, list[str]] = {}
    for name in sorted(dir(tinygrad_edu), key=str.lower):
        found = getattr(tinygrad_edu, name)
        if _is_described(name, found):
            chapters.setdefault(found.__module__, []).append(name)
    parts = []
    for home, names in chapters.items():
        about = (import_module(home).__doc__ or "").split("\n\n")[0].replace("\n", " ")
        title = home.rpartition(".")[2].replace("_", " ").capitalize()
        parts.append(f"## {title}\n\n{about}\n\n" + _directives("autofunction", "", names))
    return "\n".join(parts)


def _is_described(name: str, found: Any) -> bool:
    if name.startswith("_") or name.endswith("_") or name in ("mimebundle", "missing"):
        return False
    home = getattr(found, "__module__", "").removeprefix("tinygrad_edu.")
    if not inspect.isfunction(found) or home.startswith(ELSEWHERE):
        return False
    return not isinstance(TABLE.get(found.__name__), Operation)


def layers() -> str:
    """Describe the classes of `nn`, a section for each kind."""
    listed = [name for names in LAYERS.values() for name in names.split()]
    offered = [name for name in nn.__all__ if inspect.isclass(getattr(nn, name))]
    assert sorted(listed) == sorted(offered), set(listed) ^ set(offered)
    return "\n".join(
        f"## {title}\n\n" + _directives("autoclass", "nn.", names.split(), "   :members:\n")
        for title, names in LAYERS.items()
    )


def _directives(kind: str, prefix: str, names: list[str], options: str = "") -> str:
    text = "".join(f".. {kind}:: tinygrad_edu.{prefix}{name}\n{options}\n" for name in names)
    return f"```{{eval-rst}}\n{text}```\n"


def methods(cls: type) -> str:
    """List the methods of a class that are operations or functions, and what each computes."""
    rows = []
    for name in sorted(dir(cls), key=str.lower):
        found = getattr(cls, name, None)  # what is missing is there to say so
        if not name.startswith("_") and not name.endswith("_") and _is_listed(name, found):
            rows.append(f"| `{name}{_arguments(name, found)}` | {_what(name, found, cls)} |")
    return "\n".join(["| method | computes |", "| --- | --- |", *rows, ""])


def _is_listed(name: str, found: Any) -> bool:
    """Tell whether the page does not describe a method by itself, as it does `backward`."""
    return callable(found) and name not in INNER | DESCRIBED


def _arguments(name: str, found: Callable[..., Any]) -> str:
    """Write the arguments of a method, without the tensor itself."""
    entry = TABLE.get(name)
    if isinstance(entry, Operation) and entry.arity is not None:
        given = [*entry.input_names[1:], *entry.parameters]
        return f"({', '.join(given)})"
    try:
        parameters = list(inspect.signature(found).parameters.values())[1:]
    except (TypeError, ValueError):
        return "(…)"
    words = ["…" if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) else p.name for p in parameters]
    return f"({', '.join(dict.fromkeys(words))})"


def _what(name: str, found: Any, cls: type) -> str:
    """Say what a method does: in the table's words, unless the class itself defines it."""
    own = getattr(found, "__qualname__", "").startswith(f"{cls.__name__}.")
    entry = None if own else TABLE.get(name)
    if isinstance(entry, (Operation, Composite)):
        said = entry.definition
    else:
        said = (inspect.getdoc(found) or "").split("\n\n")[0].replace("\n", " ")
    return said.replace("|", "\\|").replace("*", "\\*")


def command_line() -> str:
    """Write what each command says of itself, in lines of 96 characters."""
    os.environ["COLUMNS"] = "96"
    texts = []
    for command in (None, *cli.COMMANDS):
        name = command.__name__.rpartition(".")[2] if command else ""
        with redirect_stdout(io.StringIO()) as said:
            cli.main([*filter(None, [name]), "--help"])
        title = f"`tinygrad-edu {name}`".replace(" `", "`")
        texts.append(f"## {title}\n\n```text\n{said.getvalue().rstrip()}\n```\n")
    return "\n".join(texts)
