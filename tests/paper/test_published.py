from __future__ import annotations

import re

import pytest

from vidgist.paper.published import all_published, published_rows


def test_rows_of_the_tables():
    found = published_rows("S2", dataset="tvsum", setting="transfer")["alignment x uniformity"]
    assert (found.tau, found.rho, found.f1) == (0.1207, 0.1589, 0.568)
    assert "WACV 2023" in found.source
    assert published_rows("S2", dataset="tvsum") == {}
    assert len(published_rows("S3", dataset="summe", setting="augmented")) == 6


def test_labels_tell_variants_apart():
    rows = published_rows("S9", dataset="summe", setting="transfer", parameters="after")
    assert rows["alignment"].label == "alignment (after)"


def test_every_number_is_a_possible_one():
    rows = all_published()
    assert len(rows) == 319
    keys = [(p.table, p.dataset, p.setting, p.row, p.parameters) for p in rows]
    assert len(set(keys)) == len(keys)
    for p in rows:
        assert p.dataset in ("tvsum", "summe")
        assert p.f1 is None or 0.3 < p.f1 < 0.7
        for value in (p.tau, p.rho):
            assert value is None or -0.1 < value < 0.25
        if p.tau is not None and p.rho is not None and abs(p.tau) > 0.02:
            assert 1.02 < p.rho / p.tau < 1.5  # so a slip between columns would show


@pytest.mark.parametrize("name", ["S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "1", "3"])
def test_numbers_stand_in_the_paper(shared, name):
    text = (shared / "paper" / "contrastive-losses-for-video-summarization.md").read_text()
    numbers = {float(n) for n in re.findall(r"-?\d+\.?\d*", text)}
    for p in (p for p in all_published() if p.table == name):
        for value in (p.tau, p.rho, None if p.f1 is None else round(100 * p.f1, 4)):
            assert value is None or value in numbers
