"""What is said when a name is asked for that this library does not have."""

from __future__ import annotations

from typing import Any, NoReturn

_METHODS = """
    angle apply_ as_strided as_strided_ as_strided_scatter as_subclass ccol_indices cdouble cfloat
    chalf cholesky_inverse cholesky_solve coalesce col_indices conj conj_physical conj_physical_
    const_data_ptr crow_indices dense_dim dequantize dim_order eig frexp geqrf grad_dtype
    hash_tensor i0 i0_ igamma igamma_ igammac igammac_ imag index indices int_repr ipu is_coalesced
    is_conj is_distributed is_inference is_ipu is_maia is_mkldnn is_mtia is_neg is_nested is_pinned
    is_set_to is_shared is_sparse_csr is_vulkan is_xla istft layout lstsq lu lu_solve map2_ map_
    matrix_exp module_load mtia mvlgamma mvlgamma_ narrow_copy new new_empty_strided nonzero_static
    orgqr ormqr pin_memory q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale
    q_zero_point qscheme real record_stream register_post_accumulate_grad_hook reinforce renorm
    renorm_ resize resize_ resize_as resize_as_ resize_as_sparse_ resolve_conj resolve_neg
    row_indices set_ share_memory_ slice_inverse smm solve sparse_dim sparse_mask sparse_resize_
    sparse_resize_and_clear_ sspaddmm stft storage storage_type symeig to_dense to_mkldnn
    to_padded_tensor to_sparse to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr
    triangular_solve unsafe_chunk unsafe_split unsafe_split_with_sizes untyped_storage values
    volatile xpu
"""
"""What torch's tensors have, and these have not."""


def missing(module: str, name: str) -> AttributeError:
    """Make the error that names what is missing and says where to read what is here instead.

    >>> missing("tinygrad_edu.nn", "Transformer")  # doctest: +ELLIPSIS
    AttributeError("module 'tinygrad_edu.nn' has no attribute 'Transformer': it is not in this ...
    """
    return AttributeError(
        f"module {module!r} has no attribute {name!r}: it is not in this library, or not in torch "
        "either; docs/what-is-here.md lists torch's names that are here"
    )


class MissingMethod:
    """Stands on a class for a method that torch has and this library has not.

    A `__getattr__` would say the same, but it makes every attribute of a tensor slower, by 15 %.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, tensor: Any, cls: type) -> NoReturn:
        raise AttributeError(
            f"{cls.__name__!r} object has no attribute {self.name!r}: torch has it, this library "
            "has not; docs/what-is-here.md lists torch's names that are here"
        )


def attach_missing(cls: type) -> None:
    """Let a class say of each method of torch's that it lacks that it is not here."""
    for name in _METHODS.split():
        if not hasattr(cls, name):
            setattr(cls, name, MissingMethod(name))
