"""A thread that does one piece of work after the other, while its caller prepares the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Background:
    """One thread beside the caller's, with a bounded queue; a context manager.

    Calls are run in the order in which they are given.  The first that fails ends the queue: its
    error is raised by a later `run`, or at the end.  After an error of the caller, Ctrl-C included,
    only the call at work is waited for.

    Args:
        name: of the thread.
        ahead: calls that may wait; `run` blocks above.

    >>> with Background("squares", ahead=2) as background:
    ...     results = [background.run(pow, n, 2) for n in range(4)]
    >>> [result.result() for result in results]
    [0, 1, 4, 9]
    """

    def __init__(self, name: str, *, ahead: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._ahead = ahead
        self._waiting: deque[Future[Any]] = deque()
        self._failed = False

    def run(
        self,
        call: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> Future[_Result]:
        """Put a call into the queue; wait where the queue is full.

        Raises:
            Exception: that of an earlier call; those after it are not run.
        """
        future = self._pool.submit(self._attempt, partial(call, *arguments, **named))
        self._waiting.append(future)
        while self._waiting and (len(self._waiting) > self._ahead or self._waiting[0].done()):
            self._waiting.popleft().result()
        return future

    def _attempt(self, call: Callable[[], _Result]) -> _Result:
        if self._failed:
            raise CancelledError
        try:
            return call()
        except BaseException:
            self._failed = True
            raise

    def __enter__(self) -> Background:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        try:
            while self._waiting and kind is None:
                self._waiting.popleft().result()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
