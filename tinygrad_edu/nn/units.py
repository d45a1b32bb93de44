"""The activation functions beyond a first course, and measures of similarity, as modules."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class CELU(Module):
    """x where x > 0, else α (e^(x/α) − 1) (torch.nn.CELU).

    Args:
        alpha: how far below 0 it goes.
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.CELU(2.0)(torch.tensor([-1.0, 2.0]))
    tensor([-0.7869,  2.0000])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return α, and the other option if it is set."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class _InPlace(Module):
    """What the units have in common whose only option is to write into the input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class Mish(_InPlace):
    """x · tanh(softplus(x)) (torch.nn.Mish).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Mish()(torch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.mish(input, self.inplace)

    def extra_repr(self) -> str:
        """Return the option if it is set; the others with it do not show it, as in torch."""
        return "inplace=True" if self.inplace else ""


class Hardswish(_InPlace):
    """x · hardsigmoid(x) (torch.nn.Hardswish).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Hardswish()(torch.tensor([-1.0, 2.0]))
    tensor([-0.3333,  1.6667])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.hardswish(input, self.inplace)


class Hardsigmoid(_InPlace):
    """x/6 + 1/2, but at least 0 and at most 1 (torch.nn.Hardsigmoid).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Hardsigmoid()(torch.tensor([-4.0, 1.5]))
    tensor([0.0000, 0.7500])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.hardsigmoid(input, self.inplace)


class Hardshrink(Module):
    """0 where −λ ≤ x ≤ λ, else x (torch.nn.Hardshrink).

    Args:
        lambd: λ, within which nothing is left.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Hardshrink()(torch.tensor([0.25, 2.0]))
    tensor([0., 2.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return λ."""
        return f"{self.lambd}"


class Softshrink(Module):
    """x, brought nearer to 0 by λ; what is nearer than that becomes 0 (torch.nn.Softshrink).

    Args:
        lambd: λ, at least 0.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Softshrink()(torch.tensor([0.25, 2.0]))
    tensor([0.0000, 1.5000])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return λ."""
        return str(self.lambd)


class Tanhshrink(Module):
    """x − tanh(x) (torch.nn.Tanhshrink).

    >>> import tinygrad_edu as torch
    >>> torch.nn.Tanhshrink()(torch.tensor([-1.0, 2.0]))
    tensor([-0.2384,  1.0360])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.tanhshrink(input)


class Threshold(Module):
    """x where x is above a threshold, else a value (torch.nn.Threshold).

    Args:
        threshold: what x must be above to stay.
        value: what stands in its place otherwise.
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Threshold(1.0, -7.0)(torch.tensor([0.5, 2.0]))
    tensor([-7.,  2.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """Return both numbers, and the other option if it is set."""
        numbers = f"threshold={self.threshold}, value={self.value}"
        return numbers + (", inplace=True" if self.inplace else "")


class GLU(Module):
    """One half of the input, gated by the sigmoid of the other (torch.nn.GLU).

    Args:
        dim: the dim along which the input is halved.

    >>> import tinygrad_edu as torch
    >>> torch.nn.GLU()(torch.tensor([4.0, 6.0, 0.0, 50.0]))
    tensor([2., 6.])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Halve the input of any shape."""
        return functional.glu(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"


class Softmin(Module):
    """softmax(−x) along a dim: the smallest number has the largest share (torch.nn.Softmin).

    Args:
        dim: the dim along which they sum to 1.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Softmin(dim=0)(torch.tensor([1.0, 1.0, 5.0]))
    tensor([0.4955, 0.4955, 0.0091])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply it to each slice along the dim."""
        return functional.softmin(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"


class CosineSimilarity(Module):
    """The cosine of the angle between vectors (torch.nn.CosineSimilarity).

    Args:
        dim: the dim that the vectors lie along.
        eps: what a smaller length is replaced by.

    >>> import tinygrad_edu as torch
    >>> torch.nn.CosineSimilarity(dim=0)(torch.tensor([1.0, 1.0]), torch.tensor([2.0, 0.0]))
    tensor(0.7071)
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Any, x2: Any) -> Any:
        """Compare two tensors whose shapes are broadcast."""
        return functional.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The distance between vectors along the last dim (torch.nn.PairwiseDistance).

    Args:
        p: which norm.
        eps: added to each difference.
        keepdim: keep the last dim, with size 1.

    >>> import tinygrad_edu as torch
    >>> torch.nn.PairwiseDistance()(torch.zeros(2), torch.tensor([3.0, 4.0]))
    tensor(5.0000)
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        """Measure between two tensors whose shapes are broadcast."""
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
