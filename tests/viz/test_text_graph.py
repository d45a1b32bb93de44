"""The small text picture of one step: what it says, and that it fits."""

import pytest
from rich.cells import cell_len

import tinygrad_edu as torch
from tinygrad_edu import Value, trace
from tinygrad_edu.viz.plain import ascii_text
from tinygrad_edu.viz.text_graph import MOST_ARGUMENTS, TextGraph


def drawn(output, index=-1, **options):
    """The lines of the picture of a step; by default of the last."""
    steps = trace.steps(output)
    index = index % len(steps)
    return [line.plain for line in TextGraph(steps).lines(index, **options)]


@pytest.fixture
def product():
    w, x = Value(-3.0, label="w"), Value(2.0, label="x")
    y = w * x
    y.label = "y"
    return y


def test_forward(product):
    assert drawn(product, 0) == [
        "╭─ w ──────╮",
        "│ value −3 ├──╮       ╭─ y ──────╮",
        "╰──────────╯  ├─(×)──▶│ value −6 │",
        "╭─ x ──────╮  │       ╰──────────╯",
        "│ value 2  ├──╯",
        "╰──────────╯",
    ]


def test_backward(product):
    assert drawn(product) == [
        "╭─ w ──────────╮",
        "│ value −3     │",
        "│ grad  – → 2  ├◀─ 1 × 2 = 2 ─────╮       ╭─ y ──────╮",
        "╰──────────────╯                  │       │ value −6 │",
        "╭─ x ──────────╮                  ├─(×)◀──┤ grad  1  │",
        "│ value 2      │                  │       ╰──────────╯",
        "│ grad  – → −3 ├◀─ 1 × (−3) = −3 ─╯",
        "╰──────────────╯",
    ]


def test_a_tree_where_boxes_do_not_fit(product):
    assert drawn(product, width=30) == [
        "y  −6",
        "  grad 1",
        "(×)",
        "  ├─▶ 1 × 2 = 2",
        "  │   w  −3",
        "  │     grad – → 2",
        "  ╰─▶ 1 × (−3) = −3",
        "      x  2",
        "        grad – → −3",
    ]


def test_the_start_of_the_backward_pass(product):
    assert drawn(product, 1) == ["╭─ y ──────╮", "│ value −6 │", "│ grad  1  │", "╰──────────╯"]


def test_a_value_used_twice_and_what_is_still_to_come():
    a = Value(3.0, label="a")
    text = "\n".join(drawn(a * a + a, 4))
    assert "─ a (again) ─" in text
    assert "1 → 4, 1 more to add" in text and "4 → 7 " in text


def test_constants_get_no_arrow():
    text = "\n".join(drawn(Value(2.0, label="a") * 3))
    assert "not wanted ├───" in text and text.count("◀") == 2


def test_tensors_show_shapes_and_sizes():
    torch.manual_seed(0)
    x = torch.ones(4, 3, requires_grad=True)
    x.name = "x"
    loss = (x * 2).sum()
    loss.backward()
    text = "\n".join(drawn(loss, width=200))
    assert ", with x of shape [4×3], gives v1 of shape [4×3]." in trace.steps(loss)[0].sentence
    assert "shape [4×3]" in text and "norm 3.464 ─" not in text and "– → norm 6.928" in text


def test_many_arguments():
    xs = [torch.ones(1, requires_grad=True) for _ in range(MOST_ARGUMENTS + 3)]
    lines = drawn(torch.cat(xs).sum(), 0, width=200)
    assert lines[-1] == "and 3 more arguments"
    assert sum("value [1]" in line for line in lines) == MOST_ARGUMENTS


def test_a_short_tensor_shows_its_numbers_unless_they_were_changed():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * torch.ones(3, 2)).sum()
    loss.backward()
    assert any("value [1, 2]" in line for line in drawn(loss, 0))
    with torch.no_grad():
        w -= 1.0
    assert any("shape [2]" in line for line in drawn(loss, 0))
    assert not any("[0, 1]" in line for line in drawn(loss, 0))


def test_boxes_leave_out_the_product_before_they_become_a_tree():
    y = Value(0.123456, label="x") * Value(-12345.678, label="y")
    steps = trace.steps(y, names=None)
    wide, narrower, narrow = (
        "\n".join(line.plain for line in TextGraph(steps).lines(2, width=width))
        for width in (80, 60, 30)
    )
    assert "◀─ 1 × 0.1235 = 0.1235 ─" in wide and "╭─ x ─" in wide
    assert "◀─ 0.1235 ─" in narrower and "1 × 0.1235" not in narrower and "╭─ x ─" in narrower
    assert "╭" not in narrow


@pytest.mark.parametrize("width", [20, 30, 40, 60, 79])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_line_fits(width, ascii_only):
    x = Value(0.123456, label="a rather long name, longer than a box")
    y = ((x * -12345.678).tanh() + x / 3) ** 2
    steps = trace.steps(y)
    pictures = TextGraph(steps)
    for i in range(len(steps)):
        lines = pictures.lines(i, width=width, ascii_only=ascii_only)
        assert all(line.cell_len <= width for line in lines)
        assert not ascii_only or all(line.plain.isascii() for line in lines)


def test_boxes_are_closed_for_wide_characters():
    lines = drawn(Value(2.0, label="重み") * Value(3.0, label="e\u0301"), 0)
    right = {cell_len(line[: max(line.find("╮"), line.find("╯")) + 1]) for line in lines[::5]}
    assert lines[0].startswith("╭─ 重み ─") and lines[3].startswith("╭─ e\u0301 ─")
    assert right == {cell_len(lines[0])}


def test_a_label_cannot_command_the_terminal():
    text = "\n".join(drawn(Value(2.0, label="a\x1b[2Jb\nc") * 3))
    assert "\x1b" not in text and r"a\x1b[2Jb\nc" in text


def test_colours_say_how_large_a_gradient_is():
    x = Value(1.0, label="x")
    steps = trace.steps(x * 1e-4)
    line = next(line for line in TextGraph(steps).lines(2) if "grad" in line.plain)
    styles = {line.plain[span.start : span.end]: span.style for span in line.spans}
    assert styles["1e-4"] == "blue"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("∂L/∂w += g · (1 − y²)", "dL/dw += g * (1 - y^2)"),
        ("aᵇ⁻¹ · √x ÷ ‖v‖", "a^b-1 * sqrtx / ||v||"),
        ("θ ≥ ½ … é", "theta >= 1/2 ... e"),
        ("重", "?"),
    ],
)
def test_ascii(text, plain):
    assert ascii_text(text) == plain
