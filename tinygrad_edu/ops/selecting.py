"""Which of equal elements torch picks: the steps of the C++ library that it selects with.

`topk`, `median` and `kthvalue` promise nothing about equal elements, but what they return is no
chance: it follows from the order in which their algorithms compare and swap. Where elements are
equal these functions take the same steps, on ranks: equal elements have equal ranks. They return
the places of the elements, arranged.

The names are libstdc++'s: `std::nth_element` is introselect, `std::sort` introsort, which for 16
elements or fewer is insertion sort; `std::partial_sort` keeps a heap of the best.
"""

from __future__ import annotations

from collections.abc import Sequence

Ranks = Sequence[int]


def nth_element(ranks: Ranks, nth: int) -> list[int]:
    """Arrange so that the element at `nth` is the one that sorting would put there."""
    places = list(range(len(ranks)))
    first, last, depth = 0, len(places), _depth(len(places))
    while last - first > 3:
        if not depth:
            _heap_select(ranks, places, first, nth + 1, last)
            _swap(places, first, nth)
            return places
        depth -= 1
        cut = _partition(ranks, places, first, last)
        first, last = (cut, last) if cut <= nth else (first, cut)
    _insertion_sort(ranks, places, first, last)
    return places


def sort(ranks: Ranks, places: list[int], end: int) -> None:
    """Sort the first `end` places in place."""
    parts = [(0, end, _depth(end))]
    while parts:
        first, last, depth = parts.pop()
        while last - first > 16:
            if not depth:
                _heap_select(ranks, places, first, last, last)
                _sort_heap(ranks, places, first, last)
                break
            depth -= 1
            cut = _partition(ranks, places, first, last)
            parts.append((cut, last, depth))  # which part comes first makes no difference
            last = cut
    _insertion_sort(ranks, places, 0, end)


def partial_sort(ranks: Ranks, count: int) -> list[int]:
    """Arrange so that the first `count` are the least, in order."""
    places = list(range(len(ranks)))
    _heap_select(ranks, places, 0, count, len(places))
    _sort_heap(ranks, places, 0, count)
    return places


def quick_select(ranks: Ranks, k: int) -> list[int]:
    """Arrange so that the element at k is the one that sorting would put there: torch's own way."""
    places = list(range(len(ranks)))
    left, right = 0, len(places) - 1
    while right > left:
        if right == left + 1:
            _swap_if_greater(ranks, places, left, right)
            break
        _swap(places, left + (right - left) // 2, left + 1)
        _swap_if_greater(ranks, places, left + 1, right)
        _swap_if_greater(ranks, places, left, right)
        _swap_if_greater(ranks, places, left + 1, left)
        i, j, pivot = left + 1, right, ranks[places[left]]
        while True:
            i, j = i + 1, j - 1
            while pivot > ranks[places[i]]:
                i += 1
            while ranks[places[j]] > pivot:
                j -= 1
            if j < i:
                break
            _swap(places, i, j)
        _swap(places, left, j)
        left, right = i if j <= k else left, j - 1 if j >= k else right
    return places


def _depth(n: int) -> int:
    """Return after how many partitions of n elements a heap takes over: 2 · ⌊log₂ n⌋."""
    return 2 * (n.bit_length() - 1)


def _swap(places: list[int], i: int, j: int) -> None:
    places[i], places[j] = places[j], places[i]


def _swap_if_greater(ranks: Ranks, places: list[int], i: int, j: int) -> None:
    if ranks[places[i]] > ranks[places[j]]:
        _swap(places, i, j)


def _partition(ranks: Ranks, places: list[int], first: int, last: int) -> int:
    """Put what is less than a median of three before what is greater; return where that begins."""
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    ra, rb, rc = (ranks[places[i]] for i in (a, b, c))
    if ra < rb:
        median = b if rb < rc else c if ra < rc else a
    else:
        median = a if ra < rc else c if rb < rc else b
    _swap(places, first, median)
    pivot, first = ranks[places[first]], first + 1
    while True:
        while ranks[places[first]] < pivot:
            first += 1
        last -= 1
        while pivot < ranks[places[last]]:
            last -= 1
        if first >= last:
            return first
        _swap(places, first, last)
        first += 1


def _insertion_sort(ranks: Ranks, places: list[int], first: int, last: int) -> None:
    """Sort few elements, or elements near their places; equal ones keep their order."""
    for i in range(first + 1, last):
        place = places[i]
        rank, j = ranks[place], i
        while j > first and rank < ranks[places[j - 1]]:
            places[j] = places[j - 1]
            j -= 1
        places[j] = place


def _heap_select(ranks: Ranks, places: list[int], first: int, middle: int, last: int) -> None:
    """Gather the least elements before `middle`, as a heap: the greatest of them first."""
    size = middle - first
    for parent in range((size - 2) // 2, -1, -1):
        _sift(ranks, places, first, parent, size, places[first + parent])
    for i in range(middle, last):
        if ranks[places[i]] < ranks[places[first]]:
            place, places[i] = places[i], places[first]
            _sift(ranks, places, first, 0, size, place)


def _sort_heap(ranks: Ranks, places: list[int], first: int, last: int) -> None:
    for end in range(last - 1, first, -1):
        place, places[end] = places[end], places[first]
        _sift(ranks, places, first, 0, end - first, place)


def _sift(ranks: Ranks, places: list[int], first: int, hole: int, size: int, place: int) -> None:
    """Let a hole sink in a heap along the greater children, and `place` rise from there."""
    top, child = hole, 2 * hole + 2
    while child < size:
        if ranks[places[first + child]] < ranks[places[first + child - 1]]:
            child -= 1
        places[first + hole] = places[first + child]
        hole, child = child, 2 * child + 2
    if child == size:
        places[first + hole] = places[first + child - 1]
        hole = child - 1
    parent = (hole - 1) // 2
    while hole > top and ranks[places[first + parent]] < ranks[place]:
        places[first + hole] = places[first + parent]
        hole, parent = parent, (parent - 1) // 2
    places[first + hole] = place
