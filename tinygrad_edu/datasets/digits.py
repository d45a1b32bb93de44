"""Handwritten digits: 1,797 real images, small enough to train on within a lesson.

They are the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak
(UCI Machine Learning Repository, CC BY 4.0). Batches, shuffling, splitting and tensors are left to
the caller.
"""

import gzip
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BRIGHTEST = 16  # a pixel counts the inked dots among 4 x 4 of the scanned form


class Digits(NamedTuple):
    """The images and what they show, in the order of the source.

    Attributes:
        images: Shape (1797, 64), float32: each row an image of 8 x 8 pixels, row after row, from
            0 (paper) to 1 (ink).
        labels: Shape (1797,), int64: the digit of each image, 0 to 9.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


def digits() -> Digits:
    """Load the handwritten digits; each call returns arrays of its own, free to be changed.

    Returns:
        `Digits(images, labels)`, of shapes (1797, 64) and (1797,).

    Example:
        >>> images, labels = digits()
        >>> images.shape, images.dtype, labels[:10].tolist()
        ((1797, 64), dtype('float32'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        >>> for row in images[0].reshape(8, 8):
        ...     print("".join(" .:oO#@"[int(6 * pixel)] for pixel in row).rstrip())
          .Oo
          O#o#.
         .#  Oo
         .O  oo
         .o  oo
         .O  O:
          #.oO
          :Oo
    """
    packed = (files("tinygrad_edu.datasets") / "digits.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    table = np.loadtxt(lines, dtype=np.uint8, delimiter=",")
    images, labels = table[:, :-1], table[:, -1]
    return Digits(images.astype(np.float32) / np.float32(BRIGHTEST), labels.astype(np.int64))
