from __future__ import annotations

import sys
from types import SimpleNamespace

from vidgist.notebook import in_notebook, progress_here
from vidgist.progress import silent


def python(kernel):
    return SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=kernel))


def test_only_notebooks_have_a_bar(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    assert progress_here() is silent
    monkeypatch.setitem(sys.modules, "IPython", python(None))  # a terminal
    assert progress_here() is silent
    monkeypatch.setitem(sys.modules, "IPython", python(object()))
    assert in_notebook()
    bar = progress_here()
    bar("decoding", 1, None)
    bar("decoding", 2, 4)
    bar("decoding", 4, 4)
    bar("finding shots", 0, None)
    del bar
    shown = capsys.readouterr().err
    assert "decoding" in shown
    assert "finding shots" in shown
