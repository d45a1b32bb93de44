"""Counts, histograms, and the places of what is not 0: what holds without torch."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import few, shapes

import tinygrad_edu as torch


@given(shapes.flatmap(lambda shape: hnp.arrays(bool, shape)))
@few
def test_places_are_those_that_hold(mask: np.ndarray) -> None:
    x = torch.tensor(mask)
    assert torch.argwhere(x).tolist() == torch.nonzero(x).tolist() == np.argwhere(mask).tolist()
    assert torch.count_nonzero(x).item() == mask.sum()
    places = torch.where(x)
    assert len(places) == max(mask.ndim, 1)
    if mask.ndim:
        assert x[places].tolist() == [True] * int(mask.sum())


@given(st.lists(st.integers(0, 9), max_size=30))
@few
def test_bins_hold_as_many_as_occur(numbers: list[int]) -> None:
    x = torch.tensor(numbers, dtype=torch.int64)
    assert torch.bincount(x, minlength=10).tolist() == [numbers.count(n) for n in range(10)]
    weights = torch.tensor([n / 2 for n in numbers])
    sums = torch.bincount(x, weights, minlength=10).tolist()
    assert sums == [numbers.count(n) * n / 2 for n in range(10)]


def test_the_last_bin_has_its_right_edge_and_nans_are_in_none() -> None:
    x = torch.tensor([0.0, 1.0, 2.0, 2.0, math.nan, 7.0])
    assert torch.histc(x, 2, 0, 2).tolist() == [1.0, 3.0]
    counts, edges = torch.histogram(x, torch.tensor([0.0, 1.0, 2.0]))
    assert counts.tolist() == [1.0, 3.0] and edges.tolist() == [0.0, 1.0, 2.0]


def test_the_area_of_a_density_is_1() -> None:
    _ = torch.manual_seed(0)
    density, edges = torch.histogram(torch.randn(1000), 20, density=True)
    assert (density * edges.diff()).sum().item() == pytest.approx(1.0)


def test_errors_name_what_does_not_fit() -> None:
    with pytest.raises(RuntimeError, match=r"shape \[1, 2\]"):
        torch.bincount(torch.tensor([[1, 2]]))
    with pytest.raises(RuntimeError, match="got 0 for dimension 0"):
        torch.histc(torch.ones(2), 0)
    with pytest.raises(NotImplementedError, match="Long"):
        torch.histogram(torch.tensor([1, 2]), 2)
