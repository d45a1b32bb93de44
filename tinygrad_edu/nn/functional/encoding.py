"""Class numbers as rows of zeros and ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import remember
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.ops.indexing import _index_array
from tinygrad_edu.tensor import Tensor


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Turn class numbers into rows with a 1 at the class.

    Args:
        tensor: int64, any shape.
        num_classes: how many classes there are; −1 for the largest in `tensor` and one.

    Returns:
        int64, shape (…, num_classes).

    Raises:
        RuntimeError: for a class that is negative or too large.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    index = _index_array("one_hot", tensor)
    if index.size and index.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    num_classes = integer("one_hot", "num_classes", num_classes)
    if index.size and num_classes < -1:
        raise RuntimeError("Class values must be smaller than num_classes.")
    if not index.size and num_classes < 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    count = num_classes if num_classes >= 0 else int(index.max()) + 1
    if index.size and index.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")

    def rows(array: Any) -> Any:
        return np.eye(count, dtype=np.int64)[array]

    return remember(Tensor._wrap(rows(index)), rows, (tensor,))
