"""Padding with a number, with a mirror image, with the border, or around to the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.nn.functional.windows import tensor_or_values
from tinygrad_edu.ops.checking import number
from tinygrad_edu.ops.padding import constant_pad_nd
from tinygrad_edu.ops.refusals import kind_of

_MODES: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""torch's names, and numpy's."""

_KNOWN = ", ".join(_MODES)


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """Pad the last dims.

    Args:
        input: any shape; for another mode than "constant" two or three, three or four, or four or
            five dims, of which the last one, two or three are padded.
        pad: how many elements go before and after, for the last dim, then the one before, and so
            on; a negative number cuts elements off.
        mode: "constant", "reflect", "replicate" or "circular".
        value: what to pad with, in the mode "constant"; 0 by default.

    Raises:
        NotImplementedError: for another mode, or another number of dims; to mirror or repeat bools.
        RuntimeError: if `pad` has an odd length, or one that does not fit the dims; if more is cut
            off than there is; if a dim is too small to be mirrored or wrapped around so far.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.pad(torch.tensor([1.0, 2.0]), (1, 2), value=7.0)
    tensor([7., 1., 2., 7., 7.])
    >>> torch.nn.functional.pad(torch.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])
    """
    x = tensor_or_values("pad", input)
    if mode != "constant" and mode not in _MODES:
        raise NotImplementedError(
            f"Unrecognised padding mode {mode} (there are constant, {_KNOWN})"
        )
    pairs = _pairs(pad, tuple(x.shape))
    if mode == "constant":
        return constant_pad_nd(x, pairs, 0 if value is None else number("pad", "value", value))
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(pad) not in (2, 4, 6) or x.ndim - len(pad) // 2 not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {x.ndim}D input tensor: the mode {mode} "
            "pads the last dim of 2 or 3, the last two of 3 or 4, or the last three of 4 or 5"
        )
    if kind_of(x) == "b" and mode != "circular":
        raise NotImplementedError(f"padding by {mode} is not implemented for 'Bool'; use .int()")
    for dim in range(x.ndim - len(pad) // 2, x.ndim):
        places = _places(mode, x.shape[dim], pairs[dim])
        x = x[(*(slice(None),) * dim, places)]
    return x


def _pairs(pad: Sequence[int], shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return how many elements go before and after, for each dim, the first one first."""
    for i, amount in enumerate(pad):
        if isinstance(amount, bool) or not isinstance(amount, (int, np.integer)):
            raise TypeError(
                "pad(): argument 'pad' (position 2) must be tuple of ints, but found element of "
                f"type {type(amount).__name__} at pos {i}"
            )
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but pad is {tuple(pad)}")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {len(shape)}"
        )
    given = [(int(pad[i]), int(pad[i + 1])) for i in range(0, len(pad), 2)]
    pairs = [(0, 0)] * (len(shape) - len(given)) + given[::-1]
    for size, (before, after) in zip(shape, pairs, strict=True):
        if size + before + after < 0 or min(before, after) < -size:
            raise RuntimeError(
                f"narrow(): length must be non-negative: the padding {tuple(pad)} cuts off more "
                f"than the shape {list(shape)} has"
            )
    return pairs


def _places(mode: str, size: int, pair: tuple[int, int]) -> Any:
    """Return, for each place of the padded dim, the index that its element comes from."""
    if mode == "reflect" and max(pair) >= size:
        raise RuntimeError(
            "Padding size should be less than the corresponding input dimension, but got: padding "
            f"{pair} of a dimension of size {size}"
        )
    if mode == "circular" and max(pair) > size:
        raise RuntimeError(
            f"Padding value causes wrapping around more than once: padding {pair} of a dimension "
            f"of size {size}"
        )
    before, after = pair
    places = np.pad(np.arange(size), (max(before, 0), max(after, 0)), mode=_MODES[mode])
    return places[max(-before, 0) : len(places) - max(-after, 0)]
