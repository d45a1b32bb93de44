"""Calls that give each argument of what torch has written in Python: modules, optimizers, data.

Names, defaults and annotations of the arguments are read off torch's functions and classes; what is
tried for each follows from its name, or from the type of its default.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from arguments import VALUES, Argument, Form, Trial, calls_of, read

SIZES = ("1", "2", "3", "0", "-1", "0.5", "'a'", "(1,)", "(1, 2)", "(2, 1, 1)")

BY_NAME: dict[str, Sequence[str]] = {
    "_stacklevel": (),
    "_weight": ("x",),
    "_freeze": ("True", "False"),
    "affine": ("True", "False"),
    "alpha": ("2.0", "-1", "0.9", "'a'"),
    "approximate": ("'none'", "'tanh'", "'x'", "0"),
    "attn_mask": ("x > 0", "x", "None", "b", "1"),
    "base_momentum": ("0.5", "[0.5, 0.6]", "[0.5]"),
    "batch_first": ("True", "False"),
    "batch_sampler": ("[[0, 1], [2]]", "3"),
    "batch_size": ("1", "2", "7", "9", "0", "-1", "None", "1.5", "'a'"),
    "beta": ("2.0", "0", "-1.0", "'a'"),
    "betas": ("(0.5, 0.5)", "(1.0, 0.5)", "(0.5, -0.1)", "[0.1, 0.2]", "(0.5,)", "0.5"),
    "capturable": ("False", "True"),
    "collate_fn": ("None", "list", "len", "3"),
    "data": ("x", "X", "None", "1.0", "[1.0]"),
    "delta": ("2.0", "0", "-1.0", "'a'"),
    "device": ("'cpu'", "None", "'nowhere'"),
    "differentiable": ("False", "True"),
    "dim": ("0", "1", "-1", "2", "None", "0.5", "'a'"),
    "drop_last": ("True", "False"),
    "dropout": ("0.0", "0.5", "1.5", "-0.1", "'a'"),
    "dtype": ("torch.float64", "None", "torch.int64", "'float'"),
    "end_dim": ("0", "1", "2", "-2", "7", "'a'"),
    "eps": ("0.1", "0.0", "-1.0", "'a'"),
    "foreach": ("None", "False", "True"),
    "fused": ("None", "False", "True"),
    "generator": ("torch.Generator().manual_seed(3)", "None", "3"),
    "groups": ("1", "2", "0", "-1", "1.5", "'a'"),
    "hx": ("None", "x", "torch.zeros(2, 3)", "torch.ones(3, 2)", "1"),
    "ignore_index": ("0", "-100", "2", "0.5", "'a'"),
    "in_order": ("True", "False"),
    "indices": ("[0, 3]", "(1,)", "[]", "[9]", "range(3)"),
    "init": ("0.5", "0", "'a'"),
    "init_args": (),
    "label_smoothing": ("0.1", "0", "1.0", "1.5", "-0.1", "'a'"),
    "last_epoch": ("-1", "0", "3"),
    "lengths": ("[5, 2]", "[0.5, 0.5]", "[1, 1]", "[0.9, 0.2]", "[7, 0]", "3", "[-1, 8]"),
    "line_search_fn": ("None", "'strong_wolfe'", "'x'"),
    "lr": ("0.5", "0.0", "-0.1", "torch.tensor(0.1)", "'a'"),
    "lr_lambda": ("lambda n: 0.5**n", "[lambda n: 1, lambda n: 2]", "[lambda n: 1]", "3"),
    "max_eval": ("None", "2", "0"),
    "max_lr": ("0.5", "[0.5, 1.0]", "[0.5]", "'a'"),
    "max_momentum": ("0.99", "[0.9, 0.95]", "[0.5]"),
    "max_norm": ("None", "0.5"),
    "milestones": ("[2, 4]", "(1,)", "[]", "[4, 2, 2]", "3"),
    "min_lr": ("0.1", "[0.1, 0.2]", "[0.1]", "0"),
    "mode": ("'min'", "'max'", "'x'", "'constant'", "'reflect'", "'replicate'", "'circular'"),
    "momentum": ("0.9", "0.0", "-0.5", "None", "'a'"),
    "multiprocessing_context": ("None",),
    "nonlinearity": ("'tanh'", "'relu'", "'x'", "0"),
    "norm_type": ("2.0", "1.0"),
    "num_layers": ("1", "2", "0", "-1", "1.5", "'a'"),
    "num_samples": ("None", "3", "0", "-1", "1.5"),
    "num_workers": ("0", "-1", "1.5"),
    "out": ("None",),
    "output_size": ("1", "(1, 2)", "(None, 2)", "None", "0", "-1", "(1, 2, 3)", "'a'", "0.5"),
    "p": ("0.0", "0.3", "1.0", "1.5", "-0.1", "'a'", "3"),
    "pad": ("(1, 1)", "(0, 1, 1, 0)", "(-1, 0)", "1", "()", "(1,)", "(1.5, 1)", "'a'"),
    "padding": ("0", "1", "(1,)", "(1, 0)", "'same'", "'valid'", "'x'", "-1", "0.5"),
    "padding_idx": ("None", "0", "-1", "3", "-9", "'a'"),
    "padding_mode": ("'zeros'", "'reflect'", "'replicate'", "'circular'", "'x'", "0"),
    "params": ("[p]", "iter([p, q])", "p", "[]", "[1]", "[{'params': q, 'lr': 0.5}]", "{p}",
               "[p, p]", "[('a', p)]", "[{}]", "None", "[p * 2]"),
    "pct_start": ("0.5", "0.0", "1.5", "'a'"),
    "persistent_workers": ("False", "True"),
    "pin_memory": ("False",),
    "pin_memory_device": ("''",),
    "pos_weight": ("v", "z", "None", "2.0"),
    "prefetch_factor": ("None", "2"),
    "proj_size": ("0", "1", "2", "-1"),
    "reduce": ("None", "True", "False"),
    "reduction": ("'mean'", "'sum'", "'none'", "'batchmean'", "'x'", "0", "None"),
    "sampler": ("[3, 1]", "range(5)", "()", "3", "torch.utils.data.SequentialSampler(data)"),
    "schedulers": (
        "[torch.optim.lr_scheduler.StepLR(optimizer, 1), "
        "torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)]",
        "[torch.optim.lr_scheduler.StepLR(optimizer, 1)]", "[]", "3",
    ),
    "shuffle": ("True", "False", "None"),
    "size_average": ("None", "True", "False"),
    "start_dim": ("0", "1", "2", "-1", "7", "'a'"),
    "target": ("x", "y", "i", "v", "X", "b", "z", "1", "None"),
    "timeout": ("0", "-1", "1"),
    "threshold_mode": ("'rel'", "'abs'", "'x'"),
    "total_steps": ("None", "10", "0", "-1", "1.5", "3"),
    "unflattened_size": ("(1, 3)", "[3, 1]", "(3, -1)", "(2, 2)", "3", "()", "('a', 1)"),
    "value": ("None", "0", "2.5", "'a'"),
    "weight": ("None", "v", "x", "z", "i", "1.0"),
    "weight_decay": ("0.1", "0", "-0.1", "'a'"),
    "worker_init_fn": ("None",),
    **dict.fromkeys(("kernel_size", "stride", "dilation", "normalized_shape"), SIZES),
    **dict.fromkeys(
        ("in_features", "out_features", "num_features", "input_size", "hidden_size",
         "in_channels", "out_channels", "num_embeddings", "embedding_dim", "num_parameters",
         "history_size", "max_iter"),
        ("3", "2", "1", "0", "-1", "1.5", "'a'", "None"),
    ),
}  # fmt: skip
"""What is tried for arguments of a name."""


OLD = ("size_average", "_stacklevel")
"""Arguments that are deprecated, or torch's own."""


class PythonArgument(Argument):
    """An argument of a function or class that is written in Python."""

    __slots__ = ()

    @property
    def values(self) -> Sequence[str]:
        """What to try for it."""
        return BY_NAME.get(self.name, VALUES.get(self.type, ()))


def arguments_of(function: Any) -> list[Argument]:
    """Read the arguments off a function or class.

    Those that follow one which is deprecated are given by keyword only, as everybody does.
    """
    found: list[Argument] = []
    for p in inspect.signature(function).parameters.values():
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            behind = any(a.name in OLD for a in found) or p.name in OLD
            found.append(_argument(p)._replace(**({"by_keyword_only": True} if behind else {})))
    return found


def _argument(p: inspect.Parameter) -> Argument:
    required = p.default is p.empty
    kind = str(p.annotation) if required or p.default is None else type(p.default).__name__
    if "Tensor" in kind:
        kind = "Tensor"
    return PythonArgument(p.name, kind, required, p.kind is p.KEYWORD_ONLY, p.default)


def trials(torch: Any, form: Form, arguments: Sequence[Argument], base: str) -> Iterator[Trial]:
    """Give each argument in turn other values; `base` is a call that torch accepts."""
    given = read(base, arguments)
    assert given is not None, f"{base} does not fit {[a.name for a in arguments]}"
    return calls_of(torch, form, arguments, [given])
