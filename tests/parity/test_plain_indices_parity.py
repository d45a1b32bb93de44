"""Indices of triangles and of repeats, shapes that broadcast: against torch."""

from __future__ import annotations

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")


@programs("""
torch.tril_indices(2, 3)
torch.tril_indices(3, 2, 1)
torch.tril_indices(row=3, col=3, offset=-1)
torch.triu_indices(3, 2, -1)
torch.triu_indices(2, 4, offset=2)
torch.triu_indices(2, 2, -5)
torch.tril_indices(2, 2, dtype=torch.int32)
torch.tril_indices(0, 2)
torch.triu_indices(2, 0)
torch.tril_indices(-1, 2)
torch.tril_indices(2, -1)
torch.triu_indices(2, 2, dtype=torch.float32)
torch.tril_indices(2.0, 2)
torch.tril_indices(2, 2, device='cpu')
torch.repeat_interleave(torch.tensor([1, 0, 2]))
torch.repeat_interleave(torch.tensor([1, -1]))
torch.repeat_interleave(torch.tensor([[1]]))
torch.repeat_interleave(torch.tensor([1.0]))
torch.broadcast_shapes((2, 1), (3,))
torch.broadcast_shapes(2, (3, 1), ())
torch.broadcast_shapes()
torch.broadcast_shapes((2,), (3,))
torch.broadcast_shapes((-1,), (2,))
torch.broadcast_shapes((2,), 1.0)
torch.ones(2, 3, dtype=torch.int64).tril()
torch.ones(2, 3).bool().triu(1)
torch.arange(6).reshape(2, 3).flip(1).roll(1, 0).rot90()
torch.arange(3).diag(), torch.arange(3).diagflat(1), torch.eye(3).bool().diag()
torch.kron(torch.arange(3), torch.ones(2))
torch.block_diag(torch.arange(3), torch.ones(2, 2))
torch.hstack([torch.arange(3), torch.ones(2)])
torch.trace(torch.eye(3))
torch.eye(3).trace()
torch.inner(torch.arange(3), torch.arange(3))
torch.einsum('i,i', torch.arange(3), torch.arange(3))
torch.addmm(torch.tensor(1), torch.tensor([[2]]), torch.tensor([[3]]))
torch.matrix_power(torch.tensor([[1, 1], [0, 1]]), 5)
torch.matrix_power(torch.tensor([[1, 1], [0, 1]]), -1)
torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]), 0)
torch.combinations(torch.arange(4), 3)
torch.cartesian_prod(torch.arange(2), torch.arange(3))
""")
def test_same_numbers_dtypes_and_errors(program: str) -> None:
    same_in_both(program, torch)
