from __future__ import annotations

import dataclasses

from vidgist.priors import PRIORS

from vidgist.render.report.words import PRIOR_WORDS, WORDS, about_importance, words_of
from vidgist.scoring.presets import CRITERIA


def test_every_criterion_of_the_presets_has_words() -> None:
    assert set(CRITERIA) <= set(WORDS)


def test_words_are_whole() -> None:
    for words in WORDS.values():
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
    assert about_importance(["alignment"]) == (
        "The score: local dissimilarity, smoothed over time. A shot's score is its mean."
    )
    paper = about_importance(["alignment", "uniformity"])
    assert "the product of local dissimilarity and global consistency, smoothed" in paper
    three = about_importance(["alignment", "uniformity", "uniqueness"])
    assert "of local dissimilarity, global consistency and uniqueness," in three
    best = about_importance(["distinctiveness", "belonging", "projection"])
    assert "the projection, which stands in for the product of distinctiveness and belong" in best


def test_a_prior_of_time_is_told_with_the_score():
    assert set(PRIOR_WORDS) == set(PRIORS)
    plain = about_importance(["alignment"])
    assert about_importance(["alignment"], prior="none") == plain
    for name in PRIORS:
        told = about_importance(["alignment"], prior=name)
        assert "whatever is to be seen there" in told
        assert told.replace(PRIOR_WORDS[name], "") == plain
