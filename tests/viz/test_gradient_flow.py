"""Gradient flow read from a loss: the figures, the layers of any model, verdicts, tables."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.viz.flow import FLAT_SLOPE
from tinygrad_edu.viz.flow_layers import mean_of, sizes_of
from tinygrad_edu.viz.flow_network import Settings, batch_flow, build, digits_batch
from tinygrad_edu.viz.flow_slopes import FLAT_SLOPE as FLAT_SLOPE_HERE
from tinygrad_edu.viz.style import STEPS, WORDS, magnitude

gradient_flow = viz.gradient_flow


def deep(activation="relu", scale=1.0, bias=0.0, **settings):
    """A deep network for digits and its loss after the backward pass."""
    model = build(activation, Settings(**settings))
    for linear in list(model)[:-1:2]:
        linear.weight.data.mul_(scale)
        linear.bias.data.fill_(bias)
    images, targets = digits_batch(0, 64)
    loss = nn.MSELoss()(model(images), targets)
    loss.backward()
    return model, loss


def flow_of(*args, **kwargs):
    return gradient_flow(*deep(*args, **kwargs))


def titles(flow):
    return [layer.title for layer in flow.layers]


def loss_of(model, x, retain_graph=False):
    loss = (model(x) ** 2).mean()
    loss.backward(retain_graph=retain_graph)
    return loss


# --- the figures ---------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_gradients():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x, outputs = torch.randn(8, 3), []
    for module in model:
        x = module(x)
        x.retain_grad()
        outputs.append(x)
    loss = (x**2).mean()
    loss.backward()
    flow = gradient_flow(model, loss, lr=0.5)
    assert (flow.loss, flow.lr, flow.reference) == (loss.item(), 0.5, "2: Linear")
    for layer, output in zip(flow.layers, outputs, strict=True):
        grad = output.grad.numpy().astype(np.float64)
        assert layer.mean == pytest.approx(np.abs(grad).mean())
        assert layer.rms == pytest.approx(np.sqrt((grad**2).mean()))
        assert layer.norm == pytest.approx(np.sqrt((grad**2).sum()))
        assert layer.ratio == pytest.approx(layer.norm / flow.layers[-1].norm)
    for name, layer in zip("02", flow.layers[::2], strict=True):
        weight = model[int(name)].weight
        grad = weight.grad.numpy().astype(np.float64)
        norm = np.linalg.norm(grad)
        assert layer.weight_gradient == pytest.approx(norm)
        assert layer.weight_mean == pytest.approx(np.abs(grad).mean())
        assert layer.weight_rms == pytest.approx(np.sqrt((grad**2).mean()))
        own = np.linalg.norm(weight.detach().numpy().astype(np.float64))
        assert layer.update == pytest.approx(0.5 * norm / own)
    assert flow.layers[1].weight_gradient is None and flow.layers[1].update is None
    assert flow.layers[0].flat is None and flow.layers[1].flat == 0.0


def test_the_two_ways_to_measure_a_sequence_agree():
    model, loss = deep("sigmoid", depth=4)
    found = {layer.name: layer for layer in gradient_flow(model, loss).layers}
    old = batch_flow(model, *digits_batch(0, 64))
    for i, layer in enumerate(old.layers):
        name = str(2 * i + 1) if i < 4 else "8"  # the activation behind, or the last linear
        assert found[name].mean == pytest.approx(layer.gradient, rel=1e-5)
        assert found[name].ratio == pytest.approx(layer.ratio, rel=1e-5)
        assert found[name].verdict == layer.verdict
        assert found[str(2 * i)].weight_gradient == pytest.approx(layer.weight_gradient, rel=1e-5)
        assert (found[name].flat, found[name].dead) == (layer.flat, layer.dead)


def test_gradients_of_earlier_passes_do_not_count():
    model, x = nn.Sequential(nn.Linear(2, 2)), torch.ones(3, 2)
    once = gradient_flow(model, loss_of(model, x))
    twice = gradient_flow(model, loss_of(model, x))  # .grad is now the sum of two passes
    assert once.layers[0].weight_gradient == twice.layers[0].weight_gradient


def test_sizes_survive_squares_that_do_not_fit():
    tiny = np.full(4, 1e-200)
    assert sizes_of(tiny) == (1e-200, 1e-200, 2e-200)
    assert sizes_of(np.full(4, 1e200)) == (1e200, 1e200, 2e200)
    assert sizes_of(np.zeros(3)) == sizes_of(np.zeros(0)) == (0.0, 0.0, 0.0)
    assert np.isnan(sizes_of(np.array([math.nan, 1.0, math.inf]))).all()
    assert mean_of(np.array([1.0, -math.inf])) == math.inf


# --- the slopes ----------------------------------------------------------------------------------


def fixed_layer():
    layer = nn.Linear(1, 4)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0], [1.0], [0.0], [0.0]]))
        layer.bias.copy_(torch.tensor([0.0, 10.0, -10.0, 10.0]))
    return layer


class Swish(nn.Module):
    def forward(self, x):
        return x * x.sigmoid()


@pytest.mark.parametrize("retain_graph", [False, True])
@pytest.mark.parametrize(
    ("activation", "shares"),
    [
        (nn.ReLU(), (3 / 8, 1 / 4)),  # off: unit 1 for one sample, unit 3 for both
        (nn.Sigmoid(), (6 / 8, 0.0)),  # flat at ±9, ±10, ±11, but not to 0
        (nn.LeakyReLU(), (0.0, 0.0)),
        (Swish(), (2 / 8, 0.0)),  # x · σ(x), two operations: flat at −10 only
        (nn.Softmax(dim=1), (None, None)),  # not a function of single numbers
    ],
    ids=["relu", "sigmoid", "leaky_relu", "swish", "softmax"],
)
def test_saturated_and_dead(activation, shares, retain_graph):
    torch.manual_seed(1)
    model = nn.Sequential(fixed_layer(), activation, nn.Linear(4, 1))
    flow = gradient_flow(model, loss_of(model, torch.tensor([[-1.0], [1.0]]), retain_graph))
    assert (flow.layers[1].flat, flow.layers[1].dead) == shares


def test_slopes_behind_a_dead_layer_are_known_only_if_the_graph_was_kept():
    model = nn.Sequential(fixed_layer(), nn.ReLU(), nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 1))
    model[2].bias.data.fill_(-1000.0)
    x = torch.tensor([[-1.0], [1.0]])
    freed, kept = (gradient_flow(model, loss_of(model, x, keep)) for keep in (False, True))
    assert (freed["1"].flat, freed["1"].dead) == (None, None)
    assert (kept["1"].flat, kept["1"].dead) == (3 / 8, 1 / 4)
    assert freed["3"].dead == kept["3"].dead == 1.0


def test_both_files_mean_the_same_by_flat():
    assert FLAT_SLOPE_HERE == FLAT_SLOPE


# --- any model -----------------------------------------------------------------------------------


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        return x + self.inner(x).relu()


class Recurrent(nn.Module):
    """Calls one cell again and again."""

    def __init__(self, steps):
        super().__init__()
        self.cell, self.head, self.steps = nn.Linear(3, 3), nn.Linear(3, 1), steps

    def forward(self, x):
        for _ in range(self.steps):
            x = self.cell(x).tanh()
        return self.head(x)


class Positions(nn.Module):
    """Has a parameter of its own beside a module."""

    def __init__(self):
        super().__init__()
        self.shift, self.head = nn.Parameter(torch.ones(3)), nn.Linear(3, 1)

    def forward(self, x):
        return self.head(x + self.shift)


def test_functions_and_sums_in_modules_around_others_are_layers():
    torch.manual_seed(0)
    model = nn.Sequential(Residual(), Residual(), nn.Linear(3, 1))
    flow = gradient_flow(model, loss_of(model, torch.randn(4, 3)))
    block = ["{}.inner: Linear", "{}.relu", "{}: Residual"]
    assert titles(flow) == [name.format(i) for i in "01" for name in block] + ["2: Linear"]
    # The sum passes its gradient on whole: to the relu, and past it to the block before.
    assert flow["1.relu"].norm == flow["1"].norm
    assert flow["1.relu"].flat is not None and flow["1"].flat is None


def test_a_module_called_several_times_has_a_layer_for_each_call():
    torch.manual_seed(0)
    model = Recurrent(3)
    model.cell.weight.data.mul_(0.1)
    flow = gradient_flow(model, loss_of(model, torch.randn(4, 3)))
    calls = ["cell", "cell, call 2", "cell, call 3"]
    assert [layer.name for layer in flow.layers if "cell" in layer.name] == calls
    sizes = [flow[name].norm for name in calls]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1] / 10
    updates = {flow[name].update for name in calls}  # they share one weight, so one update
    weight = model.cell.weight
    expected = weight.grad.norm().item() / weight.detach().norm().item()
    assert len(updates) == 1 and updates.pop() == pytest.approx(expected, rel=1e-5)
    sent = [flow[name].weight_gradient for name in calls]  # what each call gave to the sum
    assert sent[0] < sent[1] < sent[2] and sum(sent) > weight.grad.norm().item()


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 1)

    def forward(self, x):
        return self.head(x).squeeze(-1)


def test_a_new_shape_is_no_layer():
    model = Squeezed()
    flow = gradient_flow(model, loss_of(model, torch.ones(4, 3)))
    assert titles(flow) == ["head: Linear"]


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x, 3 * x

    @staticmethod
    def backward(ctx, g, h):
        return 2 * g + 3 * h


class Doubling(nn.Module):
    def forward(self, x):
        return Twice.apply(x)


def test_functions_of_ones_own_and_several_outputs():
    model = nn.Sequential(nn.Linear(2, 2), Doubling())
    a, b = model(torch.ones(3, 2))
    loss = (5 * a + 7 * b).sum()
    loss.backward()
    flow = gradient_flow(model, loss)
    assert titles(flow) == ["0: Linear", "1: Doubling"]
    assert flow["1"].mean == pytest.approx(6.0) and flow["1"].rms == pytest.approx(37**0.5)
    assert flow["0"].mean == pytest.approx(31.0) and flow["1"].flat is None


def test_own_parameters_of_a_module_around_others():
    model = Positions()
    flow = gradient_flow(model, loss_of(model, torch.ones(4, 3)))
    assert titles(flow) == ["Positions", "head: Linear"]
    assert flow["Positions"].weight_gradient == pytest.approx(model.shift.grad.norm().item())


def test_only_the_layers_of_the_model_that_was_given():
    encoder, decoder = nn.Linear(2, 2), nn.Linear(2, 1)
    loss = (decoder(encoder(torch.ones(3, 2)).tanh()) ** 2).mean()
    loss.backward()
    assert titles(gradient_flow(encoder, loss)) == ["Linear"]
    both = nn.ModuleList([encoder, decoder])
    assert titles(gradient_flow(both, loss)) == ["0: Linear", "1: Linear"]


def test_frozen_layers_are_no_reference():
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    model[2].requires_grad_(False)
    flow = gradient_flow(model, loss_of(model, torch.ones(3, 2)))
    assert flow.reference == "0: Linear" and flow["2"].update is None and flow["2"].norm > 0


def test_networks_of_values_have_the_figures_of_tensors():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).double()
    data = [[1.0, 2.0], [3.0, -4.0]]
    tensors = gradient_flow(model, loss_of(model, torch.tensor(data, dtype=torch.float64)))
    loss = nn.MSELoss()(model.to(Value)(data), [[0.0], [0.0]])
    loss.backward()
    values = gradient_flow(model, loss)
    assert titles(values) == titles(tensors)
    for a, b in zip(values.layers, tensors.layers, strict=True):
        assert (a.rms, a.norm, a.mean, a.ratio) == pytest.approx((b.rms, b.norm, b.mean, b.ratio))
        assert (a.weight_gradient, a.update) == pytest.approx((b.weight_gradient, b.update))
    assert values["1"].flat == tensors["1"].flat
    for parameter in model.parameters():
        parameter.data -= 0.1 * parameter.grad
    with pytest.raises(ValueError, match=r"before optimizer\.step\(\)"):
        gradient_flow(model, loss)


# --- what is refused -----------------------------------------------------------------------------


def test_without_a_backward_pass_there_is_no_zero_but_an_error():
    model = nn.Sequential(nn.Linear(2, 1))
    loss = (model(torch.ones(3, 2)) ** 2).mean()
    with pytest.raises(RuntimeError, match=r"call loss\.backward\(\) first"):
        gradient_flow(model, loss)


def test_what_no_pass_came_to_is_not_computed_and_no_zero():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    hidden = model[0](torch.ones(3, 2))
    loss = (model[1](hidden) ** 2).mean()
    loss.backward(inputs=[model[1].weight])
    flow = gradient_flow(model, loss)
    assert (flow["0"].verdict, flow["0"].norm, flow["0"].ratio) == ("not computed", None, None)
    assert "no gradient came to 0: Linear" in str(flow)


def test_other_things_are_refused():
    model, loss = deep(depth=1)
    with pytest.raises(TypeError, match="the model first, then the loss"):
        gradient_flow(loss, model)
    with pytest.raises(TypeError, match=r"nn\.Module.*this is a list"):
        gradient_flow([1], loss)
    with pytest.raises(TypeError, match="call it first"):
        gradient_flow(model, model)
    with pytest.raises(ValueError, match=r"no layer of this Linear\(2 -> 2\) took part"):
        gradient_flow(nn.Linear(2, 2), loss)
    with pytest.raises(KeyError, match="'0: Linear', '1: ReLU', '2: Linear'"):
        gradient_flow(model, loss)["9"]


def test_layers_are_found_by_place_name_and_title():
    flow = flow_of(depth=1)
    assert flow[0] is flow["0"] is flow["0: Linear"] and flow[-1] is flow["2"]
    assert list(flow) == list(flow.layers) and len(flow) == 3
    with pytest.raises(IndexError):
        flow[9]


# --- verdicts ------------------------------------------------------------------------------------


def test_a_deep_sigmoid_network_vanishes():
    flow = flow_of("sigmoid")
    assert flow.verdict == "vanishing" and flow["0"].ratio == pytest.approx(1.05e-5, rel=0.01)
    assert "1/95,000 of the gradient at 20: Linear" in flow.sentence
    linears = [layer.ratio for layer in flow.layers if layer.kind == "Linear"]
    assert linears == sorted(linears)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
def test_with_kaiming_weights_the_others_are_healthy(activation):
    flow = flow_of(activation)
    assert {layer.verdict for layer in flow.layers} == {"healthy"} == {flow.verdict}


def test_large_weights_explode_also_beyond_floats():
    flow = flow_of(scale=4.0)
    assert flow.verdict == "exploding" and flow["0"].ratio > 1e5
    beyond = flow_of(scale=1e9)
    assert beyond.verdict == "nan" and beyond["0"].reason == "the gradient is nan"
    assert beyond.sentence == "20: Linear: the gradient is nan"


def test_inf_explodes():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[1].weight.data.fill_(1e38)
    loss = (model(torch.ones(3, 2)) * 100.0).sum()
    loss.backward()
    flow = gradient_flow(model, loss)
    assert flow["0"].norm == math.inf and flow.verdict == flow["0"].verdict == "exploding"
    assert flow.sentence == "0: Linear: the gradient is more than a float can hold"


def test_large_negative_biases_kill_relus():
    flow = flow_of(bias=-100.0)
    assert flow.verdict == "dead" and flow["19"].dead == 1.0
    assert {layer.verdict for layer in flow.layers[:-1]} == {"dead"}
    assert flow["19"].reason == "100 % of its units let no gradient through"
    assert flow["0"].reason == "nothing comes through 19: ReLU"


def test_a_gradient_too_small_for_a_float_vanishes_and_is_not_dead():
    flow = flow_of("sigmoid", depth=100, init="torch")
    assert flow["0"].norm == 0.0 and flow.verdict == "vanishing"
    assert flow["0"].reason == "smaller than a float can hold"


def test_large_weights_saturate_tanh():
    flow = flow_of("tanh", scale=30.0)
    assert flow["19"].flat > 0.7 and "of its slopes are flat" in flow["19"].reason
    assert flow["19"].note.endswith("flat")


def stack(activation, *, width, normalise=False, depth=10):
    """Hidden layers of one width between 64 inputs and 10 outputs, as torch initialises them."""
    sizes = [64, *[width] * depth]
    layers = []
    for size, following in pairwise(sizes):
        layers += [nn.Linear(size, following), *[nn.BatchNorm1d(following)] * normalise]
        layers += [activation()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def classified(model, *shape):
    loss = nn.CrossEntropyLoss()(model(torch.randn(*shape)), torch.arange(shape[0]) % 10)
    loss.backward()
    return gradient_flow(model, loss)


@pytest.mark.parametrize("width", [64, 256])
def test_how_wide_the_layers_are_makes_no_difference(width):
    torch.manual_seed(0)
    model = stack(nn.ReLU, width=width)
    for module in model:
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    flow = classified(model, 64, 64)
    assert flow.verdict == "healthy" and all(0.6 < layer.ratio < 2.5 for layer in flow)
    if width == 256:
        sizes = [layer.rms / flow.layers[-1].rms for layer in flow]
        assert all(layer.ratio > 0.9 for layer in flow) and sizes[0] < 0.25


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.Tanh, nn.ReLU])
@pytest.mark.parametrize("width", [16, 64, 256])
def test_batch_normalisation_before_the_activation_keeps_the_gradient(activation, width):
    torch.manual_seed(0)
    without = classified(stack(activation, width=width), 64, 64)
    with_it = classified(stack(activation, width=width, normalise=True), 64, 64)
    assert without["0"].ratio < 0.005 and without.verdict in ("weakening", "vanishing")
    assert with_it.verdict == "healthy" and with_it["0"].ratio > 0.1


@pytest.mark.parametrize("activation", [nn.Tanh, nn.ReLU])
@pytest.mark.parametrize("normalise", [False, True])
def test_convolutions_with_their_many_outputs_are_healthy(activation, normalise):
    torch.manual_seed(0)
    layers = []
    for channels, following in ((1, 16), (16, 32)):
        layers += [nn.Conv2d(channels, following, 3, padding=1)]
        layers += [*[nn.BatchNorm2d(following)] * normalise, activation(), nn.MaxPool2d(2)]
    flow = classified(nn.Sequential(*layers, nn.Flatten(), nn.Linear(128, 10)), 32, 1, 8, 8)
    assert flow.verdict == "healthy" and flow["0"].rms < flow.layers[-1].rms / 5


def trained_classifier():
    """The sigmoid at its output is flat for most samples, and all is well before it."""
    torch.manual_seed(0)
    x = torch.randn(64, 2)
    y = ((x[:, :1] * x[:, 1:]) > 0).float()
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        loss = nn.BCELoss()(model(x), y)
        loss.backward()
        optimizer.step()
    return gradient_flow(model, loss)


def test_what_lies_behind_the_last_weights_does_not_decide(picture):
    flow = trained_classifier()
    assert flow.reference == "2: Linear" and flow["3"].ratio > 70
    assert flow["3"].verdict == "not judged" and "behind 2: Linear" in flow["3"].reason
    assert flow.verdict == "growing" and flow.sentence.startswith("1: Tanh gets 11.6 times the")
    assert "what is behind 2: Linear belongs to the loss" in str(flow).replace("\n", " ")
    texts = picture(viz.compare_flows([flow]).graph()).texts
    assert any("no colour: behind it, not judged" in text for text in texts)


@pytest.mark.parametrize("steepness", [1.0, 1e3])
def test_a_softmax_at_the_output_does_not_decide(steepness):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3), nn.Softmax(dim=1))
    flow = gradient_flow(model, loss_of(model, torch.randn(5, 4)))
    assert [layer.verdict for layer in flow.layers] == ["healthy"] * 3 + ["not judged"]
    only = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))
    loss = only(torch.randn(5, 4) * steepness).sum()
    loss.backward()
    assert gradient_flow(only, loss).verdict in ("healthy", "dead")  # dead: not even rounding


def test_dead_units_and_nan_at_the_output_count():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    model[0].bias.data.fill_(-100.0)
    dead = gradient_flow(model, loss_of(model, torch.ones(5, 4)))
    assert dead.verdict == "dead" and dead["1"].verdict == "dead"
    model[0].bias.data.fill_(math.nan)
    broken = gradient_flow(model, loss_of(model, torch.ones(5, 4)))
    assert broken.verdict == "nan"


def test_a_gradient_that_vanishes_behind_a_healthy_output_is_found():
    model, _ = deep("sigmoid")
    model = nn.Sequential(*model, nn.Sigmoid())
    images, targets = digits_batch(0, 64)
    loss = nn.BCELoss()(model(images), targets)
    loss.backward()
    flow = gradient_flow(model, loss)
    assert flow.verdict == "vanishing" and flow.sentence.startswith("0: Linear gets 1/")


def test_a_loss_of_zero_is_said_to_send_nothing():
    model = nn.Sequential(nn.Linear(2, 1))
    x = torch.ones(3, 2)
    loss = ((model(x) - model(x).detach()) ** 2).mean()
    loss.backward()
    layer = gradient_flow(model, loss).layers[0]
    assert (layer.verdict, layer.reason) == ("dead", "nothing comes through the loss")


# --- how it shows itself -------------------------------------------------------------------------


def test_the_table_has_every_layer_from_the_loss_back():
    flow = flow_of("sigmoid", depth=2)
    lines = str(flow).splitlines()
    assert lines[0] == f"Sequential: {flow.verdict} ({flow.sentence})"
    rows = [line for line in lines if line[:1].isdigit() and ": " in line]
    assert [row.split()[:2] for row in rows] == [title.split() for title in reversed(titles(flow))]
    assert rows[0].split()[-1] == "healthy" and "█" in rows[0]
    assert repr(flow.table()) == str(flow.table()) == str(flow)
    assert repr(flow).startswith("<GradientFlow of Sequential: ")


@pytest.mark.parametrize("width", [44, 60, 80, 100, 140])
def test_the_table_fits(width):
    text = flow_of("sigmoid", depth=3).table(width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "ratio" in text and "verdict" in text
    assert ("flat" in text) == (width >= 100)


def test_characters_and_colours_of_the_terminal():
    flow = flow_of("relu", depth=1)
    assert flow.table(ascii_only=True).isascii()
    assert "\x1b" not in flow.table() and "\x1b[" in flow.table(color="standard")


def test_rich_prints_it_in_the_width_of_the_console():
    import io

    from rich.console import Console

    file = io.StringIO()
    Console(file=file, width=60).print(flow_of("sigmoid", depth=2))
    lines = file.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 60
    rows = [line.split()[0] for line in lines if line[:1].isdigit() and "█" in line]
    assert rows == ["4:", "3:", "2:", "1:", "0:"]


def test_html_is_escaped_and_says_the_same():
    class Model(nn.Sequential):
        pass

    Model.__name__ = "<script>alert(1)</script>"
    torch.manual_seed(0)
    model = Model(nn.Linear(2, 1))
    flow = gradient_flow(model, loss_of(model, torch.ones(3, 2)))
    bundle = flow._repr_mimebundle_()
    assert bundle["text/plain"] == str(flow) and "<script>" not in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"] and "healthy" in bundle["text/html"]
    assert "prefers-color-scheme:dark" in bundle["text/html"]


@pytest.mark.parametrize("kind", [torch.float32, Value])
def test_slopes_at_nan_are_not_known(kind):
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).to(kind)
    inputs = [[math.nan, 1.0], [math.nan, 2.0]]
    x = torch.tensor(inputs) if kind is torch.float32 else inputs
    with np.errstate(all="ignore"):
        loss = model(x).sum()
    if kind is Value:
        loss.backward()
    else:
        loss.backward(retain_graph=True)
    layer = gradient_flow(model, loss)["1"]
    assert (layer.flat, layer.dead) == (None, None)


def test_columns_in_which_nothing_would_stand_are_left_out():
    torch.manual_seed(0)
    model = nn.LSTM(3, 4)
    flow = gradient_flow(model, loss_of(lambda x: model(x)[0], torch.randn(2, 2, 3)))
    assert all(layer.flat is layer.dead is None for layer in flow.layers)
    written = str(flow.table(width=120)) + flow._repr_html_()
    assert "flat" not in written and "dead" not in written and "ratio" in written


def test_a_drawing_can_choose_to_go_downwards_where_there_are_many_nodes():
    for depth, direction in ((1, "LR"), (6, "TB")):
        model, loss = deep("relu", depth=depth)
        assert f"rankdir={direction}" in gradient_flow(model, loss).graph(direction="auto").source


def test_as_dict_is_what_json_can_hold():
    data = json.loads(json.dumps(flow_of(scale=1e30, depth=2).as_dict(), allow_nan=False))
    assert data["reference"] == "4: Linear" and data["layers"][0]["rms"] == "nan"
    assert data["verdict"] in WORDS and len(data["layers"]) == 5


def test_the_drawing_is_by_module_relative_to_the_reference(picture):
    model, loss = deep("sigmoid", depth=2)
    flow = gradient_flow(model, loss)
    texts = picture(flow.graph()).texts
    assert {"0: Linear(64 -> 32)", "1: Sigmoid", "4: Linear(32 -> 10)", "MSELoss"} <= set(texts)
    size = viz.style.number(flow["4"].norm)
    assert any(f"relative to {size} at 4: Linear" in text for text in texts)
    assert any(
        f"relative to {size} at 4: Linear" in text for text in picture(viz.graph(loss)).texts
    )


def test_the_drawing_paints_what_the_table_says():
    torch.manual_seed(0)
    model = nn.Sequential(*[part for _ in range(6) for part in (nn.Linear(8, 8), nn.ReLU())])
    flow = gradient_flow(model, loss_of(model, torch.randn(5, 8)))
    assert flow["0"].verdict == "weakening"
    source = flow.graph(theme="light").source
    arrow = next(line for line in source.splitlines() if line.strip().startswith("m1 -> m2"))
    step = magnitude(flow["0"].norm, flow["10"].norm).step
    assert STEPS[step] == "weakening" and f'color="{viz.style.LIGHT.steps[step]}"' in arrow
    assert viz.style.number(flow["0"].norm) in arrow


# --- through time --------------------------------------------------------------------------------


class Last(nn.Module):
    """A recurrent layer, and a linear one behind its last step."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.recurrent(x)[0][:, -1])


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_a_recurrent_layer_has_a_layer_for_each_step(kind):
    torch.manual_seed(0)
    model = Last(kind(2, 8, batch_first=True))
    flow = gradient_flow(model, loss_of(model, torch.randn(4, 6, 2)))
    names = [f"recurrent.step {i}" for i in range(1, 7)]
    assert [layer.name for layer in flow] == [*names, "out"]
    assert {layer.kind for layer in flow.layers[:6]} == {kind.__name__}
    ratios = [layer.ratio for layer in flow.layers[:6]]
    assert ratios == sorted(ratios) and 0 < ratios[0] < ratios[-1] / 20


def test_the_steps_of_an_lstm_get_what_its_states_get():
    torch.manual_seed(0)
    cell, out, x = nn.LSTMCell(2, 8), nn.Linear(8, 1), torch.randn(4, 3, 2)
    model = Last(nn.LSTM(2, 8, batch_first=True))
    for name, parameter in cell.named_parameters():
        getattr(model.recurrent, f"{name}_l0").data.copy_(parameter.data)
    model.out.load_state_dict(out.state_dict())
    flow = gradient_flow(model, loss_of(model, x))
    state, states = (torch.zeros(4, 8), torch.zeros(4, 8)), []
    for t in range(3):
        state = cell(x[:, t], state)
        states.append(state)
        for part in state:
            part.retain_grad()
    (out(state[0]) ** 2).mean().backward()
    for i, parts in enumerate(states[:2], start=1):
        squares = sum((part.grad.numpy() ** 2).sum() for part in parts)
        assert flow[f"recurrent.step {i}"].norm == pytest.approx(squares**0.5, rel=1e-5)


def test_layers_and_directions_of_a_recurrent_layer_have_names():
    model = Last(nn.GRU(2, 4, num_layers=2, bidirectional=True, batch_first=True))
    names = [layer.name for layer in gradient_flow(model, loss_of(model, torch.randn(3, 2, 2)))]
    for layer in (1, 2):
        for step in (1, 2):
            name = f"recurrent.layer {layer}, step {step}"
            assert names.count(name) == names.count(f"{name}, back") == 1
