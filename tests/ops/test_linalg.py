"""Facts of linear algebra that hold without torch: products of factors, gradients, refusals."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import gradcheck, gradgradcheck

A = np.array([[4.0, 1.0, -2.0], [1.0, 5.0, 0.5], [-2.0, 0.5, 6.0]])
TALL = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [2.0, 2.0]])


def leaf(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, requires_grad=True)


def assert_close(found: torch.Tensor, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12, atol=1e-12)


def test_inverse_and_solution_undo_the_product() -> None:
    a, b = torch.tensor(A), torch.tensor(TALL[:3])
    assert_close(torch.linalg.inv(a) @ a, np.eye(3))
    assert_close(a @ torch.linalg.solve(a, b), TALL[:3])
    assert_close(torch.linalg.solve(a, b.mT, left=False) @ a, TALL[:3].T)


def test_factors_multiply_to_the_matrix() -> None:
    for array in (A, TALL, TALL.T):
        q, r = torch.linalg.qr(torch.tensor(array))
        assert_close(q @ r, array)
        assert_close(q.mT @ q, np.eye(q.shape[1]))
        u, s, vh = torch.linalg.svd(torch.tensor(array), full_matrices=False)
        assert_close(u * s @ vh, array)
    factor = torch.linalg.cholesky(torch.tensor(A))
    assert_close(factor @ factor.mT, A)
    values, vectors = torch.linalg.eigh(torch.tensor(A))
    assert_close(vectors * values @ vectors.mT, A)


def test_the_pseudo_inverse_solves_least_squares() -> None:
    b = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    solution = torch.linalg.pinv(torch.tensor(TALL)) @ b
    assert_close(solution, np.linalg.lstsq(TALL, b.numpy())[0])
    assert_close(torch.linalg.lstsq(torch.tensor(TALL), b).solution, solution.numpy())


@pytest.mark.parametrize(
    ("matrix", "cofactors"),
    [
        ([[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]]),
        ([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
        ([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 3.0]], None),
    ],
)
def test_the_gradient_of_a_determinant_that_is_0(matrix: list, cofactors: list | None) -> None:
    a = leaf(np.array(matrix))
    torch.linalg.det(a).backward()
    if cofactors is None:
        minors = [[np.delete(np.delete(matrix, i, 0), j, 1) for j in range(3)] for i in range(3)]
        signs = (-1.0) ** np.add.outer(range(3), range(3))
        cofactors = np.array([[np.linalg.det(m) for m in row] for row in minors]) * signs
    assert_close(a.grad, np.array(cofactors))


def test_derivatives_of_vectors_through_what_their_signs_cannot_change() -> None:
    def of_projection(x: torch.Tensor) -> torch.Tensor:
        vectors = torch.linalg.eigh(x + x.mT).eigenvectors
        return vectors[:, :1] @ vectors[:, :1].mT

    assert gradcheck(of_projection, [leaf(A)])
    assert gradgradcheck(of_projection, [leaf(A)])


@pytest.mark.parametrize(
    "call",
    [
        lambda a: torch.linalg.inv(a),
        lambda a: torch.linalg.solve(a, a),
        lambda a: torch.linalg.cholesky(a - 1),
        lambda a: torch.linalg.matrix_power(a, -1),
        lambda a: torch.linalg.svd(a * float("nan")),
    ],
)
def test_what_cannot_be_computed_is_a_lin_alg_error(call) -> None:
    with pytest.raises(torch.linalg.LinAlgError, match=r"singular|positive|finite"):
        call(torch.ones(2, 2))


def test_the_singular_one_of_a_batch_is_named() -> None:
    batch = torch.stack([torch.eye(2), torch.ones(2, 2)])
    with pytest.raises(torch.linalg.LinAlgError, match=r"batch element \[1\]"):
        torch.linalg.inv(batch)


def test_what_has_no_gradient_says_so() -> None:
    q = torch.linalg.qr(leaf(TALL), mode="complete").Q
    with pytest.raises(RuntimeError, match="not differentiable when mode='complete'"):
        q.sum().backward()
    r = torch.linalg.qr(leaf(TALL), mode="r").R
    with pytest.raises(RuntimeError, match="mode='r'"):
        r.sum().backward()
    assert not torch.linalg.matrix_rank(leaf(TALL)).requires_grad


def test_equal_eigenvalues_have_a_gradient_of_the_values_alone() -> None:
    x = leaf(np.eye(3) * 2)
    torch.linalg.eigvalsh(x).sum().backward()
    assert_close(x.grad, np.eye(3))


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lu'"):
        torch.linalg.lu  # noqa: B018
    with pytest.raises(NotImplementedError, match="atol as a Tensor is not there"):
        torch.linalg.pinv(torch.tensor(A), atol=torch.tensor(0.1))


def test_einsum_contracts_in_the_order_of_its_operands() -> None:
    a, b, c = torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 5)
    assert torch.einsum("ij,jk,kl->il", a, b, c).tolist() == [[12.0] * 5] * 2
    assert torch.einsum("...ij,kl->...", torch.ones(2, 3, 4), c).tolist() == [240.0, 240.0]
    with pytest.raises(RuntimeError, match=r"subscript j has size 2 for operand 1.*size 3"):
        torch.einsum("ij,jk", a, a)


def test_many_matrices_are_multiplied_in_the_cheapest_order() -> None:
    tall, wide, column = torch.ones(50, 2), torch.ones(2, 50), torch.ones(50, 1)
    x = torch.ones(50, 2, requires_grad=True)
    node = torch.linalg.multi_dot([x * 1, wide, column]).grad_fn
    assert node.inputs[0].shape == (50, 2), "wide @ column comes first"
    assert torch.linalg.multi_dot([tall, wide, column])[0, 0].item() == 100.0
