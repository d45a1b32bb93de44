"""The waterfall as a figure: bars as long as their factors, kinds told apart, all on the page."""

import itertools
import math

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.trace import explain, read
from tinygrad_edu.viz.style import DARK, LIGHT
from tinygrad_edu.viz.waterfall import condensed, waterfall_figure


def chain(activation="sigmoid", weight=4.0, layers=10):
    h = Value(0.5, label="x")
    for i in range(layers):
        z = h * Value(weight, label=f"w{i + 1}")
        z.label = f"z{i + 1}"
        h = getattr(z, activation)()
        h.label = f"h{i + 1}"
    h.label = "L"
    weights = [value for value in read(h).values if (value.name or "").startswith("w")]
    return explain(h, "x", {value.name: value.source for value in weights})


def closed():
    x = Value(-1.0, label="x")
    return explain((x.relu() * Value(2.0, label="w")).tanh(), x)


def broken():
    x = Value(0.0, label="x")
    return explain(x.sqrt() * 3.0, x)


def of_modules():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    loss = nn.MSELoss()(model(torch.randn(5, 3)), torch.zeros(5, 1))
    loss.backward()
    return explain(loss, "0.weight")


def bars_of(drawing, node_boxes):
    """The boxes (left, bottom, right, top) of the bars in the chart, from the top down."""
    boxes = [b for b in node_boxes(drawing).values() if round(b[3] - b[1]) == 14]
    return sorted((b for b in boxes if b[2] - b[0] > 4), key=lambda b: -b[3])


def test_the_figure_says_what_happens_and_to_what(picture):
    texts = picture(chain().figure()).texts
    assert texts[0] == "∂L/∂x = 5.486e-11"
    assert any(text.startswith("The gradient shrinks to 5.486e-11 over 20") for text in texts)
    assert any("saturated here" in text for text in texts)
    for i in range(1, 11):
        assert f"sigmoid at layer {i}" in texts and f"times w{i}" in texts
    assert {"∂L/∂z10", "∂h1/∂z1", "∂z1/∂x", "×4", "running product", "1", "5.486e-11"} <= set(texts)


def test_bars_are_as_long_as_the_logarithm_of_the_factor(node_boxes):
    explanation = chain()
    bars = explanation.waterfall.bars
    drawn = bars_of(explanation.figure(), node_boxes)[: len(bars)]
    lengths = [right - left for left, _, right, _ in drawn]
    scale = lengths[0] / abs(bars[0].log10)
    assert lengths == pytest.approx([scale * abs(bar.log10) for bar in bars], abs=0.1)
    for one, other, bar in zip(drawn, drawn[1:], bars[1:], strict=False):
        end = one[0] if bar.log10 > 0 else one[2]  # kinds alternate: slopes shrink, weights enlarge
        start = other[0] if bar.log10 > 0 else other[2]
        assert start == pytest.approx(end, abs=0.1)


def test_kinds_differ_in_more_than_hue(picture):
    w, x, c = (Value(n, label=name) for name, n in (("w", 4.0), ("x", 0.5), ("c", 3.0)))
    drawing = explain((x * w * c).tanh().exp(), x, {"w": w}).figure("light")
    source = drawing.source
    for shape in ("ellipse", "diamond", "hexagon"):
        assert source.count(f"shape={shape}") == 2  # row and legend
    stripes = source.count(f'fillcolor="{LIGHT.background}" height=0.1667')
    assert stripes >= 6
    texts = picture(drawing).texts
    assert {"slope of an activation", "weight", "leaf factor", "other factor"} <= set(texts)
    assert texts.count("slope of an activation") == 1


def test_the_legend_has_only_what_occurs(picture):
    texts = picture(explain(Value(0.5).tanh(), "v1").figure()).texts
    assert "slope of an activation" in texts
    assert not {"weight", "other factor"} & set(texts)
    assert not any("✕" in text or "Dotted" in text for text in texts)


def test_a_closed_gate_has_a_look_of_its_own(picture):
    drawing = closed().figure()
    texts = picture(drawing).texts
    assert "×0: nothing gets through" in texts and "0" in texts
    assert any("Dotted: exactly 0" in text for text in texts)
    assert drawing.source.count("dotted") == 2  # the bar, and what is left


def test_inf_has_a_look_of_its_own(picture):
    drawing = broken().figure()
    texts = picture(drawing).texts
    assert {"✕", "×inf", "✕ inf"} <= set(texts)
    assert any("✕: nan or inf" in text for text in texts)
    assert drawing.source.count(LIGHT.invalid) == 2


def test_what_a_float_cannot_hold_is_drawn_by_its_exponent(picture):
    h, size = 0.5, 0.0
    for _ in range(200):
        h = math.tanh(4 * h)
        size += math.log10(4 * (1 - h * h))
    texts = picture(chain("tanh", layers=200).figure()).texts
    assert f"10^−{-size:.1f}" in texts and "×0: nothing gets through" not in texts


def test_long_paths_are_drawn_several_factors_to_a_bar(picture):
    explanation = chain(layers=200)
    rows, note = condensed(explanation.waterfall.bars)
    assert len(rows) <= 28 and note == "A bar stands for up to 30 factors of one kind."
    assert rows[0].what == "15 slopes of sigmoid" and rows[1].what == "15 weights"
    assert rows[-1].after == pytest.approx(explanation.waterfall.log10)
    for before, after in itertools.pairwise(rows):
        assert before.after == pytest.approx(after.before)
    assert note in " ".join(picture(explanation.figure()).texts)


def test_factors_of_one_are_left_out_first():
    x = h = Value(0.5, label="x")
    for _ in range(15):
        h = (h + 1.0).tanh()
    rows, note = condensed(explain(h, x).waterfall.bars)
    assert len(rows) == 15 and note == "15 factors of ±1 not shown."
    rows, note = condensed(explain(h, x).waterfall.bars, most=30)
    assert len(rows) == 30 and note == ""


@pytest.mark.parametrize("make", [chain, closed, broken, of_modules], ids=lambda f: f.__name__)
def test_nothing_is_tiny_and_everything_is_on_the_page(make, picture, node_boxes):
    drawing = make().figure()
    drawn = picture(drawing)
    _, _, right, bottom = map(float, drawn.root.get("viewBox").split())
    assert min(drawn.font_sizes) >= 11
    assert "table size too small" not in drawn.source
    boxes = node_boxes(drawing).values()
    page = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    assert (page[2] - page[0], page[3] - page[1]) == pytest.approx((right, bottom), abs=2)
    for box in boxes:
        assert box[0] >= page[0] - 1 and box[1] >= page[1] - 1
        assert box[2] <= page[2] + 1 and box[3] <= page[3] + 1


def test_modules_are_drawn_the_same_way(picture):
    texts = picture(of_modules().figure()).texts
    assert texts[0] == "The gradient on its way from loss to 0.weight"
    assert {"0: Linear(3 -> 4)", "1: Sigmoid", "norm of the gradient", "MSELoss"} <= set(texts)


@pytest.mark.parametrize("image_format", ["svg", "png", "pdf"])
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_formats_and_themes(image_format, theme, capfd):
    magic = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-"}[image_format]
    assert chain(layers=2).figure(theme).pipe(image_format).startswith(magic)
    assert capfd.readouterr().err == ""


def test_colours_come_from_the_theme(colors_in):
    for theme, colors in (("light", LIGHT), ("dark", DARK)):
        assert colors_in(chain().figure(theme)) <= set(colors.colors())


def test_text_can_be_read_on_its_ground(contrast_of):
    for theme in (LIGHT, DARK):
        assert contrast_of(theme.text, theme.panel) >= 4.5
        assert contrast_of(theme.muted, theme.background) >= 4.5


def test_hostile_and_long_names_are_text(picture):
    x = Value(2.0, label="</svg><script>alert(1)</script>" + "x" * 100)
    drawing = explain((x * Value(2.0, label='"><b>|{}')).tanh(), x).figure()
    drawn = picture(drawing)
    assert "<script" not in drawn.source
    assert any(text.startswith("∂v1/∂</svg") and "…" in text for text in drawn.texts)
    assert any('"><b>|{}' in text for text in drawn.texts)


def test_an_output_with_respect_to_itself(picture):
    y = Value(2.0) * 3
    texts = picture(explain(y, y).figure()).texts
    assert "This is the output itself: its derivative is 1." in texts


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="theme is 'light', 'dark' or 'auto', not 'pink'"):
        waterfall_figure(closed().waterfall, "x", "pink")


def test_the_figure_is_the_same_each_time():
    assert chain().figure().source == chain().figure().source
    assert math.isinf(closed().waterfall.log10)
