"""The drawing of a graph: what is in it, that it can be read, and that it is honest."""

import itertools
import math

import numpy as np
import pytest
from cases import ROWS, ours, run

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.ops import TABLE

NASTY = '<b>|{x}\n"</script>'
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}


def neuron(backward=True):
    """tanh(w·x + b), with x used by nothing else."""
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
    y = (w * x + b).tanh()
    y.label = "y"
    if backward:
        y.backward()
    return y


def states():
    """A gradient of each state: known, tiny, zero, infinite, and one whose number was changed."""
    a, b, c, d = (Value(x, label=name) for x, name in zip((2.0, 0.0, 1e-7, 4.0), "abcd"))  # noqa: B905
    y = a * b + c * a + d * 1e308 * 10.0 + d * d
    y.backward()
    d.data = 5.0
    return y


def network(batch=4):
    """A small network of tensors, and its loss after a backward pass."""
    model = nn.Sequential(nn.Linear(3, 2), nn.Sigmoid(), nn.Linear(2, 1))
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.copy_(
                torch.linspace(-1.0, 1.0 + i, parameter.numel()).reshape(parameter.shape)
            )
    x = torch.linspace(0.0, 1.0, 3 * batch).reshape(batch, 3)
    x.name = "x"
    loss = nn.MSELoss()(model(x), torch.ones(batch, 1))
    loss.name = "loss"
    loss.backward()
    return loss


# --- snapshots -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("neuron", lambda: viz.graph(neuron())),
        ("neuron-before-backward", lambda: viz.graph(neuron(backward=False))),
        ("neuron-dark-downwards", lambda: viz.graph(neuron(), theme="dark", direction="TB")),
        ("states", lambda: viz.graph(states())),
        ("network", lambda: viz.graph(network())),
        ("network-by-module", lambda: viz.graph(network(), detail="modules")),
    ],
)
def test_the_dot_text_is_as_before(name, draw, same_as_snapshot):
    same_as_snapshot(draw(), name)


def test_the_same_graph_gives_the_same_text():
    assert viz.graph(neuron()).source == viz.graph(neuron()).source


# --- what is in a drawing ------------------------------------------------------------------------


def test_numbers_gradients_symbols_and_contributions(picture):
    texts = picture(viz.graph(neuron())).texts
    slope = 1 - math.tanh(0.5) ** 2
    assert {"x", " = 2", f"grad −{3 * slope:.3f}", "×", "+", "tanh", "y"} <= set(texts)
    assert f"{2 * slope:.3f}" in texts  # to w: upstream · x, on the arrow


def test_an_argument_used_twice_has_two_arrows(picture):
    a = Value(3.0, label="a")
    y = a + a
    y.backward()
    drawn = picture(viz.graph(y))
    assert drawn.parts("edge").count("v0->o0") == 2
    assert drawn.texts.count("1") == 2 and "grad 2" in drawn.texts


def test_before_the_backward_pass_nothing_is_zero(picture):
    texts = picture(viz.graph(neuron(backward=False))).texts
    assert texts.count("grad –") == 6 and not any("grad 0" in text for text in texts)
    assert any("not computed" in text for text in texts)


def test_every_state_has_its_look(picture):
    drawing = viz.graph(states(), theme="light")
    drawn = picture(drawing)
    graph_of = {label.split(",")[1].strip(): name for name, label in tooltips(drawing).items()}
    a, b, c, d = (graph_of[name] for name in "abcd")
    assert drawn.attribute(f"{a}->o0", "stroke-dasharray").startswith("1,")  # dotted: exactly 0
    assert drawn.attribute(f"{b}->o0", "stroke-dasharray") is None
    assert drawn.attribute(f"{c}->o1", "stroke") == "#c3cbd0"
    assert drawn.attribute(f"{a}->o1", "stroke-dasharray").startswith("5,")  # 1e-7: vanished
    assert "? changed" in drawn.texts and "grad inf" in " ".join(drawn.texts)
    assert any(text.startswith("dotted, 0: exactly zero") for text in drawn.texts)
    assert d in drawn.parts("node")


def tooltips(drawing):
    """The tooltip of each value, by the name of its node."""
    lines = [line.strip() for line in drawing.source.splitlines() if "tooltip=" in line]
    return {li.split(" ")[0]: li.split("tooltip=")[1] for li in lines if li.startswith("v")}


def test_a_changed_number_hides_the_contributions_that_it_makes_false(picture):
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    y = a * b
    y.backward()
    assert "3" in picture(viz.graph(y)).texts
    a.data -= 0.1
    texts = picture(viz.graph(y)).texts
    assert texts.count("? changed") == 2 and "3" not in texts


def test_kinds_differ_without_colour():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    source = viz.graph(a * b + 1.0, {"b": b}, show_legend=False).source
    lines = {li.strip().split(" ")[0]: li for li in source.splitlines() if " -> " not in li}
    leaf, parameter, computed, constant, output = (lines[f"v{i}"] for i in range(5))
    assert parameter.count('BORDER="1"') == leaf.count('BORDER="1"') + 1  # a double frame
    assert 'style="dashed,filled"' in constant and 'STYLE="ROUNDED"' in computed
    assert 'BORDER="3"' in output and "STYLE" not in leaf


def test_tensors_show_shapes_and_sizes_but_no_wall_of_numbers(picture):
    texts = picture(viz.graph(network())).texts
    assert {"  4×3", "  2×3", "loss"} <= set(texts)
    assert sum(text.startswith("grad norm ") for text in texts) == 7
    assert max(map(len, texts)) < 120


def test_numbers_of_tensors_without_dims_are_shown(picture):
    a = torch.tensor(2.0, requires_grad=True)
    y = a * 3.0
    y.backward()
    texts = picture(viz.graph(y, {"a": a})).texts
    assert {" = 2", "y", " = 6", "grad 3"} <= set(texts)


def test_modules_are_nested_boxes_around_their_operations(picture):
    drawing = viz.graph(network())
    drawn = picture(drawing)
    assert {"Sequential", "0: Linear(3 -> 2)", "1: Sigmoid", "2: Linear(2 -> 1)"} <= set(
        drawn.texts
    )
    assert len(drawn.parts("cluster")) == 5
    inside = drawing.source[drawing.source.index("0: Linear") :].split("}")[0]
    assert "0.weight" in inside and "0.bias" in inside and "linear" in inside
    assert ">x<" not in inside


def test_parameters_that_are_not_the_usual_ones_are_written_into_the_operation(picture):
    t = torch.ones(2, 3, requires_grad=True)
    assert "dim=1" in picture(viz.graph(t.sum(dim=1))).texts
    assert not any(text.startswith("dim") for text in picture(viz.graph(t.sum())).texts)


@pytest.mark.parametrize("row", [row for row in ROWS if row.calls], ids=lambda row: row.op)
def test_every_operation_can_be_drawn(row, picture):
    inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(row.shapes[0])]
    result = run(ours(row.calls[0]), torch, inputs, TABLE[row.op])
    outputs = [x for x in (result if isinstance(result, tuple) else [result]) if x.requires_grad]
    sum(x.sum() for x in outputs).backward()
    drawn = picture(viz.graph(outputs))
    assert len(drawn.parts("node")) >= 3


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "auto"])
def test_any_name_is_drawn_literally(picture, theme):
    names = [NASTY, r"\N \G \E", "&amp; &lt; &#65;", "σ(x) 日本", "<", ">", '"', "a\tb", "\\"]
    values = [Value(1.0, label=name) for name in names]
    y = values[0]
    for value in values[1:]:
        y = y * value
    texts = picture(viz.graph(y, theme=theme)).texts
    shown = [name.replace("\n", "\\n").replace("\t", "\\t") for name in names]
    assert [name for name in shown if name not in texts] == []


def test_names_in_boxes_parameters_and_notes_are_literal_too(picture):
    module = type(NASTY, (nn.Module,), {"forward": lambda self, x: x * 2})()
    a = Value(1.0, label=NASTY)
    drawn = picture(viz.graph(module(a)))
    assert NASTY.replace("\n", "\\n") in drawn.texts
    titles = [e.get("{http://www.w3.org/1999/xlink}title") for e in drawn.root.iter()]
    assert any(NASTY.replace("\n", "\\n") in title for title in titles if title)


def test_a_name_without_an_end_is_cut(picture):
    texts = picture(viz.graph(Value(1.0, label="x" * 1000))).texts
    assert "x" * 39 + "…" in texts


def test_such_names_can_be_drawn_in_every_format():
    drawing = viz.graph(Value(1.0, label=NASTY) * 2.0)
    for image_format, magic in MAGIC.items():
        assert drawing.pipe(image_format).startswith(magic)


# --- large graphs --------------------------------------------------------------------------------


def test_a_graph_that_is_too_large_is_refused_with_advice():
    y = Value(1.0)
    for _ in range(200):
        y = y * 1.0
    with pytest.raises(ValueError, match=r"401 values.*limit of 300.*pass limit=401"):
        viz.graph(y)
    assert viz.graph(y, limit=401).source.count("ellipse") == 200


def test_a_huge_graph_is_refused_as_well():
    y = Value(1.0)
    for _ in range(100_000):
        y = y * 1.0
    with pytest.raises(ValueError, match="200,001 values"):
        viz.graph(y)


def test_a_large_graph_with_modules_is_drawn_by_module(picture):
    loss = network()
    assert viz.graph(loss, limit=5).source == viz.graph(loss, detail="modules", limit=5).source
    with pytest.raises(ValueError, match="detail='modules'"):
        viz.graph(loss, limit=5, detail="full")


def test_300_values_are_drawn_in_full(picture):
    xs = [Value(1.0 + i / 100) for i in range(100)]
    y = xs[0]
    for x in xs[1:]:
        y = (y * x).tanh()
    y.backward()
    drawn = picture(viz.graph(y))
    assert len(drawn.parts("node")) == 298 + 198


def unrolled(times):
    """The same cell and the same nameless weights, so many times one after the other."""
    cell, mask, h = nn.RNNCell(2, 2), torch.full((1, 2), 0.5), torch.ones(1, 2)
    for _ in range(times):
        h = cell(torch.ones(1, 2), h) * mask
    loss = (h**2).sum()
    loss.backward()
    return cell, loss


def test_a_leaf_of_many_uses_is_drawn_at_the_first_and_named_at_the_others(picture):
    cell, loss = unrolled(6)
    drawing = viz.graph(loss, names=None)
    drawn = picture(drawing)
    full = next(n for n, words in tooltips(drawing).items() if "parameter, weight_hh" in words)
    edges = drawn.parts("edge")
    assert [edge.split("->")[0] for edge in edges].count(full) == 1
    assert drawn.texts.count("weight_hh") == 6  # one of them in bold, with its gradient
    named = [edge for edge in edges if edge.startswith(f"{full}_")]
    assert len(named) == 5 and len({edge.split("->")[1] for edge in named}) == 5
    size = viz.style.number(viz.style.size_of(cell.weight_hh.grad.numpy()))
    assert f"grad norm {size}" in drawn.texts
    assert any(text.startswith("a name without a frame") for text in drawn.texts)
    mask = next(
        text for text in set(drawn.texts) if drawn.texts.count(text) == 6 and text[0] == "v"
    )
    assert mask[1:].isdigit()  # what has no name is given one


def test_the_gradient_of_each_of_many_uses_stays_written(picture):
    w = torch.tensor([2.0], requires_grad=True, dtype=torch.float64)
    w.name = "w"
    y = sum(w * (10.0**i) for i in range(6)).sum()
    y.backward()
    texts = picture(viz.graph(y)).texts
    assert [texts.count(str(10**i)) for i in range(1, 4)] == [2] * 3  # the factor, and on the arrow
    assert texts.count("w") == 6


def test_up_to_four_uses_have_an_arrow_each(picture):
    drawn = picture(viz.graph(unrolled(4)[1], names=None))
    assert drawn.texts.count("weight_hh") == 1
    assert not any(text.startswith("a name without a frame") for text in drawn.texts)


def test_a_number_of_many_uses_has_an_arrow_to_each(picture):
    a = Value(2.0, label="a")
    y = a
    for _ in range(6):
        y = y * a
    drawn = picture(viz.graph(y))
    assert drawn.texts.count("a") == 1 and drawn.parts("edge").count("v0->o5") == 1


# --- options -------------------------------------------------------------------------------------


def test_the_legend_says_what_colours_widths_and_frames_mean(picture):
    drawing = viz.graph(neuron(), theme="light")
    texts = picture(drawing).texts
    words = ("vanishing", "weakening", "healthy", "growing", "exploding")
    assert set(words) <= set(texts) and {"output", "computed", "leaf: wants a gradient"} <= set(
        texts
    )
    assert "relative to 1 at the output" in texts
    for color in viz.style.LIGHT.steps:
        assert color in drawing.source
    without = picture(viz.graph(neuron(), show_legend=False)).texts
    assert not set(words) & set(without)


def test_the_reference_of_a_network_is_its_last_layer_with_weights(picture):
    texts = picture(viz.graph(network())).texts
    assert any(t.startswith("relative to ") and t.endswith(" at 2: Linear") for t in texts)
    assert "single numbers to 1 at the output" in texts


def test_the_reference_of_other_tensors_is_the_last_one_with_dims(picture):
    w = torch.tensor([3.0, 4.0], requires_grad=True, dtype=torch.float64)
    y = ((w * 2) ** 2).sum()
    y.backward()
    texts = picture(viz.graph(y)).texts
    assert {"relative to 1.414 at the result of ^", "single numbers to 1 at the output"} <= set(
        texts
    )


@pytest.mark.parametrize("batch", [1, 512])
@pytest.mark.parametrize("detail", ["full", "modules"])
def test_parameters_are_compared_with_the_last_weight_whatever_the_batch(picture, batch, detail):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    loss = nn.MSELoss()(model(torch.randn(512, 4)[:batch]), torch.ones(batch, 1))
    loss.backward()
    drawing = viz.graph(loss, detail=detail, theme="light", show_legend=False)
    for exploding in viz.style.LIGHT.steps[4:]:
        assert f'BGCOLOR="{exploding}"' not in drawing.source
    size = float(np.sqrt((model[2].weight.grad.numpy() ** 2).sum()))
    words = f"parameters to {viz.style.number(size)} at 2.weight"
    assert words in picture(viz.graph(loss, detail=detail)).texts


def test_a_gradient_of_several_passes_says_how_much_is_from_this_graph(picture):
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    first = a * b
    first.backward()
    assert not any("here" in text for text in picture(viz.graph(first)).texts)
    second = a**2 + b
    second.backward()
    texts = picture(viz.graph(first)).texts
    assert {"grad 7 (here 3)", "grad 3 (here 2)"} <= set(texts)
    assert {"grad 7 (here 4)", "grad 3 (here 1)"} <= set(picture(viz.graph(second)).texts)
    a.grad /= 10  # as clipping does: less is no sign of other passes
    assert "grad 0.7" in picture(viz.graph(second)).texts


def test_colours_are_relative_to_the_reference(picture):
    y = neuron()
    drawing = viz.graph(y, reference=1e-6, theme="light", show_legend=False)
    assert {"#7a2604"} <= set(drawing.source.split('"'))
    for wrong in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="reference is a positive number"):
            viz.graph(y, reference=wrong)


def test_contributions_can_be_left_out(picture):
    a = Value(3.0, label="a")
    y = a * 5.0
    y.backward()
    assert "5" in picture(viz.graph(y)).texts
    drawing = viz.graph(y, show_contributions=False)
    assert picture(drawing).texts.count("5") == 1  # the constant itself
    assert picture(viz.graph(y)).texts.count("5") == 2


def test_both_themes_and_the_one_that_adapts(picture, colors_in):
    light, dark = viz.graph(neuron(), theme="light"), viz.graph(neuron(), theme="dark")
    assert colors_in(light) <= set(viz.style.LIGHT.colors())
    assert colors_in(dark) <= set(viz.style.DARK.colors())
    assert "prefers-color-scheme" not in picture(light).source + picture(dark).source
    auto = viz.graph(neuron())
    assert auto.source == light.source
    assert "prefers-color-scheme:dark" in picture(auto).source
    assert picture(auto).root is not None  # it is still XML


def test_directions(node_boxes):
    def places(direction):
        boxes = node_boxes(viz.graph(neuron(), direction=direction, show_legend=False))
        return boxes["v0"], boxes["v5"]

    first, last = places("LR")
    assert first[2] < last[0]
    first, last = places("TB")
    assert first[1] > last[3]


@pytest.mark.parametrize(
    "wrong", [{"direction": "up"}, {"detail": "some"}, {"theme": "sepia"}], ids=str
)
def test_other_options_are_refused(wrong):
    (given,) = wrong.values()
    with pytest.raises(ValueError, match=given):
        viz.graph(neuron(), **wrong)


def test_detail_by_module_needs_modules():
    with pytest.raises(ValueError, match="no module took part"):
        viz.graph(neuron(), detail="modules")


def test_what_is_no_graph_is_refused():
    with pytest.raises(TypeError, match="behind a Value or a Tensor"):
        viz.graph(3.0)


# --- files and legibility ------------------------------------------------------------------------


@pytest.mark.parametrize("image_format", MAGIC)
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_formats_and_files(tmp_path, image_format, theme):
    drawing = viz.graph(neuron(), theme=theme)
    written = drawing.render(tmp_path / "neuron", format=image_format, cleanup=True)
    with open(written, "rb") as file:
        data = file.read()
    assert data.startswith(MAGIC[image_format]) and data == drawing.pipe(image_format)


@pytest.mark.parametrize("draw", [neuron, states, network], ids=lambda f: f.__name__)
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_no_two_nodes_overlap_and_no_text_is_tiny(draw, direction, node_boxes, picture):
    drawing = viz.graph(draw(), direction=direction)
    for one, other in itertools.combinations(node_boxes(drawing).values(), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart
    assert min(picture(drawing).font_sizes) >= 11


def test_nothing_is_said_on_stderr(capfd):
    viz.graph(states()).pipe("svg")
    viz.graph(network()).pipe("png")
    assert capfd.readouterr().err == ""


def test_several_outputs_in_one_drawing(picture):
    a = Value(2.0, label="a")
    drawn = picture(viz.graph(np.array([a * 2.0, a * 3.0])))
    assert drawn.texts.count("a") == 1 and {"4", "6"} <= set(drawn.texts)
