"""Settings of training: named and frozen, each value with where it comes from.

"The paper" is Pang, Nakashima, Otani, Nagahara, "Contrastive Losses Are Natural Criteria for
Unsupervised Video Summarization", WACV 2023; "S" numbers the tables of its supplement. ``paper`` is
what that text says, ``reference`` what the code that its authors released computes.

Nothing here needs torch: settings are read back from model files where it is not installed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from vidgist.errors import SettingError, unknown_value
from vidgist.models.ranges import (
    Factor,
    NonNegative,
    Rate,
    Samples,
    Share,
    ShareBelowOne,
    Size,
    at_least,
    between,
    check,
    check_ranges,
    one_of,
)

KEEP = ("last", "best-on-validation", "best-on-test")
"""Rules for the epoch whose weights a model keeps."""

S = TypeVar("S", bound="TrainingSettings")


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """The shape of the network G and of the filter H on top of it; the defaults are the paper's.

    Attributes:
        layers: encoder layers of G.
        heads: attention heads of a layer.
        width: d_model, length of a refined feature.
        head_width: d_head, length of a query, key or value of one head.
        inner: width between the two linear maps of the feed-forward part.
        norm_after_feedforward: whether a LayerNorm stands after the feed-forward part too.
        attention_dropout: share of the attention weights dropped while training.
        filter_sees_unit: whether H sees z of length 1, or the output of G as it is.
    """

    layers: Size = 4  # Table S1, row Standard
    heads: Size = 1  # Table S1
    width: Size = 128  # Table S1, and S1: "projected into 128 dimensions"
    head_width: Size = 64  # Table S1
    inner: Size = 512  # Table S1
    norm_after_feedforward: bool = True  # the encoder of Vaswani et al. that S1 refers to
    attention_dropout: ShareBelowOne = 0.0  # Table S1: dropout 0
    filter_sees_unit: bool = True  # eq. 10: r_t = H(sg(z_t)), and z_t has length 1 (section 4.3)

    def __post_init__(self) -> None:
        check_ranges(self)


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Settings that every method has; those of a method are a subclass.

    Attributes:
        method: the name that the method is registered under, see `vidgist.models.methods`.
        name: of these settings, by default that of the method.
        unit_input: whether features are brought to length 1 first.
        learning_rate, weight_decay: of Adam.
        epochs: passes over the videos.
        keep: of which epoch the model keeps the weights: `last`; `best-on-validation`, chosen by
            annotations of a fifth of the videos, which it then does not learn from; or
            `best-on-test`, chosen by those of the test videos: an upper bound, no result.
    """

    method: ClassVar[str]

    name: str = ""
    unit_input: bool = True
    learning_rate: Rate = 1e-4
    weight_decay: ShareBelowOne = 1e-4
    epochs: Annotated[int, between(0, 10**6)] = 40
    keep: Annotated[str, one_of(*KEEP)] = KEEP[0]

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", getattr(self, "method", ""))
        check_ranges(self)

    def shortfall(self, n_videos: int) -> str | None:
        """Return a sentence on what so few videos do not teach, or None."""
        return None


@dataclass(frozen=True, kw_only=True)
class ContrastiveSettings(TrainingSettings):
    """Settings of contrastive refinement; the defaults are the paper's standard training.

    Attributes:
        name: `paper` or `reference`.
        kind: `standard` (TVSum, SumMe, OVP, YouTube) or `youtube8m`.
        network: its shape.
        samples: length that every training video is brought to.
        segment: samples pooled into one segment of eq. 9, m.
        neighbors: share a of the samples that are a sample's neighbors.
        count_self: whether a sample counts among its neighbors and in its own mean.
        round_neighbors: how a T becomes the whole number K, at least 1.
        own_segments: whether segments of the sample's own video enter eq. 9.
        pool_unit: whether segments are pooled from z of length 1, or from the output of G.
        target_low, target_high: range that the target of the filter is squeezed into.
        uniform_weight: lambda1 of eq. 11.
        unique_weight: lambda2.
        filter_weight: lambda3.
        unit_input: whether features are brought to length 1 before they enter G.
        batch: videos in a step.
        drop_last: leave out a last batch that is not full.
    """

    method: ClassVar[str] = "contrastive"

    name: str = "paper"
    kind: str = "standard"
    network: NetworkSettings = NetworkSettings()
    samples: Samples = 200  # section 5.3
    # 20 segments of 200 samples: the released code; the text leaves m open.
    segment: Annotated[int, at_least(1)] = 10
    neighbors: Factor = 0.1  # S3.2: (a, lambda1) = (0.1, 0.5) for the standard training
    count_self: bool = False  # eqs 6 and 7
    round_neighbors: Literal["round", "floor"] = "round"
    own_segments: bool = False  # eq. 9: the batch without the video itself
    pool_unit: bool = True  # section 4.4: the learnable features z, of length 1, are pooled
    target_low: Share = 0.0  # section 4.4: L_unique scaled to [0, 1]
    target_high: Share = 1.0
    uniform_weight: NonNegative = 0.5  # S3.2
    unique_weight: NonNegative = 0.1  # eq. 11: lambda2 and lambda3 are 0.1
    filter_weight: NonNegative = 0.1
    unit_input: bool = True  # section 3: features are L2-normalized
    learning_rate: float = 1e-4  # Table S1
    weight_decay: float = 1e-4  # Table S1
    batch: Size = 32  # Table S1 for TVSum; 8 for SumMe
    drop_last: bool = False
    epochs: int = 40  # Table S1

    def __post_init__(self) -> None:
        super().__post_init__()
        short = self.segment <= self.samples
        check("segment", self.segment, short, "1 to the number of samples")
        low = self.target_low < self.target_high
        check("target_low", self.target_low, low, "a number in [0, target_high)")

    def shortfall(self, n_videos: int) -> str | None:
        """Return a sentence where no batch has two videos, so that uniqueness is not learned."""
        if self.own_segments or min(n_videos, self.batch) > 1:
            return None
        return (
            "a video alone in its batch has no other to differ from, so uniqueness is not learned; "
            "give more videos, or preset='reference'"
        )


PAPER = ContrastiveSettings()

REFERENCE = replace(
    PAPER,
    name="reference",
    network=replace(
        PAPER.network,
        width=256,  # the released network's own default: the 128 of its settings is not passed on
        norm_after_feedforward=False,
        attention_dropout=0.1,  # likewise a default that the setting does not reach
        filter_sees_unit=False,  # the released code hands over the output of G, detached
    ),
    count_self=True,  # its neighbors begin with the sample itself
    round_neighbors="floor",  # it truncates a T
    own_segments=True,  # the mask that leaves them out is switched off
    pool_unit=False,  # it pools the output of G, then normalizes
    target_low=0.25,  # minmax * 0.5 + 0.25
    target_high=0.75,
    unit_input=False,  # features enter as the file has them
)

KINDS = ("standard", "youtube8m")

_YOUTUBE8M: dict[str, Any] = {
    "kind": "youtube8m",
    "weight_decay": 5e-4,  # Table S1, row YT8M
    "batch": 128,  # Table S1
    "neighbors": 0.05,  # S3.2: (0.05, 0.25) where TVSum is tested, (0.1, 0.5) for SumMe
    "uniform_weight": 0.25,
    "unit_input": True,  # dequantized features are brought to length 1
}
_YOUTUBE8M_HEADS = 8  # Table S1


def contrastive_settings(name: str = "paper", *, kind: str = "standard") -> ContrastiveSettings:
    """Return the contrastive settings of a preset for one kind of training.

    Args:
        name: `paper` or `reference`.
        kind: `standard` or `youtube8m`.

    Raises:
        SettingError: the name or kind is unknown.
    """
    presets = {"paper": PAPER, "reference": REFERENCE}
    if name not in presets:
        raise unknown_value("preset", name, presets)
    if kind not in KINDS:
        raise unknown_value("kind", kind, KINDS)
    settings = presets[name]
    if kind == "standard":
        return settings
    network = replace(settings.network, heads=_YOUTUBE8M_HEADS)
    # The released code for YouTube-8M leaves out the last batch of an epoch.
    return replace(settings, network=network, drop_last=name == "reference", **_YOUTUBE8M)


def setting_names(cls: type[TrainingSettings]) -> set[str]:
    """Return the names that `replace_settings` takes: of the fields and of the fields of parts."""
    names = set()
    for field in dataclasses.fields(cls):
        names.add(field.name)
        if dataclasses.is_dataclass(field.default):
            names |= {inner.name for inner in dataclasses.fields(field.default)}
    return names


def replace_settings(settings: S, **changes: Any) -> S:
    """Return the settings with those changes that are not None; network fields by their own name.

    >>> replace_settings(contrastive_settings("paper"), heads=4, epochs=None).network.heads
    4

    Raises:
        SettingError: a value is out of range.
    """
    changes = {name: value for name, value in changes.items() if value is not None}
    for name, part in vars(settings).items():
        if dataclasses.is_dataclass(part) and not isinstance(part, type):
            inner = {f.name for f in dataclasses.fields(part)} & set(changes)
            changes[name] = replace(part, **{n: changes.pop(n) for n in inner})
    return replace(settings, **changes)


def parse_settings(settings: TrainingSettings, changes: Iterable[str]) -> dict[str, Any]:
    """Return values by name, of texts that name a setting and its value.

    >>> parse_settings(contrastive_settings("paper"), ["heads=4", "unit_input=false"])
    {'heads': 4, 'unit_input': False}

    Args:
        settings: whose values have the types that are expected.
        changes: such as ``"heads=4"``; a hyphen may stand for an underscore.

    Raises:
        SettingError: there is no such setting, or the value is of another type.
    """
    known = {name: value for name, value in vars(settings).items() if name != "name"}
    for name, part in list(known.items()):
        if dataclasses.is_dataclass(part):
            known |= vars(known.pop(name))
    values: dict[str, Any] = {}
    for text in changes:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise SettingError(f"changes: expected NAME=VALUE, got '{text}'")
        if name not in known:
            raise unknown_value("changes", name, known)
        kind = type(known[name])
        try:
            values[name] = _BOOLEANS[value.strip()] if kind is bool else kind(value.strip())
        except (KeyError, ValueError):
            raise SettingError(f"{name}: expected {_IN_WORDS[kind]}, got '{value}'") from None
    return values


_BOOLEANS = {"true": True, "false": False}
_IN_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}


def from_dict(values: Mapping[str, Any], cls: type[S]) -> S:
    """Return the settings that `dataclasses.asdict` made into a dictionary.

    Args:
        values: name -> value; the fields of a part in a dictionary of their own.
        cls: class of the settings.

    Raises:
        SettingError: a name is unknown, or a value of another type or out of range.
    """
    try:
        inner = {
            field.name: type(field.default)(**values[field.name])
            for field in dataclasses.fields(cls)
            if dataclasses.is_dataclass(field.default) and not isinstance(field.default, type)
        }
        return cls(**{**values, **inner})
    except (TypeError, KeyError) as error:
        raise SettingError(f"settings of another version of vidgist ({error})") from None
