"""Contrastive refinement, the paper's own method."""

from __future__ import annotations

from vidgist.models.methods import Method
from vidgist.models.refiner import refine, refiner_shapes
from vidgist.models.settings import ContrastiveSettings, contrastive_settings

METHOD = Method(
    title="contrastive refinement",
    summary="refines features and learns what is unique to a video (the paper)",
    settings=ContrastiveSettings,
    shapes=refiner_shapes,
    learner="vidgist.training.contrastive:ContrastiveLearner",
    refine=refine,
    preset=contrastive_settings,
    parallel=True,
    cost=2.0,
    source="Pang, Nakashima, Otani and Nagahara, WACV 2023, arXiv 2211.10056",
    code="what was released with the paper (preset reference)",
    order=0,
)
