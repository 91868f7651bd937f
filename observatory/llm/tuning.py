"""How many threads decode one answer: all cores on an idle machine, fewer where other programs keep cores busy."""

from __future__ import annotations

_PERSIST_SECONDS = 30.0  # the load must ask for another number that long
_REST_SECONDS = 120.0  # from one change to the next


def decode_threads(cores: int, busy: float) -> int:
    """As many threads as other programs leave cores free (to the nearest whole core), at least one.

    `cores` is what the engine may use, `busy` how many of them others keep busy.

    >>> decode_threads(2, 0.1), decode_threads(2, 1.0), decode_threads(2, 2.0), decode_threads(8, 2.6)
    (2, 1, 1, 5)
    """
    return max(1, min(cores, cores - int(busy + 0.5)))


class Tuning:
    """Says when a number of threads has been the wrong one for so long that changing it is worth a restart."""

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._since_change = _REST_SECONDS
        self._unfit_seconds = self._unfit_load = 0.0

    def advise(self, threads: int, seconds: float, busy: float) -> int:
        """The number of threads to run with, after `seconds` in which others kept `busy` cores busy."""
        self._since_change += seconds
        if decode_threads(self._cores, busy) == threads:
            self._unfit_seconds = self._unfit_load = 0.0
            return threads
        self._unfit_seconds += seconds
        self._unfit_load += seconds * busy
        if self._unfit_seconds < _PERSIST_SECONDS or self._since_change < _REST_SECONDS:
            return threads
        return decode_threads(self._cores, self._unfit_load / self._unfit_seconds)

    def changed(self) -> None:
        """The number of threads was changed just now."""
        self._since_change = self._unfit_seconds = self._unfit_load = 0.0
