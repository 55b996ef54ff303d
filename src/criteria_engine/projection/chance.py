"""Seeded chance: the one file of the projection that may know a generator of random numbers.

Nothing here reads the clock or the machine: a stream follows from a seed and a name alone, and only
``Random.random`` is used, whose sequence Python promises to keep from version to version.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from random import Random
from typing import Any

__all__ = ["Stream", "generator", "stream", "uniforms"]


class Stream:
    """One sequence of random numbers."""

    __slots__ = ("_random",)

    def __init__(self, start: int) -> None:
        self._random = Random(start)  # noqa: S311 - drawn futures, not secrets

    def uniform(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._random.random()

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, ``limit``."""
        return min(int(self._random.random() * limit), limit - 1)

    def normal(self) -> float:
        """A number from the standard normal distribution (Box and Muller's first half)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self._random.random()))
        return radius * math.cos(math.tau * self._random.random())


def stream(seed: int, name: str) -> Stream:
    """The stream of a name under a seed; another name, or another seed, gives an unrelated one."""
    return Stream(_start(seed, name))


def generator(seed: int, name: str) -> Random:
    """The standard library's own generator under a seed and a name, for what a caller draws himself."""
    return Random(_start(seed, name))  # noqa: S311 - drawn futures, not secrets


def uniforms(np: Any, seed: int, names: Sequence[str], count: int) -> Any:
    """With NumPy, for each name a row of the first ``count`` numbers of its ``generator``."""
    found, numbers = np.empty((len(names), count)), np.random.RandomState(0)
    for place, name in enumerate(names):
        # Both are the Mersenne Twister, and make a float of two of its words in the same way.
        _, (*words, at), _ = generator(seed, name).getstate()
        numbers.set_state(("MT19937", np.array(words, dtype=np.uint32), at))
        found[place] = numbers.random_sample(count)
    return found


def _start(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()[:16], "big")
