from __future__ import annotations

import threading

import pytest

from vidgist.features.trace import Trace


def test_spans_tell_stage_thread_and_order():
    trace = Trace()
    with trace.span("decode"):
        pass
    with pytest.raises(KeyError), trace.span("infer"):
        raise KeyError

    def work() -> None:
        with trace.span("infer"):
            pass

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    assert [span.stage for span in trace.spans] == ["decode", "infer", "infer"]
    assert trace.spans[2].thread == "worker" != trace.spans[0].thread
    assert all(span.start <= span.end for span in trace.spans)
    sums = trace.seconds()
    assert sums["infer"] == pytest.approx(sum(s.end - s.start for s in trace.spans[1:]))
