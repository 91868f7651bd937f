"""What the machine offers to a model: memory, cores, and how busy it is."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_CPUS = Path("/sys/devices/system/cpu")


def memory_bytes(cgroup: Path = _CGROUP) -> int:
    """Bytes of memory that this process may use: of the machine, or of its control group if that is less.

    >>> memory_bytes() > 0
    True
    """
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _words(cgroup / "memory.max")[:1]
    return min(total, int(limit[0])) if limit and limit[0].isdigit() else total


def available_bytes(cgroup: Path = _CGROUP, meminfo: Path = Path("/proc/meminfo")) -> int:
    """Bytes of memory that another process could take now without others being swapped out; all memory if unknown.

    >>> 0 < available_bytes() <= memory_bytes()
    True
    """
    total = memory_bytes(cgroup)
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = [line.split() for line in meminfo.read_text().splitlines()]
        free = next(int(line[1]) * 1024 for line in lines if line[:1] == ["MemAvailable:"])
        used = _words(cgroup / "memory.current")
        return max(1, min(free, total - int(used[0]) if used else total))
    return total


def physical_cores(cgroup: Path = _CGROUP, cpus: Path = _CPUS) -> int:
    """Cores that this process may keep busy at once: hyper-threads count once, a quota of the control group counts.

    >>> 1 <= physical_cores() <= os.cpu_count()
    True
    """
    siblings = {tuple(_words(cpus / f"cpu{n}/topology/thread_siblings_list")) or (str(n),) for n in _allowed()}
    quota = _words(cgroup / "cpu.max")
    if len(quota) == 2 and quota[0].isdigit():
        return max(1, min(len(siblings), int(quota[0]) // int(quota[1])))
    return max(1, len(siblings))


def cpu_seconds(pid: int | None = None) -> float:
    """Seconds that all cores together (or one process) were busy so far, from Linux's `/proc`; 0.0 elsewhere."""
    ticks = os.sysconf("SC_CLK_TCK")
    if pid is not None:
        fields = _words(Path(f"/proc/{pid}/stat"), after=")")
        return (int(fields[11]) + int(fields[12])) / ticks if fields else 0.0
    spent = [int(word) for word in _words(Path("/proc/stat"))[1:9]]
    return (sum(spent) - spent[3] - spent[4]) / ticks if spent else 0.0


class OtherLoad:
    """How many cores other programs keep busy: all but this process and the given ones, which must live on."""

    def __init__(self, *pids: int) -> None:
        self._pids = (os.getpid(), *pids)
        self._began, self._spent = time.monotonic(), self._others()

    def since_last(self) -> tuple[float, float]:
        """Seconds since the last call (or since this was made), and the cores that were busy, on average."""
        now, spent = time.monotonic(), self._others()
        seconds, busy = now - self._began, spent - self._spent
        self._began, self._spent = now, spent
        return seconds, max(0.0, busy / seconds) if seconds else 0.0

    def _others(self) -> float:
        return cpu_seconds() - sum(cpu_seconds(pid) for pid in self._pids)


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process holds, from Linux's `/proc`; 0 elsewhere."""
    fields = _words(Path(f"/proc/{pid}/statm"))
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _allowed() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _words(path: Path, after: str = "") -> list[str]:
    try:
        line = path.read_text().split("\n", 1)[0]
    except OSError:
        return []
    return (line.rpartition(after)[2] if after else line).split()
