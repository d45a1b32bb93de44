"""Networks side by side: one scale in the table, the drawing and the plot."""

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.viz.flow_network import Settings, build, digits_batch


def flow_of(activation, depth=10):
    model = build(activation, Settings(depth=depth))
    images, targets = digits_batch(0, 64)
    loss = nn.MSELoss()(model(images), targets)
    loss.backward()
    return viz.gradient_flow(model, loss)


@pytest.fixture(scope="module")
def comparison():
    return viz.compare_flows({"sigmoid": flow_of("sigmoid"), "relu": flow_of("relu")})


def test_names_and_sentence(comparison):
    assert [flow.name for flow in comparison] == ["sigmoid", "relu"] and len(comparison) == 2
    assert comparison["relu"].verdict == "healthy"
    sentence = "sigmoid: the gradient vanishes; relu: the gradient arrives"
    assert comparison.sentence == sentence and sentence in repr(comparison)


def test_the_table_is_side_by_side_where_it_fits(comparison):
    lines = str(comparison).splitlines()
    row = next(line for line in lines if line.startswith("0: Linear"))
    assert row.split()[:2] == ["0:", "Linear"] and row.count("0: Linear") == 2
    assert "vanishing" in row and row.endswith("healthy")
    sigmoid, relu = row.split("vanishing")
    assert 1 <= sigmoid.count("█") < relu.count("█") / 2
    narrow = comparison.table(width=50)
    assert narrow.index("sigmoid: vanishing") < narrow.index("relu: healthy")
    assert max(map(len, narrow.splitlines())) <= 50


@pytest.mark.parametrize("width", range(70, 120, 7))
def test_no_word_is_cut(comparison, width):
    lines = comparison.table(width=width).splitlines()
    assert max(map(len, lines)) <= width
    found = [word for line in lines[3:] for word in line.split() if word[:4] in ("weak", "vani")]
    assert set(found) == {"weakening", "vanishing"}


def test_equal_layers_are_named_once():
    torch.manual_seed(0)
    pair = viz.compare_flows({"a": flow_of("tanh", 2), "b": flow_of("tanh", 2)})
    row = next(line for line in str(pair).splitlines() if line.startswith("3: Tanh"))
    assert row.count("3: Tanh") == 1 and row.count("healthy") == 2


def test_layers_are_aligned_at_the_loss():
    pair = viz.compare_flows({"deep": flow_of("relu", 3), "flat": flow_of("relu", 1)})
    rows = [[layer and layer.title for layer in row] for row in pair.rows()]
    assert rows[0] == ["6: Linear", "2: Linear"] and rows[-1] == ["0: Linear", None]
    assert "6: Linear" in str(pair)


def test_one_scale_in_the_drawing(comparison, picture):
    drawn = picture(comparison.graph("64 digits"))
    assert drawn.texts.count("20: Linear") == 2 and drawn.texts.count("1e-4") == 2
    assert {"64 digits", "sigmoid", "relu", "vanishing", "healthy"} <= set(drawn.texts)


def test_as_dict_and_html(comparison):
    assert [flow["name"] for flow in comparison.as_dict()["flows"]] == ["sigmoid", "relu"]
    html = comparison._repr_mimebundle_()["text/html"]
    assert html.count("<table>") == 2 and html.count('scope="row"') == 42


def test_what_cannot_be_compared_is_refused(comparison):
    flow = comparison["relu"]
    with pytest.raises(TypeError, match="not Tensor"):
        viz.compare_flows({"a": torch.ones(2)})
    with pytest.raises(ValueError, match="at least one"):
        viz.compare_flows({})
    with pytest.raises(ValueError, match="same name"):
        viz.compare_flows([flow, flow])
    with pytest.raises(TypeError, match="takes several flows, and this is one"):
        viz.compare_flows(flow)
    with pytest.raises(KeyError, match="'sigmoid', 'relu'"):
        comparison["tanh"]
