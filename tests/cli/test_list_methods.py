"""The list of methods says of each what it learns from, whose it is, and what was published."""

from __future__ import annotations

import re

from click.testing import CliRunner

from vidgist.cli.train import train
from vidgist.models import METHODS
from vidgist.paper.published import printed


def test_every_method_is_listed_with_its_origin() -> None:
    done = CliRunner().invoke(train, ["--list-methods"])
    assert done.exit_code == 0
    for name, method in METHODS.items():
        assert f"{name}: {method.source}" in done.stdout
        cells = re.split(r" {2,}", lines_of(done.stdout, name))
        assert cells[1] == ("yes" if method.labels else "none")
        assert cells[2] == ("as released" if method.code else "ours, after the text")
        assert cells[3] == f"{method.parameters(1280):,}"


def lines_of(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if re.match(rf"{name} +(yes|none) ", line))


def test_figures_are_those_of_the_source() -> None:
    done = CliRunner().invoke(train, ["--list-methods"])
    assert re.split(r" {2,}", lines_of(done.stdout, "vasnet"))[6:9] == ["61.4", "0.169", "0.222"]
    assert re.split(r" {2,}", lines_of(done.stdout, "msva"))[6:9] == ["-", "-", "-"]
    (row,) = printed("PGL-SUM")
    assert (row.tau, row.rho) == (0.157, 0.206)
    assert "81d0d6d" in row.source
