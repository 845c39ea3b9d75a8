"""Calls run in order beside their caller, not too many of them wait, and errors come through."""

from __future__ import annotations

import threading

import pytest

from vidgist.system.background import Background

PATIENCE = 30
"""Seconds after which a test that waits for another thread has failed."""


def test_calls_run_in_order_in_one_other_thread():
    seen: list[tuple[int, str]] = []
    with Background("counting", ahead=3) as background:
        for number in range(20):
            background.run(lambda n: seen.append((n, threading.current_thread().name)), number)
    assert [number for number, _ in seen] == list(range(20))
    names = {name for _, name in seen}
    assert len(names) == 1
    assert names.pop().startswith("counting")


def test_the_caller_goes_on_until_the_queue_is_full():
    may_work, given = threading.Event(), []

    def give() -> None:
        with Background("waiting", ahead=4) as background:
            for number in range(10):
                background.run(may_work.wait, PATIENCE)
                given.append(number)

    caller = threading.Thread(target=give)
    caller.start()
    while len(given) < 4:
        assert caller.is_alive()
    caller.join(0.2)
    assert given == [0, 1, 2, 3]  # the fifth is in the queue, and its caller waits
    may_work.set()
    caller.join(PATIENCE)
    assert given == list(range(10))


def test_the_first_error_is_raised_and_nothing_runs_after_it():
    ran: list[int] = []

    def work(number: int) -> None:
        if number == 2:
            raise ZeroDivisionError("the third")
        ran.append(number)

    def give() -> None:
        with Background("failing", ahead=8) as background:
            for number in range(6):
                background.run(work, number)

    with pytest.raises(ZeroDivisionError, match="the third"):
        give()
    assert ran == [0, 1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_of_the_caller_drops_what_waits(error):
    started, may_end, ran = threading.Event(), threading.Event(), []

    def work() -> None:
        started.set()
        may_end.wait(PATIENCE)
        ran.append("first")

    def give() -> None:
        with Background("dropped", ahead=8) as background:
            background.run(work)
            for _ in range(5):
                background.run(ran.append, "later")
            started.wait(PATIENCE)
            threading.Timer(0.05, may_end.set).start()
            raise error

    with pytest.raises(error):
        give()
    assert ran == ["first"]
