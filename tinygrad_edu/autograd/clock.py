"""The clock of changes in place, by which graphs tell what was changed after it was recorded."""

from __future__ import annotations


class Clock:
    """Counts the in-place changes of all tensors, to tell what changed after it was recorded."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0


clock = Clock()
