"""A job keeps its latest value, can be paused and goes on, and tells its error to whoever waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from observatory.job import Job


def test_the_last_value_is_what_is_waited_for() -> None:
    assert Job(lambda: iter("abc")).wait() == "c"


def test_an_early_value_can_be_enough() -> None:
    go_on = threading.Event()

    def steps() -> Iterator[int]:
        yield 1
        go_on.wait(10)
        yield 2

    job = Job(steps)
    assert job.first(lambda n: n >= 1) == 1
    assert not job.done
    go_on.set()
    assert job.wait() == 2


def test_a_paused_job_stands_still_and_goes_on_where_it_was() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def steps() -> Iterator[int]:
        reached.set()
        go_on.wait(10)
        yield 1
        yield 2

    job = Job(steps)
    job.start()
    reached.wait(10)
    job.stop()
    go_on.set()
    while job.running:
        time.sleep(0.01)
    assert (job.latest, job.done) == (1, False)
    assert job.wait() == 2


def test_after_an_error_it_can_begin_anew() -> None:
    turns = iter([ValueError("no more"), None])

    def steps() -> Iterator[int]:
        yield 1
        if error := next(turns):
            raise error
        yield 2

    job = Job(steps)
    with pytest.raises(ValueError, match="no more"):
        job.wait()
    job.again()
    assert job.wait() == 2


def test_an_error_is_raised_where_the_value_is_waited_for() -> None:
    def steps() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    job = Job(steps)
    with pytest.raises(ValueError, match="no more"):
        job.wait()
    assert job.done


def test_many_can_wait_for_one_job() -> None:
    job = Job(lambda: iter(range(100)))
    values: list[int] = []
    threads = [threading.Thread(target=lambda: values.append(job.wait())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert values == [99] * 8
