"""Names that load when they are first used, so that `import tinygrad_edu` stays quick.

A first lesson needs few of the names that torch has. The others are listed here beside the module
that has them, and asking for one loads it: `torch.cumsum`, `x.cumsum`. An operation of such a
module enters the table when the module is loaded; `load_all` loads every one.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from tinygrad_edu.in_place_methods import FUNCTIONS as IN_PLACE
from tinygrad_edu.ops.operation import TABLE, Composite, Operation

BOTH = {
    "ops.arranging": "adjoint broadcast_to diagonal moveaxis movedim narrow ravel select swapaxes "
    "swapdims unflatten",
    "ops.joining": "kron",
    "ops.matrices": "cholesky det inverse logdet slogdet",
    "ops.decompositions": "pinverse qr svd",
    "ops.chains": "matrix_power",
    "ops.products": "addbmm addmm addmv addr baddbmm cross dist ger inner vdot",
    "ops.repeating": "diag diag_embed diagflat flip fliplr flipud repeat_interleave roll rot90 "
    "tile tril triu",
    "ops.splitting": "chunk dsplit hsplit split split_with_sizes tensor_split unbind vsplit",
    "plain.draws": "bernoulli multinomial",
    "plain.sorting": "argsort unique unique_consecutive",
    "plain.whole": "gcd lcm",
    "plain.counting": "argwhere bincount count_nonzero histc histogram nonzero",
    "ops.masking": "masked_fill masked_scatter masked_select",
    "ops.scattering": "diagonal_scatter index_add index_copy index_fill index_reduce scatter "
    "scatter_add scatter_reduce select_scatter slice_scatter",
    "ops.taking": "index_put put take take_along_dim",
    "ops.statistics": "corrcoef cov nanmean nansum",
    "ops.quantiles": "quantile nanquantile",
    "ops.sorting": "sort msort topk kthvalue median nanmedian mode aminmax",
    "ops.scans": "cumsum cumprod cummax cummin logcumsumexp diff",
    "ops.rounding": "ceil fix floor floor_divide fmod frac remainder round trunc",
    "ops.hyperbolic": "acosh arccosh arcsinh arctanh asinh atanh cosh sinh",
    "ops.angles": "acos arccos arcsin arctan arctan2 asin atan atan2 deg2rad hypot rad2deg sinc",
    "ops.logarithms": "exp2 ldexp log10 log2 logaddexp logaddexp2 logit",
    "ops.blends": "addcdiv addcmul float_power lerp",
    "ops.bounds": "clamp_max clamp_min fmax fmin nan_to_num",
    "ops.signs": "copysign heaviside nextafter positive sgn",
    "ops.tails": "erfc erfinv",
    "ops.gamma": "digamma lgamma polygamma",
    "ops.units": "hardshrink",
    "plain.logic": "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift "
    "bitwise_xor isclose isneginf isposinf isreal logical_and logical_not logical_or logical_xor "
    "signbit",
    "ops.softmax": "softmax log_softmax logsumexp",
}
"""Functions of the torch namespace that are methods of tensors as well, by module."""

FUNCTIONS = {
    "nn.functional": "avg_pool1d conv1d conv2d max_pool1d max_pool2d",
    "ops.arranging": "atleast_1d atleast_2d atleast_3d",
    "ops.einsum": "einsum",
    "ops.integrals": "cumulative_trapezoid trapezoid trapz",
    "plain.whole": "unravel_index",
    "ops.chains": "chain_matmul",
    "ops.products": "cdist tensordot",
    "ops.joining": "block_diag broadcast_shapes broadcast_tensors cartesian_prod column_stack "
    "combinations concatenate dstack hstack meshgrid row_stack vander vstack",
    "drawing": "randint_like",
    "legacy": "BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor IntTensor LongTensor "
    "ShortTensor",
    "making": "asarray logspace scalar_tensor",
    "number_types": "can_cast finfo iinfo is_complex is_floating_point is_nonzero is_storage "
    "promote_types result_type",
    "settings": "are_deterministic_algorithms_enabled get_default_device get_rng_state "
    "is_deterministic_algorithms_warn_only_enabled set_default_device set_rng_state "
    "use_deterministic_algorithms",
    "in_place_methods": " ".join(f"{name}_" for name in IN_PLACE.split()),
    "plain.logic": "isin",
    "ops.statistics": "std_mean var_mean",
    "plain.draws": "normal poisson",
    "plain.sorting": "bucketize searchsorted",
    "plain.indices": "tril_indices triu_indices",
    "nn.functional.distances": "cosine_similarity pairwise_distance",
    "ops.blends": "rsub",
    "ops.units": "celu threshold",
    "nn.functional.in_place": "celu_ selu_ threshold_",
    "printing": "set_printoptions",
    "pytorch": "from_torch to_torch",
    "saving": "load save",
    "compiling": "compile",
}
"""What only the torch namespace has."""

METHODS: dict[str, str] = {
    "making": "expand_as new_empty new_full new_ones new_tensor new_zeros reshape_as sum_to_size "
    "view_as",
    "filling": "bernoulli_ cauchy_ exponential_ fill_diagonal_ geometric_ log_normal_ normal_ "
    "random_ uniform_",
    "ops.arranging": "unfold",
    "ops.blends": "float_power_",
    "ops.products": "trace",
    "ops.repeating": "repeat",
    "reshaping_in_place": "detach_ squeeze_ swapaxes_ swapdims_ t_ transpose_ unsqueeze_",
}
"""What only tensors have."""

ON_VALUES: dict[str, str] = {
    "ops.bounds": "clamp_max clamp_min fmax fmin nan_to_num",
    "ops.signs": "copysign",
    "ops.units": "hardshrink",
    "ops.rounding": "ceil floor fmod frac remainder round trunc",
    "ops.hyperbolic": "acosh asinh atanh cosh sinh",
    "ops.logarithms": "exp2 ldexp log10 log2 logaddexp logaddexp2 logit",
    "ops.angles": "acos asin atan atan2 deg2rad hypot rad2deg sinc",
}
"""What `Value` has too: entries of the table that compute on a float."""

UNNAMED = (
    "ops.class_losses", "ops.convolution", "ops.embedding", "ops.normalization", "ops.padding",
    "ops.pooling", "ops.spectra",
)  # fmt: skip
"""Chapters of the table without a name in the torch namespace: layers use them."""


def _homes(*tables: dict[str, str]) -> dict[str, str]:
    """Return the module of each name."""
    return {
        name: home for table in tables for home, names in table.items() for name in names.split()
    }


FUNCTION_HOMES = _homes(BOTH, FUNCTIONS)
METHOD_HOMES = _homes(BOTH, METHODS)
VALUE_HOMES = _homes(ON_VALUES)


def load(home: str, name: str) -> Any:
    """Load a module of this package and return what it has under this name.

    An operation comes as a plain function, so that it can be a method and `help` shows it.
    """
    module = import_module(f"tinygrad_edu.{home}")
    found = getattr(module, name, None) or TABLE[name]
    return as_function(found) if isinstance(found, (Operation, Composite)) else found


def load_all() -> dict[str, Operation | Composite]:
    """Load every module that is named here; return the table, which is complete then."""
    for home in (*BOTH, *FUNCTIONS, *METHODS, *ON_VALUES, *UNNAMED):
        import_module(f"tinygrad_edu.{home}")
    return TABLE


def as_function(op: Operation | Composite) -> Callable[..., Any]:
    """Make the plain function of an operation, which it has as `.op`."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return op(*args, **kwargs)

    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = op.__doc__
    function.op = op  # type: ignore[attr-defined]
    return function


def attach_methods(cls: type, homes: dict[str, str]) -> None:
    """Give a class methods that load when they are first called, and then take their place."""
    for name, home in homes.items():
        if name not in cls.__dict__:
            setattr(cls, name, _method(cls, name, home))


def _method(cls: type, name: str, home: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = load(home, name)
        setattr(cls, name, found)
        return found(self, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"See `torch.{name}`."
    return method
