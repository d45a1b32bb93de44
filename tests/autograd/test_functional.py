"""Derivatives of functions: known matrices, products, graphs and refusals."""

import pytest

import tinygrad_edu as torch
from tinygrad_edu.autograd import functional
from tinygrad_edu.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

X = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
A = torch.tensor([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]], dtype=torch.float64)
V = torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64)


def quadratic(x):
    return x @ A @ x / 2


def test_a_linear_function_is_its_matrix():
    assert jacobian(lambda x: A @ x, X).tolist() == A.tolist()


def test_a_quadratic_function_has_a_constant_hessian():
    assert torch.allclose(hessian(quadratic, X), A)
    for product in (hvp, vhp):
        value, found = product(quadratic, X, V)
        assert value.item() == quadratic(X).item()
        assert torch.allclose(found, A @ V)


def test_products_agree_with_the_jacobian():
    matrix = jacobian(lambda x: x.sin() * x.sum(), X)
    assert torch.allclose(vjp(lambda x: x.sin() * x.sum(), X, V)[1], V @ matrix)
    assert torch.allclose(jvp(lambda x: x.sin() * x.sum(), X, V)[1], matrix @ V)


def test_several_inputs_and_outputs():
    found = jacobian(lambda x, y: (x * y, y.sum()), (X, V))
    assert [[part.shape for part in row] for row in found] == [[(3, 3), (3, 3)], [(3,), (3,)]]
    blocks = hessian(lambda x, y: (x * y).sum(), (X, V))
    assert torch.equal(blocks[0][1], torch.eye(3, dtype=torch.float64))
    assert not blocks[0][0].any()


def test_results_can_be_differentiated():
    x = X.clone().requires_grad_()
    hessian(lambda x: (x**4).sum(), x, create_graph=True).sum().backward()
    assert torch.allclose(x.grad, 24 * X)
    assert torch.autograd.gradcheck(
        lambda x: jacobian(lambda x: x.sin() * x.sum(), x, create_graph=True), x
    )


def test_strict_mode_refuses_zeros():
    assert jacobian(lambda x, y: x, (X, V))[1].tolist() == [[0.0] * 3] * 3
    with pytest.raises(RuntimeError, match=r"Output 0 .* independent of input 1"):
        jacobian(lambda x, y: x, (X, V), strict=True)
    with pytest.raises(RuntimeError, match="the function may be linear"):
        hessian(lambda x: x.sum(), X, strict=True)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: jacobian(torch.exp, X, vectorize=True), NotImplementedError, "vectorize=True"),
        (lambda: jacobian(torch.exp, X, strategy="forward-mode"), NotImplementedError, "forward"),
        (lambda: jacobian(torch.exp, 3.0), TypeError, "has type <class 'float'>"),
        (lambda: jacobian(lambda x: 3.0, X), TypeError, "outputs of the user-provided function"),
        (lambda: hessian(torch.exp, X), RuntimeError, r"but has the shape \[3\]"),
        (lambda: hvp(lambda x: (x.sum(),), X, V), RuntimeError, "not a tuple of 1"),
        (lambda: vjp(torch.exp, X), RuntimeError, r"the shapes are \[\[3\]\]"),
        (lambda: vjp(torch.exp, X, torch.ones(2)), RuntimeError, "v has invalid size"),
    ],
)
def test_mistakes(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_it_is_found_in_autograd():
    assert torch.autograd.functional is functional
