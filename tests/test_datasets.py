"""The data that ships with the package: its numbers and types, and that no caller can spoil it."""

import time

import numpy as np
import pytest

from tinygrad_edu.datasets import Digits, digits

ZERO = [  # the first image, in the source's counts of 0 to 16
    [0, 0, 5, 13, 9, 1, 0, 0],
    [0, 0, 13, 15, 10, 15, 5, 0],
    [0, 3, 15, 2, 0, 11, 8, 0],
    [0, 4, 12, 0, 0, 8, 8, 0],
    [0, 5, 8, 0, 0, 9, 8, 0],
    [0, 4, 11, 0, 1, 12, 7, 0],
    [0, 2, 14, 5, 10, 12, 0, 0],
    [0, 0, 6, 13, 10, 0, 0, 0],
]
SECOND_IMAGE_FIRST_ROWS = [0, 0, 0, 12, 13, 5, 0, 0, 0, 0, 0, 11, 16, 9, 0, 0]


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def test_shapes_and_types(data):
    images, labels = data
    assert (images.shape, images.dtype) == ((1797, 64), np.float32)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert images.flags.c_contiguous


def test_every_digit_occurs_as_often_as_in_the_source(data):
    assert np.bincount(data.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_first_rows(data):
    assert (data.images[0].reshape(8, 8) * 16).tolist() == ZERO
    assert (data.images[1, :16] * 16).tolist() == SECOND_IMAGE_FIRST_ROWS
    assert data.labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert data.labels[-5:].tolist() == [9, 0, 8, 9, 8]


def test_pixels_are_sixteenths_from_0_to_1_and_sum_up(data):
    counts = data.images * 16
    assert np.array_equal(counts, np.round(counts))
    assert (data.images.min(), data.images.max()) == (0.0, 1.0)
    assert counts.sum(dtype=np.float64) == 561718


def test_each_caller_gets_arrays_of_its_own(data):
    mine = digits()
    mine.images[:] = -1
    mine.labels[:] = -1
    again = digits()
    assert np.array_equal(again.images, data.images)
    assert np.array_equal(again.labels, data.labels)


def test_loading_takes_less_than_a_tenth_of_a_second():
    start = time.perf_counter()
    digits()
    assert time.perf_counter() - start < 0.1
