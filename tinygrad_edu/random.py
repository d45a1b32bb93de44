"""Random numbers: the ones torch draws on the CPU, from the same seed.

Every draw begins as 32-bit words of the Mersenne Twister (MT19937) and ends as a plain numpy
array; the recipe in between is torch's, so a seed gives here what it gives there. Wrapping the
arrays in tensors, dtype defaults and filling in place are left to the callers.
"""

import math
import operator
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinygrad_edu.random_arithmetic import box_muller, parts, scale_and_shift

__all__ = ["Generator", "default_generator", "initial_seed", "manual_seed", "seed"]

Float32 = NDArray[np.float32]

_FLOAT64 = np.dtype(np.float64)
_LARGEST = {np.dtype(kind): float(np.finfo(kind).max) for kind in (np.float32, np.float64)}

# The layout of torch's CPU generator state, so that a state moves between the two libraries.
_STATE = np.dtype(
    [
        ("initial_seed", "<u8"),
        ("left", "<i4"),  # words until the key is stirred again, plus one
        ("seeded", "<i4"),
        ("next", "<u8"),  # words of this key already drawn
        ("key", "<u8", 624),
        ("unused_x", "<f8"),
        ("next_normal", "<f8"),
        ("unused_rho", "<f8"),
        ("has_next_normal", "<i4"),
        ("unused_float_normal", "V12"),
    ]
)


class Generator:
    """A stream of random numbers, torch's for the same seed.

    Args:
        device: where the numbers are made; there is only the CPU.

    >>> g = Generator().manual_seed(0)
    >>> g.uniform((4,))
    array([0.4962566 , 0.7682218 , 0.08847743, 0.13203049], dtype=float32)
    """

    __slots__ = ("_initial_seed", "_next_normal", "_twister")

    def __init__(self, device: str = "cpu") -> None:
        if str(device) != "cpu":
            raise NotImplementedError(f"Generator: device {device!s} is not supported, use 'cpu'")
        self.manual_seed(67280421310721)  # what torch.Generator() starts from

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream again from ``seed``, of which MT19937 uses the lowest 32 bits.

        Args:
            seed: from -2⁶³ to 2⁶⁴ - 1; a negative one means ``2⁶⁴ + seed``.

        >>> Generator().manual_seed(-1).initial_seed() == 2**64 - 1
        True
        """
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise RuntimeError(f"manual_seed: expected an int, got {type(seed).__name__} {seed!r}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"manual_seed: {seed} is not between -2**63 and 2**64 - 1")
        self._initial_seed = int(seed) % 2**64
        self._twister: np.random.MT19937 | None = None
        self._next_normal: float | None = None
        return self

    @property
    def _stream(self) -> "np.random.MT19937":
        """The twister, made at the first draw: importing numpy.random takes 8 ms."""
        if self._twister is None:
            self._twister = np.random.MT19937()
            np.random.RandomState(self._twister).seed(self._initial_seed % 2**32)
        return self._twister

    def seed(self) -> int:
        """Start again from 64 bits of the system's entropy, and return them."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        """Return the seed this stream was last started from."""
        return self._initial_seed

    def get_state(self) -> NDArray[np.uint8]:
        """Return the state as the 5056 bytes torch uses; ``set_state`` continues from it.

        >>> g = Generator()
        >>> state = g.get_state()
        >>> bool(g.uniform((1,)) == g.set_state(state).uniform((1,)))
        True
        """
        twister: dict[str, Any] = dict(self._stream.state["state"])
        key, drawn = twister["key"], int(twister["pos"])
        # A key that still begins with the seed was never stirred: torch counts it as 0 drawn.
        fresh = drawn == 624 and key[0] == self._initial_seed % 2**32
        state = np.zeros(1, _STATE)
        state["initial_seed"], state["seeded"], state["key"] = self._initial_seed, 1, key
        state["left"], state["next"] = (1, 0) if fresh else (625 - drawn, drawn)
        state["has_next_normal"] = self._next_normal is not None
        state["next_normal"] = self._next_normal or 0.0
        return state.view(np.uint8)

    def set_state(self, new_state: NDArray[np.uint8]) -> "Generator":
        """Continue from a state that ``get_state`` returned, here or in torch."""
        if not isinstance(new_state, np.ndarray) or new_state.dtype != np.uint8:
            raise TypeError("set_state: expected the uint8 array that get_state() returns")
        if new_state.size != _STATE.itemsize:
            raise RuntimeError(f"set_state: expected {_STATE.itemsize} bytes, not {new_state.size}")
        state = np.frombuffer(new_state.tobytes(), _STATE)[0]
        left, drawn = int(state["left"]), int(state["next"])
        if not (0 < left <= 624 and drawn <= 624 and state["seeded"]):
            raise RuntimeError("set_state: these bytes are not the state of an MT19937 generator")
        pos = 624 if left == 1 else drawn
        key = state["key"].astype(np.uint32)
        self._stream.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": pos}}
        self._initial_seed = int(state["initial_seed"])
        self._next_normal = float(state["next_normal"]) if state["has_next_normal"] else None
        return self

    def uniform(
        self,
        shape: Sequence[int],
        dtype: DTypeLike = np.float32,
        low: float = 0.0,
        high: float = 1.0,
    ) -> NDArray[Any]:
        """Draw from [low, high): ``u * (high - low) + low``, rounded once; low if that is high.

        ``u = (word mod 2²⁴) / 2²⁴`` in float32, ``u = (two words mod 2⁵³) / 2⁵³`` in float64.

        >>> Generator().manual_seed(0).uniform((2,), low=-1.0)
        array([-0.00748682,  0.5364436 ], dtype=float32)
        """
        kind = _float_dtype(dtype)
        limit = _LARGEST[kind]
        if not (-limit <= low <= high <= limit and high - low <= limit):
            raise RuntimeError(f"uniform: expected low <= high in {kind}, got [{low}, {high})")
        numbers, start, end = self._unit(math.prod(shape), kind), kind.type(low), kind.type(high)
        if (low, high) != (0, 1):
            scale_and_shift(numbers, end - start, start)
            numbers[numbers == end] = start
        return numbers.reshape(shape)

    def normal(
        self,
        shape: Sequence[int],
        dtype: DTypeLike = np.float32,
        mean: float = 0.0,
        std: float = 1.0,
    ) -> NDArray[Any]:
        """Draw from the normal distribution: ``z * std + mean``, z by Box and Muller.

        ``z = √(-2 ln(1 - v)) · (cos 2πw, sin 2πw)`` for two uniform numbers v and w. Fewer than 16
        numbers are made pair by pair in float64, and an odd one is kept for the next call. From 16
        on, each 16 uniform numbers are 8 v's and 8 w's, and if the count is no multiple of 16,
        the last 16 numbers are drawn again.

        >>> Generator().manual_seed(0).normal((3,))
        array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)
        """
        kind = _float_dtype(dtype)
        if not std >= 0:
            raise RuntimeError(f"normal: expected std >= 0, got {std}")
        count = math.prod(shape)
        if count < 16:
            few = np.array(self._few_normals(count), np.float64)
            scale_and_shift(few, np.float64(std), np.float64(mean))
            return few.astype(kind).reshape(shape)
        whole, rest = count - count % 16, count % 16
        # The last 16 come from 16 more uniform numbers, which follow the whole blocks until then.
        numbers = self._unit(count + 16 if rest else count, kind)
        numbers[whole : whole + 16] = numbers[count:]
        for blocks in parts(numbers[: whole + 16 if rest else whole].reshape(-1, 2, 8)):
            box_muller(blocks)
        if rest:
            numbers[count - 16 : count] = numbers[whole : whole + 16]
        scale_and_shift(numbers[:count], kind.type(std), kind.type(mean))
        return numbers[:count].reshape(shape)

    def integers(self, low: int, high: int, shape: Sequence[int]) -> NDArray[np.int64]:
        """Draw int64 from low to high - 1: ``low + word mod (high - low)``.

        From a span of 2²⁸ on, two words joined to 64 bits make one number.

        >>> Generator().manual_seed(0).integers(0, 10, (5,)).tolist()
        [4, 9, 3, 0, 3]
        """
        low, high, count = operator.index(low), operator.index(high), math.prod(shape)
        if low >= high:
            raise RuntimeError(f"integers: expected low < high, got low={low} and high={high}")
        if low < -(2**63) or high >= 2**63:
            raise ValueError(f"integers: [{low}, {high}) does not fit into int64")
        span = high - low
        words = self._stream.random_raw(count) if span < 2**28 else self._words64(count)
        return ((words % np.uint64(span)).astype(np.int64) + np.int64(low)).reshape(shape)

    def permutation(self, n: int) -> NDArray[np.int64]:
        """Shuffle 0 … n - 1: for i from 0 to n - 2, swap i with ``i + word mod (n - i)``.

        >>> Generator().manual_seed(0).permutation(5).tolist()
        [4, 0, 1, 3, 2]
        """
        n = operator.index(n)
        if n < 0:
            raise RuntimeError(f"permutation: expected n >= 0, got {n}")
        steps = self._stream.random_raw(max(n - 1, 0)) % np.arange(n, 1, -1, dtype=np.uint64)
        partners = steps + np.arange(len(steps), dtype=np.uint64)
        order = list(range(n))
        for i, partner in enumerate(partners.tolist()):
            order[i], order[partner] = order[partner], order[i]
        return np.array(order, np.int64)

    def bernoulli(
        self,
        p: float | NDArray[np.floating[Any]],
        shape: Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
    ) -> NDArray[Any]:
        """Draw 1 with probability p, else 0: ``u < p``.

        Args:
            p: a number (u is drawn in float64, as dropout does), or an array of probabilities
                that broadcasts to ``shape`` (u is drawn in the array's dtype).
            shape: p's own if not given.
            dtype: the result's; if not given, p's own for an array, else float32.

        >>> Generator().manual_seed(0).bernoulli(0.5, (6,))
        array([0., 0., 1., 0., 0., 0.], dtype=float32)
        """
        if isinstance(p, np.ndarray):
            kind, valid = _float_dtype(p.dtype), bool(((p >= 0) & (p <= 1)).all())
        else:
            kind, valid = _FLOAT64, 0 <= p <= 1
        if not valid:
            raise RuntimeError(f"bernoulli: expected p between 0 and 1, got {p}")
        shape = np.shape(p) if shape is None else tuple(shape)
        if np.ndim(p):
            _check_expands(np.shape(p), shape)
        if dtype is None:
            dtype = kind if isinstance(p, np.ndarray) else np.float32
        return np.asarray(self._unit(math.prod(shape), kind).reshape(shape) < p).astype(dtype)

    def exponential(
        self, shape: Sequence[int], dtype: DTypeLike = np.float32, lambd: float = 1.0
    ) -> NDArray[Any]:
        """Draw from the exponential distribution: ``-1/λ · ln(1 - u)``, u in float64.

        >>> Generator().manual_seed(0).exponential((2,))
        array([3.5083263, 1.2303847], dtype=float32)
        """
        kind = _float_dtype(dtype)
        if not lambd > 0:
            raise RuntimeError(f"exponential: expected lambd > 0, got {lambd}")
        units = self._unit(math.prod(shape), _FLOAT64)
        logarithms = np.array([math.log1p(-u) for u in units.tolist()], np.float64)
        return (-1.0 / lambd * logarithms).astype(kind).reshape(shape)

    def words(self, count: int, bits: int = 32) -> NDArray[np.uint64]:
        """Draw raw words of 32 bits, or of 64, which are two of them joined.

        >>> Generator().manual_seed(0).words(2).tolist()
        [2357136044, 2546248239]
        """
        return self._words64(count) if bits == 64 else self._stream.random_raw(count)

    def _words64(self, count: int) -> NDArray[np.uint64]:
        words = self._stream.random_raw(2 * count)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def _unit(self, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
        """Return ``count`` uniform numbers of [0, 1), each with all the bits its dtype can hold."""
        if kind == _FLOAT64:
            return (self._words64(count) & np.uint64(2**53 - 1)) * np.float64(2**-53)
        low_bits = self._stream.random_raw(count) & np.uint64(2**24 - 1)
        return low_bits.astype(np.float32) * np.float32(2**-24)

    def _few_normals(self, count: int) -> list[float]:
        """Return standard normal numbers made in pairs; an odd one waits for the next call."""
        numbers: list[float] = []
        if count and self._next_normal is not None:
            numbers, self._next_normal = [self._next_normal], None
        missing = count - len(numbers)
        units = self._unit(missing + missing % 2, _FLOAT64).tolist()
        for w, v in zip(units[0::2], units[1::2], strict=True):
            radius, theta = math.sqrt(-2 * math.log1p(-v)), 2 * math.pi * w
            numbers += [radius * math.cos(theta), radius * math.sin(theta)]
        if missing % 2:
            self._next_normal = numbers.pop()
        return numbers


def _float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    kind = np.dtype(dtype)
    if kind not in _LARGEST:
        raise NotImplementedError(f"random numbers are drawn as float32 or float64, not {kind}")
    return kind


def _check_expands(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    pairs = zip(reversed(given), reversed(shape), strict=False)
    if len(given) > len(shape) or any(size not in (1, wanted) for size, wanted in pairs):
        raise RuntimeError(f"bernoulli: p of shape {given} does not expand to {shape}")


default_generator = Generator()
default_generator.seed()  # as in torch, a program that sets no seed gets other numbers each time


def chosen(generator: Any) -> Generator:
    """Return the generator that was given, or the default one for None.

    Raises:
        TypeError: for anything else.
    """
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator):
        kind = type(generator).__name__
        raise TypeError(f"argument 'generator' must be torch.Generator, not {kind}")
    return generator


def manual_seed(seed: int) -> Generator:
    """Start the default generator from ``seed`` (whatever ``int()`` takes), and return it.

    >>> manual_seed(0).uniform((2,))
    array([0.4962566, 0.7682218], dtype=float32)
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator from the system's entropy, and return that seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed the default generator was last started from."""
    return default_generator.initial_seed()
