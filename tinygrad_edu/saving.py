"""`save` and `load`: tensors, and dictionaries and lists of them, in a file that cannot run code.

The file is a safetensors file (https://huggingface.co/docs/safetensors): a header in JSON and the
numbers. What lay around the tensors, such as the nested dictionaries of a checkpoint, is text in
the header. PyTorch reads the tensors with `safetensors.torch.load_file`. Pickle is neither written
nor read, since loading a pickle runs whatever its author wished.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from tinygrad_edu.device import check_device
from tinygrad_edu.size import Size
from tinygrad_edu.tensor import Tensor

_STRUCTURE = "tinygrad_edu.structure"  # the key of the header's text

_SEQUENCES: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "size": Size}
_MAPPINGS: dict[str, Callable[[Any], Any]] = {"dict": dict, "ordered": OrderedDict}


def save(obj: Any, f: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write an object to a file: a tensor, or a nest of tensors and plain data.

    As torch.save, but for the form of the file. A tensor comes back with its dtype, its shape and
    `requires_grad`; one that stands in two places is one tensor again.

    Args:
        obj: a tensor, a `state_dict()`, or a nest of dictionaries, lists, tuples, tensors, numbers,
            strings, bools and None.
        f: a path, or a file that is open for writing bytes.

    Raises:
        TypeError: for anything else, such as a whole module.

    >>> import io
    >>> import tinygrad_edu as torch
    >>> model, file = torch.nn.Linear(2, 1), io.BytesIO()
    >>> torch.save({"epoch": 3, "model": model.state_dict()}, file)
    >>> _ = file.seek(0)
    >>> checkpoint = torch.load(file)
    >>> checkpoint["epoch"], model.load_state_dict(checkpoint["model"])
    (3, <All keys matched successfully>)
    """
    from safetensors.numpy import save as serialize

    writer = _Writer()
    structure = json.dumps(writer.encode(obj, ()))
    data = serialize(writer.arrays, {_STRUCTURE: structure})
    if isinstance(f, (str, os.PathLike)):
        Path(f).write_bytes(data)
    else:
        f.write(data)


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Any = None,
    *,
    weights_only: bool | None = None,
) -> Any:
    """Read what `save` wrote, or the tensors of any other safetensors file, as a dictionary.

    Args:
        f: a path, or a file that is open for reading bytes.
        map_location: None or the CPU.
        weights_only: as you like: such a file can hold nothing but tensors and plain data.

    Raises:
        FileNotFoundError: if there is no such file.
        RuntimeError: if it is no safetensors file, as those that PyTorch's own `save` writes.
        NotImplementedError: for a dtype, or a device, that is not here.
    """
    if map_location is not None:
        check_device(map_location)
    data = Path(f).read_bytes() if isinstance(f, (str, os.PathLike)) else f.read()
    tensors = {name: Tensor._wrap(array) for name, array in _arrays(data).items()}
    metadata = _header(data).get("__metadata__") or {}
    if _STRUCTURE not in metadata:
        return tensors
    return _decode(json.loads(metadata[_STRUCTURE]), tensors)


class _Writer:
    """Takes the tensors out of a nest of objects, and leaves their names in it.

    Attributes:
        arrays: the numbers of each tensor by its name, which is the way to it: "model.0.weight".
    """

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray[Any, Any]] = {}
        self._notes: dict[int, dict[str, Any]] = {}

    def encode(self, obj: Any, way: tuple[str, ...]) -> Any:
        if obj is None or isinstance(obj, (bool, int, float, str)):
            return obj
        if isinstance(obj, Tensor):
            if id(obj) not in self._notes:
                self._notes[id(obj)] = self._note(obj, way)
            return self._notes[id(obj)]
        for kind, cls in {**_MAPPINGS, **_SEQUENCES}.items():
            if type(obj) is cls:
                return {kind: self._members(obj, way)}
        raise TypeError(self._refusal(obj, way))

    def _members(self, obj: Any, way: tuple[str, ...]) -> list[Any]:
        if not isinstance(obj, dict):
            return [self.encode(member, (*way, str(i))) for i, member in enumerate(obj)]
        return [[self.encode(key, way), self.encode(obj[key], (*way, str(key)))] for key in obj]

    def _note(self, tensor: Tensor, way: tuple[str, ...]) -> dict[str, Any]:
        stem = name = ".".join(way) or "tensor"
        count = 1
        while name in self.arrays:  # {"a.b": x, "a": {"b": y}}
            count += 1
            name = f"{stem}#{count}"
        self.arrays[name] = np.ascontiguousarray(tensor.array).reshape(tensor.array.shape)
        return {
            "tensor": name,
            "requires_grad": tensor.requires_grad,
            "class": type(tensor).__name__,
        }

    def _refusal(self, obj: Any, way: tuple[str, ...]) -> str:
        place = f" (at {'.'.join(way)})" if way else ""
        advice = "convert it to tensors, numbers, strings, lists or dictionaries of these first"
        if hasattr(obj, "state_dict"):
            advice = "save its state_dict() instead, and load_state_dict it into a new one"
        return f"save: a {type(obj).__name__}{place} is not written, since no code is: {advice}"


def _decode(note: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(note, dict):
        return note
    if "tensor" in note:
        return _restored(note, tensors)
    ((kind, members),) = note.items()
    if kind in _SEQUENCES:
        return _SEQUENCES[kind]([_decode(member, tensors) for member in members])
    return _MAPPINGS[kind]([(_decode(k, tensors), _decode(v, tensors)) for k, v in members])


def _restored(note: dict[str, Any], tensors: dict[str, Tensor]) -> Tensor:
    name = note["tensor"]
    tensor = tensors[name]
    if note["class"] == "Parameter" and type(tensor) is Tensor:
        from tinygrad_edu.nn import Parameter

        tensors[name] = tensor = Parameter(tensor)
    tensor._requires_grad = note["requires_grad"]
    return tensor


def _header(data: bytes) -> dict[str, Any]:
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    return header


def _arrays(data: bytes) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as deserialize

    if data[:2] in (b"PK", b"\x80\x02"):
        raise RuntimeError(
            "load: this is a pickle file, as PyTorch's save writes it; loading one can run code, "
            "so it is not read. Under PyTorch write safetensors.torch.save_file(state_dict, path)"
        )
    try:
        unknown = {f["dtype"] for f in _header(data).values() if "dtype" in f} - _DTYPES
    except (ValueError, AttributeError, TypeError):
        raise RuntimeError("load: this is no safetensors file, which `save` writes") from None
    if unknown:
        raise NotImplementedError(
            f"load: the file has tensors of dtype {', '.join(sorted(unknown))}, which is not here; "
            "convert them to float32 first"
        )
    try:
        return dict(deserialize(data))
    except SafetensorError as error:
        raise RuntimeError(f"load: the safetensors file is damaged: {error}") from None


_DTYPES = {"F32", "F64", "I8", "I16", "I32", "I64", "U8", "BOOL"}
