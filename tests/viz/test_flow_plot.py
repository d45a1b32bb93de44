"""The plots: what is where, on which scale, and that nothing is told by colour alone."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, optim, viz
from tinygrad_edu.viz.flow_network import Settings, build, digits_batch
from tinygrad_edu.viz.style import BOUNDS, DARK, LIGHT, STEPS

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def flow_of(activation, bias=0.0, scale=1.0, depth=10):
    model = build(activation, Settings(depth=depth))
    for linear in list(model)[:-1:2]:
        linear.bias.data.fill_(bias)
        linear.weight.data.mul_(scale)
    images, targets = digits_batch(0, 64)
    loss = nn.MSELoss()(model(images), targets)
    loss.backward()
    return viz.gradient_flow(model, loss)


@pytest.fixture(scope="module")
def sigmoid():
    return flow_of("sigmoid")


@pytest.fixture(scope="module")
def history():
    torch.manual_seed(0)
    model = build("relu", Settings(depth=3))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with viz.GradientFlow.record(model) as history:
        for step in range(8):
            if step == 4:
                model[2].bias.data.fill_(-100.0)
            if step == 7:
                model[6].bias.data.fill_(float("nan"))
            images, targets = digits_batch(step * 32, 32)
            optimizer.zero_grad()
            nn.MSELoss()(model(images), targets).backward()
            optimizer.step()
    return history


def words(ax):
    return [text.get_text() for text in ax.texts]


def on_the_page(ax):
    """Whether every word lies inside the figure."""
    figure = ax.figure
    figure.canvas.draw()
    page = figure.bbox
    drawn = [*ax.texts, ax.title, *ax.get_yticklabels(), *ax.get_xticklabels()]
    boxes = [text.get_window_extent() for text in drawn if text.get_text()]
    return all(page.x0 <= b.x0 and b.x1 <= page.x1 and b.y1 <= page.y1 for b in boxes)


def test_the_line_goes_through_the_ratios_with_the_loss_on_top(sigmoid):
    ax = sigmoid.plot()
    line = ax.lines[np.argmax([len(line.get_xdata()) for line in ax.lines])]
    ratios = [layer.ratio for layer in reversed(sigmoid.layers)]
    np.testing.assert_allclose(line.get_xdata(), ratios)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [layer.title for layer in reversed(sigmoid.layers)]
    assert ax.get_xscale() == "log" and ax.yaxis_inverted()
    assert ax.get_title("left") == "Sequential: vanishing"
    assert ax.get_xlabel().endswith("relative to that of 20: Linear")


def test_bands_lie_at_the_thresholds_and_have_words(sigmoid):
    ax = sigmoid.plot(limits=(1e-6, 1e5))
    assert words(ax) == list(dict.fromkeys(STEPS))  # one over both bands that have it
    edges = sorted({round(float(np.log10(patch.get_x())), 6) for patch in ax.patches})
    assert edges == pytest.approx([-6.0, *BOUNDS]) and ax.get_xlim() == (1e-6, 1e5)


def test_the_axis_has_the_same_decades_unless_a_layer_is_outside(sigmoid):
    relu, exploding = flow_of("relu"), flow_of("relu", scale=4.0)
    assert sigmoid.plot().get_xlim() == relu.plot().get_xlim() == (1e-6, 1e3)
    low, high = exploding.plot().get_xlim()
    assert low == 1e-6 and high == pytest.approx(1e6)


def test_networks_are_told_apart_by_marker_and_dashes(sigmoid):
    both = viz.compare_flows({"sigmoid": sigmoid, "relu": flow_of("relu")})
    ax = both.plot()
    legend = ax.get_legend()
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["sigmoid: vanishing", "relu: healthy"]
    lines = legend.get_lines()
    assert len({line.get_marker() for line in lines}) == len({line.get_ls() for line in lines}) == 2
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        str(i) for i in range(20, -1, -1)
    ]


def test_zero_and_nan_have_places_of_their_own():
    dead, wild = flow_of("relu", bias=-100.0), flow_of("relu", scale=1e9)
    ax = dead.plot()
    assert "exactly 0" in words(ax) and "100 % dead" in words(ax)
    offsets = np.concatenate([np.asarray(points.get_offsets()) for points in ax.collections])
    assert sum(x < 1e-6 for x, _ in offsets) == 19
    ax = wild.plot()
    assert "nan or inf" in words(ax) and "exactly 0" not in words(ax)
    offsets = np.concatenate([np.asarray(points.get_offsets()) for points in ax.collections])
    assert sum(x > 1e3 for x, _ in offsets) == 21


def test_it_draws_into_given_axes(sigmoid):
    figure, (left, right) = plt.subplots(1, 2)
    assert sigmoid.plot(left) is left and sigmoid.plot(ax=right, theme="dark") is right
    assert len(figure.axes) == 2


@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_themes(sigmoid, history, theme, colors, contrast_of):
    for ax in (sigmoid.plot(theme=theme), history.plot(theme=theme)):
        background = matplotlib.colors.to_hex(ax.figure.get_facecolor())
        assert background == colors.background
        for text in (ax.get_yticklabels()[0], ax.xaxis.label):
            assert contrast_of(matplotlib.colors.to_hex(text.get_color()), background) > 7
        assert on_the_page(ax)
    with pytest.raises(ValueError, match="'light' or 'dark', not 'auto'"):
        sigmoid.plot(theme="auto")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_of_several_networks_can_be_seen(theme, contrast_of):
    from tinygrad_edu.viz.flow_plot import HUES

    background = {"light": LIGHT, "dark": DARK}[theme].background
    assert len(set(HUES[theme])) == 7
    assert min(contrast_of(hue, background) for hue in HUES[theme]) > 3


def test_wrong_limits_are_refused(sigmoid):
    with pytest.raises(ValueError, match="the smaller one first"):
        sigmoid.plot(limits=(1.0, 1e-3))


def test_very_deep_networks_name_some_layers():
    ax = flow_of("relu", depth=60).plot()
    assert len(ax.get_yticks()) == 32 and on_the_page(ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert (names[0], names[-1]) == ("120: Linear", "0: Linear")


def test_of_many_blocks_each_is_named_at_its_middle():
    titles = ["head: Linear"]
    for i in reversed(range(30)):
        titles += [f"blocks.{i}: Block", *(f"blocks.{i}.{part}: Linear" for part in ("fc2", "fc1"))]
    from tinygrad_edu.viz.flow_plot import named

    names = named([*titles, "stem: Linear"])
    assert list(names.values()) == [
        "head: Linear",
        *(f"blocks.{i}" for i in reversed(range(30))),
        "stem: Linear",
    ]
    assert list(names) == [0, *range(2, 91, 3), 91]


def test_the_heat_map_has_the_classes_of_the_ratios(history):
    ax = history.plot()
    (image,) = ax.images
    ratios = history.array("ratio")[::-1]
    shown = image.get_array()
    known = np.isfinite(ratios) & (ratios > 0)
    np.testing.assert_allclose(shown[known], np.log10(ratios[known]))
    assert (np.ma.getmaskarray(shown) == ~known).all() and not known.all()
    scale = image.colorbar.ax
    labels = [label.get_text() for label in scale.get_yticklabels()]
    assert [label.split(" ")[0] for label in labels] == list(STEPS)
    assert list(image.norm.boundaries[1:-1]) == list(BOUNDS)
    for r, color in ((-6, 0), (-4, 1), (0, 3), (1.5, 4), (9, 6)):
        drawn = matplotlib.colors.to_hex(image.cmap(image.norm(r)))
        assert drawn == LIGHT.steps[color]
    assert ax.get_title("left") == "Sequential: healthy at first, nan at the end"


def test_zero_and_nan_are_hatched_and_explained(history):
    ax = history.plot()
    hatches = [cells.get_hatch() for cells in ax.collections]
    assert hatches == ["....", "xxxx"]
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["0: exactly zero", "✕: nan or inf"]
    assert (history.array("norm")[:2, 4:7] == 0).all()


def test_the_absolute_heat_map(history):
    ax = history.plot(absolute=True)
    (image,) = ax.images
    assert image.cmap.name == "cividis" and image.get_clim() == (-10, 2)
    sizes = history.array("norm")[::-1]
    known = np.isfinite(sizes) & (sizes > 0)
    np.testing.assert_allclose(image.get_array()[known], np.log10(sizes[known]))


def test_without_matplotlib_it_is_said_what_to_install(sigmoid, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        sigmoid.plot()


def test_the_code_of_the_guide_runs():
    guide = Path(__file__).parents[2] / "docs" / "gradient-flow.md"
    blocks = re.findall(r"```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    for block in blocks:
        exec(block, names)
    assert names["flow"].verdict == "vanishing"
    assert names["both"]["sigmoid"].reference == names["both"]["relu"].reference == "20: Linear"
    assert names["both"]["relu"].verdict == "healthy"
    assert len(names["history"]) == 40
