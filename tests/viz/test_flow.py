"""Gradient flow: what is measured, how it is judged, and that figure and table say the same."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.viz.flow import ChainFlow, as_dict, batch_flow, chain_flow, deciding, verdict
from tinygrad_edu.viz.flow_figure import flow_figure
from tinygrad_edu.viz.flow_network import ACTIVATIONS, Settings, build, digits_batch, network_flow
from tinygrad_edu.viz.flow_reading import panel
from tinygrad_edu.viz.flow_table import SIGNS, flow_text
from tinygrad_edu.viz.style import WORDS

SMALL = Settings(depth=3, width=8, batch=16)


def measured(model, name="network"):
    return batch_flow(model, *digits_batch(0, 64), name=name)


def linears(model):
    return [module for module in model if isinstance(module, nn.Linear)]


# --- what is measured ----------------------------------------------------------------------------


def test_the_figures_are_those_of_the_gradients():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    x, y = torch.randn(8, 3), torch.zeros(8, 2)
    flow = batch_flow(model, x, y)
    hidden = model[1](model[0](x))
    hidden.retain_grad()
    out = model[2](hidden)
    out.retain_grad()
    model.zero_grad()
    loss = nn.MSELoss()(out, y)
    loss.backward()
    first, last = flow.layers
    assert flow.loss == loss.item()
    assert first.gradient == pytest.approx(np.abs(hidden.grad.numpy()).mean(), rel=1e-6)
    assert last.gradient == pytest.approx(np.abs(out.grad.numpy()).mean(), rel=1e-6)
    assert first.norm == pytest.approx(np.sqrt((hidden.grad.numpy() ** 2).sum()), rel=1e-6)
    assert first.ratio == pytest.approx(first.norm / last.norm)
    weight = model[0].weight.grad.numpy()
    assert first.weight_gradient == pytest.approx(np.sqrt((weight**2).sum()), rel=1e-6)
    assert (last.ratio, last.flat, last.dead) == (1.0, None, None)


def test_flat_and_dead():
    layer = nn.Linear(1, 4)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0], [1.0], [0.0], [0.0]]))
        layer.bias.copy_(torch.tensor([0.0, 10.0, -10.0, 10.0]))
    x = torch.tensor([[-1.0], [1.0]])

    def shares(activation):
        layers = batch_flow(nn.Sequential(layer, activation, nn.Linear(4, 1)), x, torch.zeros(2, 1))
        return layers.layers[0].flat, layers.layers[0].dead

    assert shares(nn.ReLU()) == (3 / 8, 1 / 4)  # off: unit 1 for one image, unit 3 for both
    assert shares(nn.Sigmoid()) == (6 / 8, 0.0)  # saturated at ±9, ±10, ±11, but not to 0
    assert shares(nn.LeakyReLU()) == (0.0, 0.0)
    assert shares(nn.Softmax(dim=1)) == (None, None)


def test_layers_may_have_modules_before_and_none_behind():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Linear(3, 2), nn.Tanh())
    flow = batch_flow(model, torch.ones(5, 2, 2), torch.zeros(5, 2))
    assert [layer.name for layer in flow.layers] == ["layer 1", "output"]
    assert flow.layers[0].flat is None and flow.layers[1].flat == 0.0


def test_another_loss():
    flow = batch_flow(
        nn.Sequential(nn.Linear(2, 1)), torch.ones(3, 2), torch.zeros(3, 1), nn.L1Loss()
    )
    assert flow.layers[0].gradient == pytest.approx(1 / 3)


def test_what_is_no_sequence_of_layers_is_refused():
    x = torch.ones(1, 2)
    with pytest.raises(TypeError, match=r"nn\.Sequential"):
        batch_flow(nn.Linear(2, 2), x, x)
    with pytest.raises(ValueError, match="no layer with parameters"):
        batch_flow(nn.Sequential(nn.ReLU()), x, x)


# --- verdicts ------------------------------------------------------------------------------------


def test_a_deep_sigmoid_network_vanishes():
    flow = network_flow("sigmoid")
    assert flow.verdict == "vanishing" and flow.layers[0].verdict == "vanishing"
    ratios = [layer.ratio for layer in flow.layers]
    assert ratios[:-1] == sorted(ratios[:-1]) and ratios[0] < 1e-4


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
def test_with_kaiming_weights_the_others_are_healthy(activation):
    flow = network_flow(activation)
    assert flow.verdict == "healthy"
    assert all(0.1 < layer.ratio < 10 for layer in flow.layers)


def test_huge_weights_explode():
    model = build("relu", Settings())
    for linear in linears(model):
        linear.weight.data.mul_(4.0)
    flow = measured(model)
    assert flow.verdict == "exploding" and flow.layers[0].ratio > 1e5


def test_numbers_beyond_floats_explode_too():
    model = build("relu", Settings())
    for linear in linears(model):
        linear.weight.data.mul_(1e6)
    flow = measured(model)
    assert flow.verdict == "nan" and math.isnan(flow.layers[0].gradient)
    assert panel(flow).sentence == "from output back; the loss is nan"


def test_a_training_that_diverged_is_nan():
    flow = network_flow("sigmoid", replace(SMALL, steps=20, lr=1e6))
    assert flow.verdict == "nan" and {layer.verdict for layer in flow.layers} == {"nan"}
    assert panel(flow).sentence == "from output back; the loss is nan"


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_how_flat_an_activation_is_where_its_input_is_nan_is_not_known(activation):
    flow = network_flow(activation, Settings(depth=3, steps=20, lr=1e9))
    assert {(layer.flat, layer.dead) for layer in flow.layers} == {(None, None)}
    assert "%" not in flow_text([flow], width=100).split("ratio:")[0]


def test_the_sentence_names_the_layer_that_gave_the_verdict():
    model = build("relu", Settings())
    for i, linear in enumerate(linears(model)):
        linear.weight.data.mul_(0.6 if i < 6 else 1.7)
    flow = measured(model)
    worst = max(flow.layers, key=lambda layer: layer.ratio)
    assert flow.verdict == worst.verdict == "growing" and flow.layers[0].verdict == "healthy"
    times = f"{worst.ratio:.3g} times the output's gradient"
    assert worst.name == "layer 6" and panel(flow).sentence.startswith(f"layer 6 gets {times}")


@pytest.mark.parametrize(
    ("words", "ratios", "place"),
    [
        (("weakening", "weakening", "healthy"), (0.05, 0.02, 1.0), 1),
        (("vanishing", "vanishing", "healthy"), (0.0, 1e-5, 1.0), 0),  # 0 is furthest
        (("exploding", "exploding", "healthy"), (1e9, math.inf, 1.0), 1),
        (("dead", "dead", "healthy"), (0.0, 0.5, 1.0), 1),  # where it stops
        (("healthy", "healthy"), (2.0, 1.0), 0),
    ],
)
def test_which_layer_decides(words, ratios, place):
    assert deciding(words, ratios) == place


def test_the_activation_at_the_output_belongs_to_the_loss():
    """A sure classifier: the slope at its output is small, and nothing is wrong with it."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
    x = torch.randn(16, 2)
    plain = batch_flow(model[:3], x, torch.zeros(16, 1), lambda y, t: nn.BCELoss()(y.sigmoid(), t))
    with_output = batch_flow(model, x, torch.zeros(16, 1), nn.BCELoss())
    assert with_output.verdict == "healthy" and with_output.layers[-1].ratio == 1.0
    ratios = [[layer.ratio for layer in flow.layers] for flow in (plain, with_output)]
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-4)


def test_a_relu_network_with_bias_minus_100_is_dead():
    model = build("relu", Settings())
    for linear in linears(model)[:-1]:
        linear.bias.data.fill_(-100.0)
    flow = measured(model)
    assert flow.verdict == "dead"
    assert {layer.verdict for layer in flow.layers[:-1]} == {"dead"}
    assert flow.layers[0].dead == 1.0 and flow.layers[0].gradient == 0.0


def test_layers_behind_a_dead_one_are_dead_because_nothing_reaches_them():
    model = build("relu", Settings())
    linears(model)[4].bias.data.fill_(-100.0)
    flow = measured(model)
    assert flow.layers[4].dead == 1.0
    assert flow.layers[0].dead < 0.5 and flow.layers[0].verdict == "dead"


def test_a_gradient_too_small_for_a_float_vanishes_and_is_not_dead():
    flow = network_flow("sigmoid", Settings(depth=100, init="torch"))
    assert flow.layers[0].gradient == 0.0 and flow.layers[0].verdict == "vanishing"


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        (0.0, "vanishing"),
        (1e-3, "vanishing"),
        (1.1e-3, "weakening"),
        (0.1, "weakening"),
        (0.11, "healthy"),
        (9.9, "healthy"),
        (10.0, "growing"),
        (69.9, "growing"),
        (70.0, "exploding"),
        (71.0, "exploding"),
        (math.inf, "exploding"),
        (math.nan, "nan"),
    ],
)
def test_thresholds(ratio, word):
    assert verdict(ratio) == word and word in WORDS


# --- the networks --------------------------------------------------------------------------------


def test_networks_of_one_seed_differ_in_nothing_but_the_activation():
    one, other = (build(name, Settings()) for name in ("sigmoid", "relu"))
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert np.array_equal(a.detach().numpy(), b.detach().numpy())
    again = network_flow("relu", SMALL)
    assert again == network_flow("relu", SMALL)
    assert again != network_flow("relu", replace(SMALL, seed=1))


def test_batches_start_again_behind_the_end_of_the_data():
    images, targets = digits_batch(1790, 10)
    first, _ = digits_batch(0, 3)
    assert np.array_equal(images.numpy()[7:], first.numpy())
    assert targets.shape == (10, 10) and targets.numpy().sum() == 10.0


def test_training_changes_the_loss():
    before = network_flow("relu", SMALL).loss
    assert network_flow("relu", replace(SMALL, steps=50)).loss < before


@pytest.mark.parametrize(
    "wrong", [{"depth": 0}, {"width": 0}, {"batch": 0}, {"init": "zero"}], ids=str
)
def test_settings_that_make_no_network_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        network_flow("relu", replace(SMALL, **wrong))


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="sigmoid, tanh, relu, leaky_relu"):
        network_flow("swish")


# --- chains --------------------------------------------------------------------------------------


def test_the_chain_of_the_course():
    shrinking, growing = chain_flow(0.9, 100), chain_flow(1.1, 100)
    assert f"{shrinking.gradients[0]:.4g}" == "2.656e-05"
    assert f"{growing.gradients[0]:.6g}" == "13780.6"
    assert (shrinking.verdict, growing.verdict) == ("vanishing", "exploding")
    assert len(shrinking.gradients) == 101 and shrinking.gradients[-1] == 1.0


def test_a_chain_is_a_real_backward_pass():
    x = Value(1.0)
    y = x
    for _ in range(7):
        y = y * 1.3
    y.backward()
    assert chain_flow(1.3, 7).gradients[0] == x.grad


def test_chains_beyond_what_a_float_can_hold():
    assert chain_flow(10.0, 400).gradients[0] == math.inf
    assert chain_flow(0.1, 400).gradients[0] == 0.0
    assert chain_flow(0.0, 3).gradients == (0.0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="at least 1"):
        chain_flow(0.9, 0)


def test_a_factor_of_0_sends_exactly_0_which_is_not_vanishing():
    zero, small = chain_flow(0.0, 3), chain_flow(0.1, 400)
    assert (zero.verdict, small.verdict) == ("exactly 0", "vanishing")
    text = flow_text([zero, small], width=80)
    assert "by 0 the gradient is exactly 0, by 0.1 it vanishes" in text
    first, second = text.split("× 0.1: ")
    assert "vanishing" not in first and first.count("  exactly 0") == 3
    assert "0^3 = 0)" in first and "0.1^400, rounded to 0)" in second
    assert "exactly 0" not in second and "rounded" not in first


def test_exactly_0_is_drawn_as_0(picture):
    texts = picture(flow_figure([chain_flow(0.0, 3)])).texts
    assert "exactly 0" in texts and "vanishing" not in texts[: texts.index("exactly 0")]


def test_as_dict_is_what_json_can_hold():
    data = as_dict(chain_flow(10.0, 400))
    assert json.loads(json.dumps(data, allow_nan=False))["gradients"][0] == "inf"
    network = as_dict(network_flow("relu", SMALL))
    assert set(network["layers"][0]) == {
        *("name", "gradient", "norm", "weight_gradient", "ratio", "flat", "dead", "verdict")
    }


# --- the figure ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def networks():
    return [network_flow(name) for name in ACTIVATIONS]


def test_the_title_says_the_lesson(networks, picture):
    texts = picture(flow_figure(networks[::2])).texts
    assert "10 hidden layers: with sigmoid the gradient vanishes, with relu it arrives" in texts
    chains = [chain_flow(0.9), chain_flow(1.1)]
    texts = picture(flow_figure(chains, "by hand")).texts
    assert "100 multiplications: by 0.9 the gradient vanishes, by 1.1 it explodes" in texts
    assert "by hand" in texts and "gradient at step 0: 1.1^100 = 13780.6" in texts


def test_the_figure_has_every_layer_and_a_legend(networks, picture):
    texts = picture(flow_figure(networks)).texts
    for name in ("loss", "output", *(f"layer {i}" for i in range(1, 11))):
        assert texts.count(name) == 4
    words = {"vanishing", "weakening", "growing", "exploding", "≤ 1e-5"}
    assert words <= set(texts) and any("norm of ∂L/∂activation" in text for text in texts)
    assert not {"vanished", "exploded"} & set(texts)
    assert {"sigmoid", "tanh", "relu", "leaky_relu", "1e-4", "0.01"} <= set(texts)


def test_panels_share_one_scale(networks, node_boxes):
    def top_bars(flows):
        """The lengths of the bars of the output layers, whose ratio is 1."""
        boxes = node_boxes(flow_figure(flows)).values()
        bars = [box for box in boxes if round(box[3] - box[1]) == 16]
        top = max(box[3] for box in bars)
        return [round(box[2] - box[0]) for box in bars if box[3] == top]

    sigmoid, relu = networks[0], networks[2]
    alone, together = top_bars([relu, relu]), top_bars([sigmoid, relu])
    assert len(set(together)) == 1 and len(set(alone)) == 1
    assert together != alone


def test_zero_and_nan_have_looks_of_their_own(picture):
    texts = picture(flow_figure([ChainFlow(2.0, (math.inf, 0.0, 1.0), "exploding")])).texts
    assert {"✕ inf", "0", "1"} <= set(texts)
    assert any("dotted: exactly 0; ✕: nan or inf" in text for text in texts)


def test_deep_networks_are_drawn_in_choice(picture):
    flow = network_flow("relu", Settings(depth=60, width=4, batch=4))
    texts = picture(flow_figure([flow])).texts
    layers = [text for text in texts if text.startswith("layer ") and text[6:].isdigit()]
    assert len(layers) == 23 and {"layer 1", "output"} <= set(texts)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_nothing_is_tiny_and_everything_is_on_the_page(networks, count, picture):
    drawn = picture(flow_figure([networks[i % 4] for i in range(count)]))
    _, _, right, bottom = map(float, drawn.root.get("viewBox").split())
    assert min(drawn.font_sizes) >= 11
    assert "table size too small" not in drawn.source
    for x, y in itertools.chain(places(drawn.root)):
        assert 0 <= x <= right and 0 <= y <= bottom


def places(root):
    """The positions of all texts, on the page."""
    group = next(g for g in root.iter() if (g.get("class") or "").startswith("graph"))
    shift = group.get("transform").split("translate(")[1].rstrip(")").split()
    dx, dy = map(float, shift)
    for text in root.iter():
        if text.tag.endswith("}text"):
            yield float(text.get("x")) + dx, float(text.get("y")) + dy


@pytest.mark.parametrize("image_format", ["svg", "png", "pdf"])
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_formats_and_themes(networks, image_format, theme, capfd):
    drawing = flow_figure(networks[:2], theme=theme)
    magic = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-"}[image_format]
    assert drawing.pipe(image_format).startswith(magic)
    assert capfd.readouterr().err == ""


def test_only_the_svg_of_the_auto_theme_adapts(networks, picture):
    for theme in ("light", "dark", "auto"):
        source = picture(flow_figure(networks[:1], theme=theme)).source
        assert ("prefers-color-scheme:dark" in source) == (theme == "auto")


def test_the_line_under_the_title_is_broken_and_not_cut_off(networks, picture):
    about = " ".join(f"word{i}" for i in range(40))
    drawn = picture(flow_figure(networks[:1], about))
    lines = [text for text in drawn.texts if text.startswith("word")]
    assert len(lines) == 3 and " ".join(lines) == about
    assert max(map(len, lines)) < 95  # at 13 points on 644


def test_the_figure_is_the_same_each_time(networks):
    assert flow_figure(networks).source == flow_figure(networks).source


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        flow_figure([])


def test_the_parts_are_where_the_package_says():
    assert viz.chain_flow is chain_flow
    assert viz.network_flow is network_flow
    with pytest.raises(AttributeError, match="no attribute 'sketch'"):
        viz.sketch  # noqa: B018


# --- the table -----------------------------------------------------------------------------------


def test_the_table_says_what_was_measured(networks):
    text = flow_text(networks[:1], "about it", width=100)
    assert "10 hidden layers: with sigmoid the gradient vanishes\nabout it" in text
    rows = [line.split() for line in text.splitlines() if line.startswith(("layer ", "output "))]
    names = [row[0] if row[0] == "output" else " ".join(row[:2]) for row in rows]
    assert names[1:] == ["output", *(f"layer {i}" for i in range(10, 0, -1))]
    assert rows[-1][-1] == "vanishing" and "4.58e-5" in rows[-1]


def test_bars_get_shorter_with_the_gradient(networks):
    text = flow_text(networks[:1], width=100)
    bars = [line.count("█") for line in text.splitlines() if "█" in line]
    assert bars[1:] == sorted(bars[1:], reverse=True)  # from layer 10 back
    assert bars[-1] >= 1 and bars[0] > 2 * bars[-1]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120])
def test_the_table_fits_the_terminal(networks, width):
    text = flow_text(networks, width=width)
    assert max(map(len, text.splitlines())) <= max(width, 29)
    assert width < 30 or {"ratio", "verdict"} <= set(text.split())


def test_what_is_there_once_is_counted_in_the_singular():
    flow = network_flow("relu", Settings(depth=1, width=2, batch=8))
    assert flow_text([flow]).startswith("1 hidden layer: ")
    assert flow_text([chain_flow(-1.0, 1)]).startswith("1 multiplication: by −1 the gradient")
    assert "(−1)^3 = −1)" in flow_text([chain_flow(-1.0, 3)])


def test_ascii_terminals(networks):
    text = flow_text(networks, width=100, ascii_only=True)
    assert text.isascii() and "###" in text
    assert not set(SIGNS) & set(text)
    assert flow_text([chain_flow(-0.5, 3)], ascii_only=True).isascii()


def test_colours_only_where_asked_for(networks):
    assert "\x1b" not in flow_text(networks)
    assert "\x1b[" in flow_text(networks, color="standard")
