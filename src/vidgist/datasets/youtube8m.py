r"""Reader of YouTube-8M's frame-level features: a record a video, a vector of bytes a second.

A record is a ``SequenceExample`` message: a context with ``id`` and ``labels``, and lists ``rgb``
(1024 bytes a second: Inception-v3, reduced by PCA and quantized) and ``audio`` (128 bytes).  The
code of the bytes is in `vidgist.backbones.youtube8m`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vidgist.datasets.tfrecord import read_tfrecords
from vidgist.errors import DataError, MissingExtraError

DIMENSION = 1024
MAX_NAMES = 64
"""Most features and lists of a record; YouTube-8M has four."""


@functools.cache
def message_type() -> Any:
    """Return the class of the ``SequenceExample`` message, built from its description.

    Raises:
        MissingExtraError: protobuf is not installed.
    """
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError:
        raise MissingExtraError("reading YouTube-8M records", "youtube8m") from None
    proto = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="vidgist/youtube8m.proto", package="vidgist.youtube8m", syntax="proto3"
    )

    def message(name: str, **fields: tuple[int, int, str, bool]) -> None:
        described = file.message_type.add(name=name)
        for field_name, (number, type_, of, repeated) in fields.items():
            described.field.add(
                name=field_name,
                number=number,
                type=type_,
                type_name=f".vidgist.youtube8m.{of}" if of else None,
                label=proto.LABEL_REPEATED if repeated else proto.LABEL_OPTIONAL,
            )

    inner, data, text = proto.TYPE_MESSAGE, proto.TYPE_BYTES, proto.TYPE_STRING
    message("BytesList", value=(1, data, "", True))
    message("FloatList", value=(1, proto.TYPE_FLOAT, "", True))
    message("Int64List", value=(1, proto.TYPE_INT64, "", True))
    message(
        "Feature",
        bytes_list=(1, inner, "BytesList", False),
        float_list=(2, inner, "FloatList", False),
        int64_list=(3, inner, "Int64List", False),
    )
    # On the wire a map is a list of entries.
    message("Entry", key=(1, text, "", False), value=(2, inner, "Feature", False))
    message("Features", feature=(1, inner, "Entry", True))
    message("FeatureList", feature=(1, inner, "Feature", True))
    message("ListEntry", key=(1, text, "", False), value=(2, inner, "FeatureList", False))
    message("FeatureLists", feature_list=(1, inner, "ListEntry", True))
    message(
        "SequenceExample",
        context=(1, inner, "Features", False),
        feature_lists=(2, inner, "FeatureLists", False),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("vidgist.youtube8m.SequenceExample")
    )


def read_youtube8m(path: str | os.PathLike[str]) -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    """Yield the (scrambled) id and the features of each video of a frame-level file.

    The features are (T, 1024) bytes, one vector a second; one video at a time is in memory.

    Raises:
        DataError: the file is missing, of another kind or damaged, or is video-level.
        MissingExtraError: a library is not installed.
    """
    from google.protobuf.message import DecodeError

    path = Path(path)
    message = message_type()
    for number, data in enumerate(read_tfrecords(path)):
        try:
            example = message.FromString(data)
        except DecodeError:
            raise DataError(
                f"{path}: record {number} is complete, but no SequenceExample; "
                "give YouTube-8M's frame-level files"
            ) from None
        context, lists = example.context.feature, example.feature_lists.feature_list
        if max(len(context), len(lists)) > MAX_NAMES:
            raise DataError(
                f"{path}: record {number} has more than {MAX_NAMES} names, unlike any record of "
                "YouTube-8M; fetch the file again"
            )
        known = {entry.key: entry.value for entry in context}
        listed = {entry.key: entry.value for entry in lists}
        if "rgb" not in listed:
            raise DataError(
                f"{path}: record {number} has no 'rgb' by the second; give YouTube-8M's "
                "frame-level files, not the video-level ones"
            )
        rgb = _rgb(listed["rgb"].feature, len(data))
        if rgb is None:
            raise DataError(
                f"{path}: record {number}: 'rgb' must hold {DIMENSION} bytes a second; "
                "fetch the file again"
            )
        name = known["id"].bytes_list.value if "id" in known else []
        yield b"".join(name[:1]).decode("utf-8", "replace"), rgb


def _rgb(features: Any, size: int) -> npt.NDArray[np.uint8] | None:
    """Return the bytes of every second, (T, 1024), of a record of ``size`` bytes.

    None where a second has another number.  A record can hold millions of empty features: memory is
    taken only if their number fits into the record, and the first wrong one ends the reading.
    """
    if not 0 < len(features) <= size // DIMENSION:
        return None
    rgb = np.empty((len(features), DIMENSION), dtype=np.uint8)
    for second, feature in zip(rgb, features, strict=True):
        values = feature.bytes_list.value
        if len(values) != 1 or len(values[0]) != DIMENSION:
            return None
        second[:] = np.frombuffer(values[0], dtype=np.uint8)
    return rgb
