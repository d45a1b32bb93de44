"""Colours that can be told apart and read, by everybody, in both themes."""

from itertools import combinations

import numpy as np
import pytest

from tinygrad_edu.viz.adaptive import stylesheet
from tinygrad_edu.viz.style import (
    DARK,
    LIGHT,
    RANGES,
    STEPS,
    WORDS,
    look_of,
    magnitude,
    theme,
    width,
)

BOTH = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])

# How colour-blind eyes see linear RGB, at full severity: G. Machado et al., 2009.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def lab(color, eyes):
    """The place of a colour in CIE Lab, where distances are differences one sees."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ np.clip(EYES[eyes] @ linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@BOTH
@pytest.mark.parametrize("eyes", EYES)
def test_all_eyes_tell_the_steps_apart(colors, eyes):
    places = [lab(color, eyes) for color in colors.steps]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) > 17
    assert all(np.linalg.norm(places[i] - places[6 - i]) > 35 for i in range(3))


@BOTH
def test_text_can_be_read_on_every_step_and_on_the_page(colors, contrast_of):
    for step, color in enumerate(colors.steps):
        assert contrast_of(colors.text_on(step), color) >= 4.5
    for ground in (colors.background, colors.panel, colors.operation):
        assert contrast_of(colors.text, ground) >= 7
        assert contrast_of(colors.muted, ground) >= 4.5
    assert contrast_of(colors.invalid, colors.background) >= 3


def test_the_dark_steps_stand_out_from_the_dark_page(contrast_of):
    assert all(contrast_of(color, DARK.background) >= 4 for color in DARK.steps)


def test_the_stylesheet_exchanges_every_colour():
    assert len(set(LIGHT.colors())) == len(LIGHT.colors()) == len(DARK.colors())
    css = stylesheet()
    for light, dark in zip(LIGHT.colors(), DARK.colors(), strict=True):
        assert f'[fill="{light}"]{{fill:{dark}}}' in css
        assert f'[stroke="{light}"]{{stroke:{dark}}}' in css


def test_the_states_of_a_gradient_differ():
    states = [
        magnitude(None),
        magnitude(0.0),
        magnitude(1e-300),
        magnitude(float("inf")),
        magnitude(1.0, stale=True),
    ]
    assert [state.state for state in states] == ["missing", "zero", "known", "invalid", "stale"]


@pytest.mark.parametrize(
    ("size", "word"),
    [
        (1e-5, "vanishing"),
        (1e-3, "vanishing"),
        (1.1e-3, "weakening"),
        (0.1, "weakening"),
        (0.11, "healthy"),
        (9.9, "healthy"),
        (10.0, "growing"),
        (69.9, "growing"),
        (70.0, "exploding"),
        (1e4, "exploding"),
    ],
)
def test_the_words_of_the_thresholds(size, word):
    assert word in WORDS
    assert STEPS[magnitude(size).step] == word
    assert STEPS[magnitude(size * 0.002, reference=0.002).step] == word


def test_the_width_grows_with_the_gradient():
    widths = [width(magnitude(10.0**r)) for r in range(-8, 4)]
    assert widths == sorted(widths) and (widths[0], widths[-1]) == (0.75, 6)


def test_an_unknown_theme_is_refused():
    with pytest.raises(ValueError, match="'light', 'dark' or 'auto'"):
        theme("sepia")


def test_verdicts_have_the_look_of_their_step():
    assert set(STEPS) == set(WORDS) - {"nan", "dead"} and len(STEPS) == len(RANGES) == 7
    for word in set(STEPS):
        assert STEPS[look_of(word).step] == word
    steps = [look_of(word).step for word in ("vanishing", "exploding")]
    assert steps == [1, 5]  # the milder ones
    assert (look_of("dead").state, look_of("nan").state) == ("zero", "invalid")
