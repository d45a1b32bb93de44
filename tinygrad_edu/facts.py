"""What can be asked of a tensor: its shape, dtype and device, and how it lies in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.device import device
from tinygrad_edu.ops import shapes
from tinygrad_edu.size import Size

_CPU = device("cpu")


class Facts:
    """The facts about tensors."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray[Any, Any]

        def __bool__(self) -> bool: ...

    # --- what it holds ---------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The size of each dim."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The number type."""
        return dtypes.of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return self.array.ndim

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the size of one dim."""
        return self.shape if dim is None else self.shape[shapes.normalize_dim(dim, self.ndim)]

    def dim(self) -> int:
        """Return the number of dims."""
        return self.array.ndim

    ndimension = dim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    nelement = numel

    def is_floating_point(self) -> bool:
        """Tell whether the dtype is a floating one."""
        return bool(self.array.dtype.kind == "f")

    def is_complex(self) -> bool:
        """Tell whether the numbers have an imaginary part: never here."""
        return False

    def is_signed(self) -> bool:
        """Tell whether the dtype has negative numbers."""
        return self.array.dtype.kind in "fi"

    def is_nonzero(self) -> bool:
        """Tell whether the only number is not 0."""
        return bool(self)

    def is_same_size(self, other: Any) -> bool:
        """Tell whether another tensor has the same shape."""
        return bool(self.array.shape == other.array.shape)

    # --- where it is -----------------------------------------------------------------------------

    @property
    def device(self) -> Any:
        """Where the tensor is: on the CPU, as all are here."""
        return _CPU

    is_cpu = True
    is_cuda = is_mps = is_xpu = is_meta = is_sparse = is_quantized = False
    output_nr = 0

    def get_device(self) -> int:
        """Return the number of the device: −1 for the CPU."""
        return -1

    # --- how it lies in memory -------------------------------------------------------------------

    @property
    def itemsize(self) -> int:
        """Bytes per number."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all numbers together."""
        return self.array.nbytes

    def element_size(self) -> int:
        """Return the bytes per number."""
        return self.array.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """Return how many elements in memory lie between neighbours of each dim, or of one.

        >>> import tinygrad_edu as torch
        >>> torch.ones(2, 3).stride(), torch.ones(2, 3).t().stride(), torch.ones(2, 3).stride(0)
        ((3, 1), (1, 3), 3)
        """
        array = self.array
        if dim is not None and not array.ndim:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        strides = tuple(n // array.itemsize for n in array.strides)
        if array.flags.c_contiguous:  # where a size is 0 or 1, numpy does as it likes
            sizes = [max(n, 1) for n in array.shape]
            strides = tuple(int(np.prod(sizes[i + 1 :], dtype=int)) for i in range(array.ndim))
        return strides if dim is None else strides[shapes.normalize_dim(dim, array.ndim)]

    def storage_offset(self) -> int:
        """Return at which element of the memory that it shares with others the tensor begins."""
        owner = self.array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        return (self.data_ptr() - int(owner.ctypes.data)) // self.array.itemsize

    def data_ptr(self) -> int:
        """Return the address of the first element in memory."""
        return int(self.array.ctypes.data)

    def is_contiguous(self) -> bool:
        """Tell whether the elements lie in memory in row order, without gaps."""
        return self.array.flags.c_contiguous

    def contiguous(self) -> Any:
        """Return the tensor, copied if its elements do not lie in memory in row order."""
        if self.is_contiguous():
            return self
        from tinygrad_edu.ops.arranging import contiguous

        return contiguous(self)
