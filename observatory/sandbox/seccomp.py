"""Seccomp: the few system calls that a chart needs; every other one fails as if it were not permitted.

Source: https://docs.kernel.org/userspace-api/seccomp_filter.html; numbers from the kernel's tables.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Mapping, Sequence

from observatory.sandbox import libc


def _numbers(text: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (pair.partition("=") for pair in text.split())}


ALLOWED: Mapping[str, Mapping[str, int]] = {
    "x86_64": _numbers(
        "read=0 write=1 close=3 fstat=5 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12 rt_sigaction=13 "
        "rt_sigprocmask=14 rt_sigreturn=15 pread64=17 mremap=25 sched_yield=24 mincore=27 madvise=28 "
        "nanosleep=35 getpid=39 exit=60 gettimeofday=96 getuid=102 getgid=104 geteuid=107 getegid=108 "
        "sigaltstack=131 gettid=186 time=201 futex=202 sched_getaffinity=204 restart_syscall=219 "
        "clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 set_robust_list=273 getcpu=309 "
        "getrandom=318 membarrier=324 rseq=334"
    ),
    "aarch64": _numbers(
        "close=57 lseek=62 read=63 write=64 pread64=67 fstat=80 exit=93 exit_group=94 futex=98 "
        "set_robust_list=99 nanosleep=101 clock_gettime=113 clock_getres=114 clock_nanosleep=115 "
        "sched_getaffinity=123 sched_yield=124 restart_syscall=128 sigaltstack=132 rt_sigaction=134 "
        "rt_sigprocmask=135 rt_sigreturn=139 getcpu=168 gettimeofday=169 getpid=172 getuid=174 geteuid=175 "
        "getgid=176 getegid=177 gettid=178 brk=214 munmap=215 mremap=216 mmap=222 mprotect=226 mincore=232 "
        "madvise=233 getrandom=278 membarrier=283 rseq=293"
    ),
}
"""System calls by name and number, for each kind of machine."""
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_PROT_EXEC, _MAP_SHARED = 4, 1
_X32 = 0x40000000
_SET_MODE_FILTER = 1
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _THIRD_ARGUMENT, _FOURTH_ARGUMENT = 0, 4, 32, 40
_BOUNDED = {
    "mmap": ((_THIRD_ARGUMENT, _PROT_EXEC), (_FOURTH_ARGUMENT, _MAP_SHARED)),
    "mprotect": ((_THIRD_ARGUMENT, _PROT_EXEC),),
}
"""Calls that are allowed without these bits in these arguments."""


def program(also: Sequence[str] = (), machine: str = libc.MACHINE) -> bytes:
    """The filter as BPF, eight bytes an instruction; `also` lets more calls pass. OSError for other machines.

    No memory may become executable, and no new one be shared: what is shared is counted to no process.

    >>> len(program(machine="x86_64")) % 8
    0
    """
    if machine not in ALLOWED:
        raise OSError(f"no system calls of {machine} are known")
    numbers = {**ALLOWED[machine], **{name: libc.NUMBERS[machine][name] for name in also}}
    steps: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for name, bounds in _BOUNDED.items():
        steps += [(_EQUAL, 0, 3 * len(bounds) + 1, numbers[name])]
        for argument, bits in bounds:
            steps += [(_LOAD, 0, 0, argument), (_ANY_BIT, 0, 1, bits), (_RETURN, 0, 0, _REFUSE)]
        steps += [(_RETURN, 0, 0, _ALLOW)]
    for name, number in numbers.items():
        if name not in _BOUNDED:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [(_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def install(filter: bytes) -> None:
    """Put this process under a filter for good; needs `no_new_privs` or the privilege of an administrator."""
    held = ctypes.create_string_buffer(filter, len(filter))
    header = struct.pack("<HxxxxxxQ", len(filter) // 8, ctypes.addressof(held))
    libc.syscall(libc.number_of("seccomp"), _SET_MODE_FILTER, 0, header)
