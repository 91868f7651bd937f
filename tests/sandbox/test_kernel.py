"""The layers of the kernel, each alone: what it forbids fails, and what a chart needs does not."""

from __future__ import annotations

import struct

import pytest

from observatory.sandbox import libc, seccomp
from observatory.sandbox.layers import LAYERS, REQUIRED, Limits, is_required, lacking
from observatory.sandbox.sealed import Frames, frame, sealed, stream

INSTRUCTION = 8


def decide(program: bytes, number: int, *, machine: int = 0xC000003E, third: int = 0, fourth: int = 0) -> int:
    """What a filter answers to a system call: a small machine for the five instructions that it uses."""
    steps = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), INSTRUCTION)]
    loaded = {0: number, 4: machine, 32: third, 40: fourth}
    at = value = 0
    while True:
        code, yes, no, k = steps[at]
        at += 1
        if code == 0x20:
            value = loaded[k]
        elif code == 0x06:
            return k
        else:
            holds = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code]
            at += yes if holds else no


ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050001


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        *((number, ALLOW) for name, number in seccomp.ALLOWED["x86_64"].items()),
        *((number, REFUSE) for number in (2, 41, 42, 56, 57, 58, 59, 62, 101, 157, 257, 272, 319, 321, 425, 435, 500)),
        (0x40000001, KILL),
    ],
)
def test_the_filter_lets_the_listed_calls_pass_and_no_other(number: int, answer: int) -> None:
    assert decide(seccomp.program(machine="x86_64"), number) == answer


@pytest.mark.parametrize("name", ["mmap", "mprotect"])
def test_no_memory_becomes_executable(name: str) -> None:
    program = seccomp.program(machine="x86_64")
    assert decide(program, seccomp.ALLOWED["x86_64"][name], third=3) == ALLOW
    assert decide(program, seccomp.ALLOWED["x86_64"][name], third=7) == REFUSE


def test_no_new_memory_is_shared() -> None:
    program = seccomp.program(machine="x86_64")
    assert decide(program, seccomp.ALLOWED["x86_64"]["mmap"], third=3, fourth=0x22) == ALLOW
    assert {decide(program, seccomp.ALLOWED["x86_64"]["mmap"], third=3, fourth=n) for n in (0x1, 0x3, 0x21)} == {REFUSE}


def test_calls_of_another_machine_end_the_process() -> None:
    assert decide(seccomp.program(machine="x86_64"), 1, machine=0x40000003) == KILL


def test_both_machines_allow_the_same_kinds_of_calls() -> None:
    assert set(seccomp.ALLOWED["x86_64"]) - {"time"} == set(seccomp.ALLOWED["aarch64"])


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(OSError, match="riscv"):
        seccomp.program(machine="riscv64")


def test_code_needs_every_required_layer_and_one_of_two_others() -> None:
    assert lacking(()) == ()
    assert lacking(set(LAYERS) - set(REQUIRED) - {"landlock"}) == ()
    assert lacking({"landlock", "namespaces"}) == ("namespaces", "landlock")
    assert [name for name in LAYERS if is_required(name, ())] == ["rlimits", "no_new_privs", "seccomp", "clock"]
    assert Limits().seconds > 0


def test_sealed_rows_can_be_changed_by_nobody() -> None:
    import os

    import pandas as pd

    fd = sealed(stream(pd.DataFrame({"a": [1]})), "rows")
    with pytest.raises(OSError, match="not permitted"):
        os.pwrite(fd, b"x", 0)
    with pytest.raises(OSError, match="not permitted"):
        os.ftruncate(fd, 0)
    os.close(fd)


def test_the_oldest_rows_are_let_go() -> None:
    import os

    import pandas as pd

    made: list[str] = []
    frames = Frames(most=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        os.close(frames.open(key, lambda key=key: made.append(key) or pd.DataFrame({"a": [1]})))  # type: ignore[misc]
    frames.close()
    assert made == ["a", "b", "c", "b"]


def test_rows_come_back_as_they_were() -> None:
    import datetime

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    given = pd.DataFrame(
        {
            "text": ["a", None, "ü"],
            "number": [1.5, np.nan, -2],
            "whole": [1, 2, 3],
            "flag": [True, False, True],
            "when": pd.to_datetime(["2024-01-01", None, "2024-02-01"]),
            "zoned": pd.to_datetime(["2024-01-01", None, "2024-02-01"]).tz_localize("UTC"),
            "kind": pd.Categorical(["x", "y", "x"]),
            "a.b[c] \"d'": [1, 2, 3],
        }
    )
    pd.testing.assert_frame_equal(frame(stream(given)), given)
    odd = pd.DataFrame({"mixed": [1, "a", datetime.time(3)]}, dtype=object)
    assert frame(stream(odd))["mixed"].tolist() == ["1", "a", "03:00:00"]
    assert isinstance(stream(given), pa.Buffer)


def test_a_failing_call_says_why() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        libc.setns(-1, libc.CLONE_NEWPID)
