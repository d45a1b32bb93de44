"""micrograd's classes: its texts, its numbers from a seed, its training loop (recorded)."""

import random

import numpy as np
import pytest

from tinygrad_edu import Value
from tinygrad_edu.nn.scalar import MLP, Layer, Module, Neuron

TEXTS = [
    (lambda: Neuron(2), "ReLUNeuron(2)"),
    (lambda: Neuron(3, nonlin=False), "LinearNeuron(3)"),
    (lambda: Layer(2, 2), "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"),
    (lambda: Layer(1, 1, nonlin=False), "Layer of [LinearNeuron(1)]"),
    (
        lambda: MLP(2, [2, 1]),
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]",
    ),
]


@pytest.mark.parametrize(("make", "text"), TEXTS)
def test_texts(make, text):
    assert repr(make()) == text


def test_a_neuron_from_a_seed():
    random.seed(0)
    for size in (2, 3, 2, 2, 1):
        Neuron(size)
    neuron = Neuron(2)
    assert [w.data for w in neuron.w] == [0.8162257703906703, 0.009373711634780513]
    assert neuron.b.data == 0.0
    assert neuron([1.0, -2.0]).data == 0.7974783471211093


def test_parameters():
    model = MLP(3, [4, 1])
    assert len(model.parameters()) == 4 * 4 + 5
    assert model.parameters()[:4] == [*model.layers[0].neurons[0].w, model.layers[0].neurons[0].b]
    assert Module().parameters() == []


def test_a_layer_of_one_neuron_returns_its_value():
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert len(MLP(2, [3, 2])([1.0, 2.0])) == 2


def test_zero_grad_sets_zeros():
    model = MLP(2, [1])
    model([1.0, 2.0]).backward()
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0, 0.0, 0.0]


def test_a_wrong_number_of_inputs_is_refused():
    with pytest.raises(ValueError, match=r"ReLUNeuron\(2\) takes 2 inputs, but 3 were given"):
        Neuron(2)([1.0, 2.0, 3.0])


# What micrograd 0.1 prints for this loop.
LOSSES = [0.9079605990338935, 1.6454328930824662, 0.6261599078736665, 0.6686000831737215,
          0.3280028085497647, 0.27717530954214964, 0.255150983464903, 0.23821372082375267,
          0.2896294124695166, 0.7367808386941294]  # fmt: skip
PARAMETERS = [-0.09530405806237559, 0.25797658630602943, -0.270083306875841, -0.49134386550940606]
GRADIENTS = [-1.906431563368859e-05, 5.160480222385463e-05, -5.4026591462679046e-05]


def test_the_demo_of_micrograd_gives_its_losses():
    np.random.seed(1337)
    random.seed(1337)
    angles = np.linspace(0, np.pi, 20)
    outer = np.stack([np.cos(angles), np.sin(angles)], 1)
    X = np.concatenate([outer, np.stack([1 - np.cos(angles), 0.5 - np.sin(angles)], 1)])
    y = np.repeat([-1, 1], 20)
    model = MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337

    def loss(batch_size=None):
        if batch_size is None:
            Xb, yb = X, y
        else:
            ri = np.random.permutation(X.shape[0])[:batch_size]
            Xb, yb = X[ri], y[ri]
        inputs = [list(map(Value, xrow)) for xrow in Xb]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(yb, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores, strict=True)]
        return total_loss, sum(accuracy) / len(accuracy)

    losses = []
    for k in range(10):
        total_loss, acc = loss(None if k < 8 else 10)
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        losses.append(total_loss.data)
    np.testing.assert_allclose(losses, LOSSES, rtol=1e-12)
    np.testing.assert_allclose([p.data for p in model.parameters()][:4], PARAMETERS, rtol=1e-12)
    np.testing.assert_allclose([p.grad for p in model.parameters()][:3], GRADIENTS, rtol=1e-10)
    assert 0 <= acc <= 1
