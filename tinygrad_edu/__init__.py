"""An autograd engine to read, step through and draw, with PyTorch's names and numbers.

`Value` is a scalar node, `Tensor` an array node, `nn` has the layers, `viz` draws.
`import tinygrad_edu as torch` is a supported way to use it.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

from tinygrad_edu import autograd, later
from tinygrad_edu.autograd import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from tinygrad_edu.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from tinygrad_edu.device import device
from tinygrad_edu.drawing import rand, rand_like, randint, randn, randn_like, randperm
from tinygrad_edu.dtypes import (
    ABSENT,
    bool_,
    dtype,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from tinygrad_edu.functions import FUNCTIONS
from tinygrad_edu.memory import keep_freed_memory
from tinygrad_edu.missing import missing
from tinygrad_edu.notebook import mimebundle
from tinygrad_edu.out import with_out
from tinygrad_edu.random import Generator, default_generator, initial_seed, manual_seed, seed
from tinygrad_edu.size import Size
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Constant, Value
from tinygrad_edu.version import __version__

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
float, double, long, int, short, bool = float32, float64, int64, int32, int16, bool_
globals().update({_name: with_out(_name, _function) for _name, _function in FUNCTIONS.items()})
_class: Any
for _class in (Value, Tensor):
    _class._repr_mimebundle_ = mimebundle
keep_freed_memory()

_PACKAGES = {
    "accelerator", "backends", "cuda", "datasets", "linalg", "mps", "nn", "onnx", "optim", "random",
    "special", "trace", "utils", "viz", "xpu",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load what is used for the first time."""
    if name in _PACKAGES:
        return importlib.import_module(f"tinygrad_edu.{name}")
    if name in ABSENT:
        return ABSENT[name]
    if name not in later.FUNCTION_HOMES:
        raise missing("tinygrad_edu", name)
    globals()[name] = found = with_out(name, later.load(later.FUNCTION_HOMES[name], name))
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PACKAGES, *later.FUNCTION_HOMES})


__all__ = [
    "Constant",
    "Generator",
    "Size",
    "Tensor",
    "Value",
    "__version__",
    "arange",
    "as_tensor",
    "autograd",
    "bool_",
    "default_generator",
    "device",
    "double",
    "dtype",
    "e",
    "empty",
    "empty_like",
    "enable_grad",
    "eye",
    "float32",
    "float64",
    "from_numpy",
    "full",
    "full_like",
    "get_default_dtype",
    "inf",
    "inference_mode",
    "initial_seed",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_grad_enabled",
    "linspace",
    "long",
    "manual_seed",
    "nan",
    "no_grad",
    "ones",
    "ones_like",
    "pi",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "short",
    "tensor",
    "uint8",
    "zeros",
    "zeros_like",
]
