"""What is said when a name is asked for that this library does not have."""

from __future__ import annotations


def missing(module: str, name: str) -> AttributeError:
    """Make the error that names what is missing and says where to read what is here instead.

    >>> missing("tinygrad_edu.nn", "Transformer")  # doctest: +ELLIPSIS
    AttributeError("module 'tinygrad_edu.nn' has no attribute 'Transformer': it is not in this ...
    """
    return AttributeError(
        f"module {module!r} has no attribute {name!r}: it is not in this library, or not in torch "
        "either; docs/what-is-here.md lists torch's names that are here"
    )
