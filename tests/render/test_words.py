from __future__ import annotations

import dataclasses

from vidgist.criteria import CRITERIA
from vidgist.render.words import describe_score, words_of


def test_every_criterion_has_whole_words() -> None:
    for name in CRITERIA:
        words = words_of(name)
        assert words.title[0].isupper()
        assert words.about.endswith(".")
        sayings = (words.high, words.middle, words.low)
        assert len(set(sayings)) == 3
        for saying in sayings:
            assert saying[0].islower()
            assert not saying.endswith(".")


def test_an_unknown_criterion_is_called_by_its_name() -> None:
    words = words_of("sound_level")
    assert words.title == "Sound level"
    assert words.high == "is high in sound level"
    assert all(dataclasses.astuple(words_of("")))


def test_importance_is_what_it_is_made_of() -> None:
    assert describe_score(["alignment"]) == (
        "The score: local dissimilarity, smoothed over time. A shot's score is its mean."
    )
    paper = describe_score(["alignment", "uniformity"])
    assert "the product of local dissimilarity and global consistency, smoothed" in paper
    three = describe_score(["alignment", "uniformity", "uniqueness"])
    assert "of local dissimilarity, global consistency and uniqueness," in three
    best = describe_score(["distinctiveness", "belonging", "projection"])
    assert "the projection of the product of distinctiveness and belonging, smoothed" in best
