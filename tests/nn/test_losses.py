"""The losses without torch: formulas, extremes, what they refuse, and `Value`s one by one."""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace
from tinygrad_edu.autograd import topological_order
from tinygrad_edu.nn import functional

LOGITS = [[2.0, -1.0, 0.5], [0.0, 3.0, -2.0], [1.0, 1.0, 1.0]]
CLASSES = [0, 2, 1]
LOG_P = np.array(LOGITS) - np.log(np.exp(LOGITS).sum(1, keepdims=True))
PICKED = -LOG_P[range(3), CLASSES]
WEIGHTS = np.array([0.5, 2.0, 1.0])
P = np.array([0.9, 0.2, 0.5])
HALF = np.array([1.0, 0.0, 0.25])


def tensor(x):
    return torch.tensor(x, dtype=torch.float64)


FORMULAS = {
    "CrossEntropyLoss()": PICKED.mean(),
    "CrossEntropyLoss(reduction='sum')": PICKED.sum(),
    "CrossEntropyLoss(reduction='none')": PICKED,
    "CrossEntropyLoss(ignore_index=2)": PICKED[[0, 2]].mean(),
    "CrossEntropyLoss(ignore_index=2, reduction='none')": PICKED * [1, 0, 1],
    "CrossEntropyLoss(tensor(WEIGHTS))": (PICKED * WEIGHTS[CLASSES]).sum() / WEIGHTS.sum(),
    "CrossEntropyLoss(label_smoothing=0.3)": (0.7 * PICKED - 0.3 * LOG_P.mean(1)).mean(),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_cross_entropy(text):
    loss = eval(f"nn.{text}", {"nn": nn, "tensor": tensor, "WEIGHTS": WEIGHTS})
    found = loss(tensor(LOGITS), torch.tensor(CLASSES))
    np.testing.assert_allclose(found.numpy(), FORMULAS[text], rtol=1e-12)


def test_the_gradient_of_cross_entropy_is_softmax_minus_one_hot():
    x = tensor(LOGITS).requires_grad_()
    nn.CrossEntropyLoss()(x, torch.tensor(CLASSES)).backward()
    np.testing.assert_allclose(x.grad.numpy(), (np.exp(LOG_P) - np.eye(3)[CLASSES]) / 3, rtol=1e-12)


def test_probabilities_of_one_class_are_that_class():
    x, one_hot = tensor(LOGITS), tensor(np.eye(3)[CLASSES])
    for smoothing in (0.0, 0.2):
        loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
        assert loss(x, one_hot).item() == pytest.approx(loss(x, torch.tensor(CLASSES)).item())


def test_the_loss_of_logits_is_that_of_their_probabilities():
    x, t = tensor([0.3, -2.0, 1.5]), tensor(HALF)
    for weight in (None, tensor(WEIGHTS)):
        found = nn.BCEWithLogitsLoss(weight)(x, t).item()
        assert found == pytest.approx(nn.BCELoss(weight)(x.sigmoid(), t).item(), rel=1e-12)


def test_formulas_of_pairs():
    p, t = tensor(P), tensor(HALF)
    entropy = -HALF * np.log(P) - (1 - HALF) * np.log(1 - P)
    assert nn.BCELoss()(p, t).item() == pytest.approx(entropy.mean())
    errors = np.abs(P - HALF)
    small = np.where(errors < 0.22, errors**2 / 0.44, errors - 0.11)
    assert nn.SmoothL1Loss(beta=0.22)(p, t).item() == pytest.approx(small.mean())
    assert nn.HuberLoss("sum", 0.22)(p, t).item() == pytest.approx(0.22 * small.sum())
    q, r = np.array([[0.2, 0.8], [0.5, 0.5]]), np.array([[0.0, 1.0], [0.25, 0.75]])
    divergence = math.log(1 / 0.8) + 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    loss = nn.KLDivLoss(reduction="batchmean")
    assert loss(tensor(q).log(), tensor(r)).item() == pytest.approx(divergence / 2)


def test_nothing_overflows():
    x = torch.tensor([1e30, -1e30, 1e30], requires_grad=True)
    loss = nn.BCEWithLogitsLoss(reduction="none")(x, torch.tensor([1.0, 0.0, 0.0]))
    loss.sum().backward()
    assert loss.tolist()[:2] == [0.0, 0.0]
    assert loss[2].item() == pytest.approx(1e30)
    assert x.grad.tolist() == [0.0, 0.0, 1.0]
    p = torch.tensor([0.0, 1.0], requires_grad=True)
    loss = nn.BCELoss(reduction="none")(p, torch.tensor([1.0, 0.0]))
    loss.sum().backward()
    assert loss.tolist() == [100.0, 100.0]
    assert torch.isfinite(p.grad).all()


def test_the_mean_of_no_losses_is_nan():
    assert math.isnan(nn.CrossEntropyLoss(ignore_index=1)(torch.ones(1, 2), torch.tensor([1])))
    assert math.isnan(nn.BCELoss()(torch.zeros(0), torch.zeros(0)))
    assert math.isnan(nn.HuberLoss()(np.empty(0, object), []))


def test_ignored_samples_get_no_gradient_even_where_they_are_infinite():
    x = torch.tensor([[0.0, 1.0], [-math.inf, 0.0]], requires_grad=True)
    functional.nll_loss(x, torch.tensor([0, -100]), reduction="sum").backward(torch.tensor(2.0))
    assert x.grad.tolist() == [[-2.0, 0.0], [0.0, 0.0]]


def test_weights_are_saved_with_the_module_and_move_with_it():
    loss = nn.BCEWithLogitsLoss(torch.ones(2), pos_weight=torch.tensor([2.0, 3.0]))
    assert list(loss.state_dict()) == ["weight", "pos_weight"]
    assert loss.double().pos_weight.dtype is torch.float64
    assert list(nn.CrossEntropyLoss().state_dict()) == []


def test_a_weight_that_changes_after_the_loss_does_not_change_its_gradient():
    weight, x = torch.tensor([1.0, 2.0]), torch.zeros(1, 2, requires_grad=True)
    loss = functional.nll_loss(x, torch.tensor([1]), weight, reduction="sum")
    weight.zero_()
    loss.backward()
    assert x.grad.tolist() == [[0.0, -2.0]]


# --- Values ---------------------------------------------------------------------------------------

PAIR_LOSSES = [
    "SmoothL1Loss(beta=0.3)", "SmoothL1Loss(beta=0.0)", "HuberLoss('sum', 0.3)", "BCELoss()",
    "BCELoss(torch.tensor([0.5, 2.0, 1.0]))", "BCEWithLogitsLoss(reduction='sum')",
    "BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))",
    "BCEWithLogitsLoss(torch.tensor([0.5, 2.0, 1.0]), pos_weight=torch.tensor(3.0))",
    "KLDivLoss(reduction='batchmean')", "KLDivLoss(reduction='sum', log_target=True)",
]  # fmt: skip


def assert_same_gradients(loss, x, target, given):
    """Compare a loss of tensors with that of `Value`s, and their gradients."""
    leaf = tensor(x).requires_grad_()
    expected = loss(leaf, target)
    expected.backward()
    values = np.frompyfunc(Value, 1, 1)(np.array(x))
    found = loss(values, given)
    assert type(found) is Value
    assert found.data == pytest.approx(expected.item(), rel=1e-12)
    found.backward()
    gradients = [value.grad or 0.0 for value in values.flat]  # None where nothing was used
    np.testing.assert_allclose(gradients, leaf.grad.numpy().ravel(), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("text", PAIR_LOSSES)
def test_values_give_the_numbers_and_gradients_of_tensors(text):
    loss = eval(f"nn.{text}", {"nn": nn, "torch": torch}).double()
    assert_same_gradients(loss, P, tensor(HALF * 0.8 + 0.1), list(HALF * 0.8 + 0.1))


@pytest.mark.parametrize("text", [*FORMULAS, "NLLLoss()", "NLLLoss(tensor(WEIGHTS))"])
def test_values_and_class_numbers(text):
    if "none" in text:
        text = text.replace("none", "sum")
    loss = eval(f"nn.{text}", {"nn": nn, "tensor": tensor, "WEIGHTS": WEIGHTS})
    for given in (CLASSES, torch.tensor(CLASSES)):
        assert_same_gradients(loss, LOGITS, torch.tensor(CLASSES), given)


def test_values_and_class_probabilities():
    for loss in (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(label_smoothing=0.2)):
        p = np.exp(LOG_P)[::-1]
        assert_same_gradients(loss, LOGITS, tensor(p), p.tolist())


def test_a_network_of_values_with_weights_of_its_own():
    loss = nn.CrossEntropyLoss(tensor(WEIGHTS))
    expected = loss(tensor(LOGITS), torch.tensor(CLASSES)).item()
    values = np.frompyfunc(Value, 1, 1)(np.array(LOGITS))
    assert loss.to(Value)(values, CLASSES).data == pytest.approx(expected)


def test_a_loss_of_one_value():
    assert functional.huber_loss(Value(3.0), 1.0).data == 1.5
    assert functional.smooth_l1_loss([Value(1.5)], [1.0], reduction="none")[0].data == 0.125
    assert functional.binary_cross_entropy_with_logits(Value(0.0), 1.0).data == math.log(2)


def test_log_sigmoid_is_one_node_of_the_graph():
    loss = nn.BCEWithLogitsLoss()([Value(1.0)], [0.25])
    names = sorted(v.op.name for v in topological_order([loss]) if v.op is not None)
    assert names.count("log_sigmoid") == 1
    assert "exp" not in names


def test_a_cross_entropy_of_tensors_can_be_taken_apart():
    x = tensor(LOGITS).requires_grad_()
    loss = nn.CrossEntropyLoss(tensor(WEIGHTS), label_smoothing=0.1)(x, torch.tensor(CLASSES))
    assert trace.scalars(loss).data == pytest.approx(loss.item(), rel=1e-12)


# --- what is refused ------------------------------------------------------------------------------

X, T = torch.ones(2, 3), torch.tensor([0, 2])
REFUSED = {
    "class too large": (IndexError, "Target 3 is out of bounds: there are 3 classes",
                        lambda: functional.cross_entropy(X, T + 1)),
    "class of Values": (IndexError, "Target 7", lambda: functional.nll_loss([[Value(1.0)]], [7])),
    "floats": (RuntimeError, "Long or Byte", lambda: functional.nll_loss(X, T.float())),
    "floats beside Values": (RuntimeError, "Long or Byte",
                             lambda: functional.cross_entropy([[Value(1.0)]], [0.0])),
    "samples": (ValueError, r"batch_size \(2\).*\(1\)", lambda: functional.nll_loss(X, T[:1])),
    "sizes": (RuntimeError, r"target size \[2\], got \[2, 1\]",
              lambda: functional.nll_loss(X, T.reshape(2, 1))),
    "weights": (RuntimeError, r"all 3 classes.*shape: \[2\]",
                lambda: functional.cross_entropy(X, T, torch.ones(2))),
    "learnt weights": (RuntimeError, "not differentiable",
                       lambda: functional.nll_loss(X, T, torch.ones(3, requires_grad=True))),
    "soft integers": (RuntimeError, r"floating point type.*the shape \[2\]",
                      lambda: functional.cross_entropy(X, X.long())),
    "smoothing": (RuntimeError, "between 0.0 and 1.0",
                  lambda: functional.cross_entropy(X, T, label_smoothing=-0.1)),
    "probabilities": (RuntimeError, "input should be between 0 and 1",
                      lambda: functional.binary_cross_entropy(X * 2, X)),
    "sizes of pairs": (ValueError, "must be the same as input size",
                       lambda: functional.binary_cross_entropy_with_logits(X, X[0])),
    "pos_weight": (RuntimeError, r"pos_weight of shape \[2\].*\[2, 3\]",
                   lambda: nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))(X, X)),
    "delta": (RuntimeError, "non-positive values for delta",
              lambda: nn.HuberLoss(delta=-1)(X, X)),
    "beta": (RuntimeError, "negative values for beta",
             lambda: nn.SmoothL1Loss(beta=-1)(X, X)),
    "a list": (TypeError, "'target'.*not list", lambda: functional.nll_loss(X, [0, 1])),
    "reduction": (ValueError, "'batchmean' is not a valid value",
                  lambda: functional.nll_loss(X, T, reduction="batchmean")),
    "positional reduction": (TypeError, "positional", lambda: nn.CrossEntropyLoss(None, "sum")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_mistakes(name):
    kind, message, call = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()


def test_kl_div_warns_of_its_mean():
    with pytest.warns(UserWarning, match="'batchmean' divides only by the batch size"):
        functional.kl_div(X, X)
