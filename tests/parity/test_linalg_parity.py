"""torch.linalg and its older names against torch: values, gradients, names of results, errors."""

from __future__ import annotations

import pytest
from comparing import assert_same, outcome, programs
from rows.kinds import run

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

BEFORE = """
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]], requires_grad=True)
M = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.5]], requires_grad=True)
B = torch.stack([A, A + 1, A * 2])
Z, N = torch.zeros(2, 2), A.detach() * nan
v, s, i = torch.tensor([1.0, -2.0]), torch.tensor(1.0), torch.tensor([[1, 2], [3, 4]])
L = torch.linalg


def grads(y, *xs):
    weights = 1 + torch.arange(y.numel()).reshape(y.shape)
    return y.detach(), torch.autograd.grad((y * weights).sum(), xs)

"""


def compare(program: str) -> None:
    """Run a program under both libraries; a gradient through LAPACK is right to 1e-5."""
    found, expected = (
        outcome(lambda library=library: run(BEFORE + program, library))
        for library in (tinygrad_edu, torch)
    )
    assert_same(found, expected, 1e-5, 1e-5)


@programs("""
grads(L.norm(M), M)
grads(L.norm(M, 2), M)
grads(L.norm(M, -2), M)
grads(L.norm(M, 'nuc'), M)
grads(L.norm(M, 'fro'), M)
grads(L.norm(M, 1), M)
grads(L.norm(M, -1), M)
grads(L.norm(M, inf), M)
grads(L.norm(M, -inf), M)
grads(L.norm(B), A)
grads(L.norm(B, 2, dim=(1, 2)), A)
grads(L.norm(B, 'nuc', (0, 2), True), A)
grads(L.norm(M, dim=0), M)
grads(L.norm(M, 1, 0), M)
grads(L.norm(M, 3, 1, True), M)
grads(L.norm(M, 1, (0, 1), True), M)
grads(L.norm(M, dtype=torch.float64), M)
L.norm(v, 3)
L.norm(v, 0)
L.norm(s)
L.norm(s, 2)
L.norm(M, 'x')
L.norm(M, 3)
L.norm(B, 2)
L.norm(B, dim=(0, 1, 2))
L.norm(v, 'fro')
L.norm(M, 'fro', 0)
L.norm(i)
L.norm(M, dim=5)
L.norm(M.double(), dtype=torch.float32)
grads(L.vector_norm(M), M)
grads(L.vector_norm(M, 1, dim=1), M)
grads(L.vector_norm(M, -inf, (0, 1), keepdim=True), M)
grads(L.vector_norm(B, 2.5, dim=(0, -1)), A)
L.vector_norm(M, 0)
L.vector_norm(i)
L.vector_norm(M, 'fro')
L.vector_norm(M[:0])
L.vector_norm(M[:0], inf)
L.vector_norm(i, dtype=torch.float32)
L.vector_norm(v, dtype=torch.int64)
grads(L.matrix_norm(M), M)
grads(L.matrix_norm(M, 2, keepdim=True), M)
grads(L.matrix_norm(B, 1, dim=(0, 1)), A)
grads(L.matrix_norm(B, -inf, dim=(2, 0), keepdim=True), A)
grads(L.matrix_norm(B, 'nuc', dim=(2, 0)), A)
L.matrix_norm(v)
L.matrix_norm(M, 3)
L.matrix_norm(M, dim=(0, 0))
L.matrix_norm(M, dim=0)
L.matrix_norm(i)
L.matrix_norm(M.detach()[:0], 2)
L.matrix_norm(M[:0])
grads(L.cond(A), A)
grads(L.cond(A, -2), A)
L.cond(A.detach(), 1)
L.cond(A.detach(), inf)
L.cond(A.detach(), 'fro')
L.cond(A.detach(), 'nuc')
grads(L.cond(M), M)
grads(L.cond(B), A)
L.cond(Z)
L.cond(Z, 1)
L.cond(M, 1)
L.cond(A, 3)
L.cond(torch.zeros(0, 0))
""")
def test_norms(program: str) -> None:
    compare(program)


@programs("""
grads(L.solve(A, v), A)
grads(L.solve(B, v), A)
grads(L.solve(B, torch.ones(3, 2)), A)
grads(L.solve(A, M), A, M)
grads(L.solve(A, M.mT, left=False), A, M)
L.solve(A, v, left=False)
L.solve(A, s)
L.solve(i, v)
L.solve(M, v)
L.solve(A, torch.ones(3))
L.solve(Z, v)
L.solve(A, v.double())
L.solve(v, v)
L.solve(torch.zeros(0, 0), torch.zeros(0, 2))
L.inv(v)
L.inv(M)
L.inv(Z)
L.inv(i)
L.inv(N)
L.inv(torch.stack([A.detach(), Z]))
L.inv(torch.zeros(0, 0))
L.det(M)
L.det(v)
L.det(i)
grads(L.det(B), A)
L.det(torch.zeros(0, 0))
grads(L.det(torch.ones(2, 2, requires_grad=True) * A - A + 1), A)
type(L.slogdet(A)).__name__, type(torch.slogdet(A)).__name__
L.slogdet(A)
L.slogdet(Z)
L.slogdet(M)
torch.logdet(A[[1, 0]])
torch.logdet(Z)
torch.logdet(M)
L.cholesky(-A)
L.cholesky(M)
L.cholesky(i)
L.cholesky(torch.zeros(0, 0))
grads(L.cholesky(B), A)
L.multi_dot([M])
grads(L.multi_dot([A, M]), A, M)
grads(L.multi_dot([v, A, M, M.mT, A]), A, M)
grads(L.multi_dot([v, A, v]), A)
L.multi_dot([v, v])
L.multi_dot([A, v, A])
L.multi_dot([B, B])
L.multi_dot([M, M])
L.multi_dot([A, A.double()])
L.multi_dot([M, v])
L.matrix_power(M, 2)
L.matrix_power(v, 2)
L.matrix_power(Z, -1)
L.matrix_power(i, 3)
L.matmul(A, M)
L.diagonal(B)
L.diagonal(B, offset=1, dim1=0, dim2=1)
L.cross(torch.ones(2, 3), torch.arange(6.0).reshape(2, 3))
L.cross(torch.ones(3), torch.ones(2, 3))
L.cross(torch.ones(3, 2), torch.ones(3, 2))
issubclass(L.LinAlgError, RuntimeError)
""")
def test_square_matrices(program: str) -> None:
    compare(program)


@programs("""
L.qr(A)
L.qr(M)
grads(L.qr(M).R, M)
grads(L.qr(M.mT).Q, M)
grads(L.qr(M, 'complete').Q, M)
grads(L.qr(M, 'complete').R, M)
L.qr(M.mT, mode='complete').R
grads(L.qr(M.mT, mode='complete').Q, M)
grads(L.qr(M, mode='r').R, M)
L.qr(M.detach(), mode='r')
L.qr(M, 'x')
L.qr(v)
L.qr(i)
torch.qr(M.mT, some=False)
type(L.qr(A)).__name__, type(torch.qr(A)).__name__
L.eigh(M)
L.eigh(A, 'X')
L.eigh(v)
L.eigvalsh(A, 'U')
grads(L.eigvalsh(A), A)
grads(L.eigvalsh(B), A)
grads(L.eigh(A).eigenvectors ** 2, A)
grads(L.eigvalsh(A, UPLO='U'), A)
type(L.eigh(A)).__name__
L.eigh(torch.zeros(0, 0))
L.svd(M).S
L.svd(M).Vh.shape, L.svd(M).U.shape, L.svd(M, False).Vh.shape
grads(L.svd(M).U ** 2, M)
grads(L.svd(M).Vh[:2] ** 2, M)
grads(L.svd(M.mT).U[:, :2] ** 2, M)
L.svd(v)
L.svd(i)
L.svd(N)
L.svd(A, driver='gesvd')
type(L.svd(A)).__name__, type(torch.svd(A)).__name__
torch.svd(M.mT, some=False).U.shape
torch.svd(M.detach().mT, compute_uv=False)
L.svdvals(M)
L.svdvals(torch.zeros(0, 3))
L.svdvals(v)
""")
def test_decompositions(program: str) -> None:
    compare(program)


@programs("""
grads(L.pinv(M), M)
grads(L.pinv(B), A)
grads(L.pinv(A, hermitian=True), A)
L.pinv(Z)
L.pinv(A, rtol=0.9)
L.pinv(A, atol=2.0)
L.pinv(A, 0.9)
L.pinv(v)
L.pinv(i)
L.pinv(torch.zeros(0, 3))
torch.pinverse(M, 0.5)
grads(L.lstsq(M.mT, torch.ones(3, 1)).solution, M)
grads(L.lstsq(M.mT, torch.ones(3)).solution, M)
grads(L.lstsq(M, torch.ones(2, 1)).solution, M)
L.lstsq(M.detach().mT, torch.ones(3)).rank
L.lstsq(M.detach().mT, torch.ones(3)).residuals
L.lstsq(M.detach().mT, torch.tensor([1.0, 0.0, 1.0]), driver='gels').residuals
L.lstsq(M.detach().mT, torch.tensor([[1.0], [0.0], [1.0]]), driver='gels').residuals
L.lstsq(M.detach().mT, torch.tensor([[1.0], [0.0], [1.0]]), driver='gelsd')
L.lstsq(M.detach().mT, torch.tensor([[1.0], [0.0], [1.0]]), driver='gelss').singular_values
L.lstsq(M.detach().mT, torch.ones(3, 1), driver='gels').rank
L.lstsq(A, A, driver='x')
L.lstsq(A, M.detach().mT)
L.lstsq(v, v)
L.lstsq(B.detach(), torch.ones(3, 2)).solution
L.lstsq(Z, A.detach())
L.lstsq(A, A.double())
L.matrix_rank(M)
L.matrix_rank(Z)
L.matrix_rank(B)
L.matrix_rank(A, atol=2.0)
L.matrix_rank(A, rtol=0.5)
L.matrix_rank(A, tol=2.0)
L.matrix_rank(A, hermitian=True)
L.matrix_rank(v)
L.matrix_rank(torch.zeros(0, 3))
""")
def test_least_squares_and_rank(program: str) -> None:
    compare(program)
