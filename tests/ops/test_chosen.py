"""Choosing between the bits of many numbers gives what `np.where` does."""

import numpy as np
import pytest

from tinygrad_edu.ops.selection import MANY, chosen

SPECIAL = [0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, np.nan, 1e-45]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", [8, MANY, MANY + 3])
def test_the_bits_are_those_of_where(kind: type, size: int) -> None:
    a = np.resize(np.array(SPECIAL, kind), size)
    b = np.resize(np.array([*SPECIAL[::-1], 3.0], kind), size)
    mask = np.resize(np.array([True, False, False, True, True]), size)
    sides = [(a, b), (0.0, b), (a, 0.0), (-0.0, b), (2.0, b), (a, b[:1]), (a[::-1], b)]
    for x, y in [*sides, (0.0, 0.0)]:
        found, expected = chosen(mask, x, y), np.where(mask, x, y)
        assert (found.dtype, found.tobytes()) == (expected.dtype, expected.tobytes())
    for shape in ((2, -1), (-1, 2)):
        if size % 2 == 0:
            x, y, m = a.reshape(shape).T, b.reshape(shape).T, mask.reshape(shape).T
            assert chosen(m, x, y).tobytes() == np.where(m, x, y).tobytes()
