"""Order, what is unique, and where numbers belong: what holds without torch."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

import tinygrad_edu as torch
from tinygrad_edu.ops import selecting

small = st.lists(st.integers(0, 5), min_size=1, max_size=80)


@given(small, st.booleans())
@few
def test_sorting_keeps_the_order_of_equal_elements(numbers: list[int], descending: bool) -> None:
    values, places = torch.tensor(numbers).sort(descending=descending)
    expected = sorted(enumerate(numbers), key=lambda pair: -pair[1] if descending else pair[1])
    assert list(zip(places.tolist(), values.tolist(), strict=True)) == expected
    assert torch.argsort(torch.tensor(numbers), descending=descending).tolist() == places.tolist()


@given(small, st.data())
@few
def test_selecting_puts_elements_where_sorting_would(
    numbers: list[int], data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, len(numbers) - 1))
    ordered = sorted(numbers)
    for places in (selecting.nth_element(numbers, k), selecting.quick_select(numbers, k)):
        found = [numbers[place] for place in places]
        assert sorted(places) == list(range(len(numbers)))
        assert found[k] == ordered[k]
        assert max(found[: k + 1]) == ordered[k] == min(found[k:])
    places = selecting.partial_sort(numbers, k)
    assert [numbers[place] for place in places[:k]] == ordered[:k]
    places = list(range(len(numbers)))
    selecting.sort(numbers, places, len(numbers))
    assert [numbers[place] for place in places] == ordered


def test_a_heap_takes_over_where_partitions_do_not_help() -> None:
    n = 200  # the worst case of a median of three: each partition splits off two elements
    worst = [i + 1 if i % 2 else n // 2 + i + 1 for i in range(n // 2)] + list(range(2, n + 2, 2))
    for nth in (0, 50, 199):
        places = selecting.nth_element(worst, nth)
        assert worst[places[nth]] == sorted(worst)[nth]
    places = list(range(n))
    selecting.sort(worst, places, n)
    assert [worst[place] for place in places] == sorted(worst)


@given(small)
@few
def test_unique_and_its_inverse_give_the_numbers_back(numbers: list[int]) -> None:
    x = torch.tensor(numbers)
    for function in (torch.unique, torch.unique_consecutive):
        values, inverse, counts = function(x, return_inverse=True, return_counts=True)
        assert values[inverse].tolist() == numbers
        assert sum(counts.tolist()) == len(numbers)
    assert torch.unique(x).tolist() == sorted(set(numbers))


def test_unique_slices_along_a_dim() -> None:
    x = torch.tensor([[1, 2, 1], [0, 5, 0]])
    columns, inverse = torch.unique(x, dim=1, return_inverse=True)
    assert columns.tolist() == [[1, 2], [0, 5]]
    assert inverse.tolist() == [0, 1, 0]


@given(small, st.lists(st.floats(-1, 6), max_size=5), st.booleans())
@few
def test_searching_finds_where_numpy_would_insert(
    numbers: list[int], wanted: list[float], right: bool
) -> None:
    boundaries = sorted(map(float, numbers))
    found = torch.searchsorted(torch.tensor(boundaries), torch.tensor(wanted), right=right)
    values = np.array(wanted, np.float32)
    side = "right" if right else "left"
    assert found.tolist() == np.searchsorted(np.float32(boundaries), values, side).tolist()
    rows = torch.searchsorted(
        torch.tensor([boundaries, boundaries]), torch.tensor([wanted, wanted]), right=right
    )
    assert rows.tolist() == [found.tolist()] * 2


def test_errors_name_what_does_not_fit() -> None:
    with pytest.raises(RuntimeError, match=r"\[2, 2\] and \[3\]"):
        torch.searchsorted(torch.zeros(2, 2), torch.zeros(3))
    with pytest.raises(RuntimeError, match=r"along dim 1 of shape \[0, 3\]"):
        torch.unique(torch.zeros(0, 3), dim=1)


def test_named_results_print_as_torch_prints_them() -> None:
    found = torch.tensor([1.0, 3.0, 3.0]).topk(1)
    assert repr(found) == "torch.return_types.topk(\nvalues=tensor([3.]),\nindices=tensor([1]))"
    assert type(found).__name__ == "topk" and found.values is found[0]


def test_the_median_of_a_row_with_a_nan_is_nan() -> None:
    x = torch.tensor([[1.0, math.nan, 0.0], [2.0, 1.0, 3.0]])
    assert torch.median(x, 1).indices.tolist() == [1, 0]
    assert torch.nanmedian(x, 1).values.tolist() == [0.0, 2.0]


def test_sorting_works_on_arrays_of_values() -> None:
    values = np.array([torch.Value(x) for x in (2.0, 5.0, 1.0)])
    ordered, places = torch.sort(values)
    assert places.tolist() == [2, 0, 1]
    (ordered * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert [x.grad for x in values] == [10.0, 100.0, 1.0]
