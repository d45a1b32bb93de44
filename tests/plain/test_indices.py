"""The indices of triangles: what they read is the triangle."""

import pytest

import tinygrad_edu as torch


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 5])
def test_the_indices_are_those_of_the_triangle(offset: int) -> None:
    x = torch.arange(1.0, 13.0).reshape(3, 4)
    for indices, triangle in (
        (torch.tril_indices(3, 4, offset), x.tril(offset)),
        (torch.triu_indices(3, 4, offset), x.triu(offset)),
    ):
        assert indices.dtype == torch.int64
        assert x[indices[0], indices[1]].tolist() == triangle[triangle != 0].tolist()


def test_what_is_refused() -> None:
    with pytest.raises(RuntimeError, match="row must be non-negative, got -1"):
        torch.tril_indices(-1, 2)
    with pytest.raises(NotImplementedError, match="'Float'"):
        torch.triu_indices(2, 2, dtype=torch.float32)
    with pytest.raises(TypeError, match="'col' must be int, not float"):
        torch.tril_indices(2, 2.0)
