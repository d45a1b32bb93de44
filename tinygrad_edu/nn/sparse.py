"""Embedding: a table of vectors that are trained, looked up by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tinygrad_edu import creation
from tinygrad_edu.nn import functional, init
from tinygrad_edu.nn.functional.embedding import check_options, row_of_padding
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter

if TYPE_CHECKING:
    from typing_extensions import Self


class Embedding(Module):
    """A vector for each of a number of words (torch.nn.Embedding).

    Args:
        num_embeddings: how many words there are.
        embedding_dim: how many numbers stand for one.
        padding_idx: a word that stands for nothing: its vector starts as zeros and gets no
            gradient; negative from the end.
        max_norm: not there.
        norm_type: not there.
        scale_grad_by_freq: not there.
        sparse: not there.
        device: the CPU, if anything.
        dtype: of the weight.

    Attributes:
        weight: shape (num_embeddings, embedding_dim), drawn from the normal distribution.

    Raises:
        AssertionError: for a padding_idx that there is not.
        IndexError: when called with a number that is no word's.
        NotImplementedError: for the options that are not there.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> words = torch.nn.Embedding(3, 2, padding_idx=0)
    >>> words
    Embedding(3, 2, padding_idx=0)
    >>> words(torch.tensor([0, 2]))
    tensor([[ 0.0000,  0.0000],
            [-1.0845, -1.3986]], grad_fn=<EmbeddingBackward0>)
    """

    weight: Any

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Any = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_options(max_norm, norm_type, scale_grad_by_freq, sparse)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = row_of_padding(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            empty = creation.empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.weight = Parameter(empty, requires_grad=not _freeze)
            self.reset_parameters()
            return
        if tuple(_weight.shape) != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim: "
                f"{list(_weight.shape)}, but expected {[num_embeddings, embedding_dim]}"
            )
        self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        """Draw the vectors anew, and set that of the padding to zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0
            self.weight._changed()

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Make an embedding of vectors that are there already, whose memory it shares.

        Args:
            embeddings: shape (num_embeddings, embedding_dim).
            freeze: whether they stay as they are instead of being trained.
            padding_idx: the word that stands for nothing; its vector is not set to zeros.
            max_norm: not there.
            norm_type: not there.
            scale_grad_by_freq: not there.
            sparse: not there.

        Raises:
            AssertionError: if `embeddings` does not have 2 dims.

        >>> import tinygrad_edu as torch
        >>> words = torch.nn.Embedding.from_pretrained(torch.tensor([[1.0, 2.3], [4.0, 5.1]]))
        >>> words(torch.tensor(1)), words.weight.requires_grad
        (tensor([4.0000, 5.1000]), False)
        """
        if embeddings.dim() != 2:
            raise AssertionError(
                "Embeddings parameter is expected to be 2-dimensional, but its shape is "
                f"{list(embeddings.shape)}"
            )
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def forward(self, input: Any) -> Any:
        """Look up integers of any shape: (…) to (…, embedding_dim)."""
        return functional.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        """Return the sizes, and the padding where there is one."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
