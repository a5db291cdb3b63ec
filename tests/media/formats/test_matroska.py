"""Clusters of Matroska count; tags, attachments and what stands between them do not."""

import hashlib
from pathlib import Path

import pytest
import sound

from media.identity.conftest import ffmpeg
from media.identity.hearing import heard, heard_in

EBML, SEGMENT, CLUSTER, TAGS, VOID = (
    b"\x1a\x45\xdf\xa3",
    b"\x18\x53\x80\x67",
    b"\x1f\x43\xb6\x75",
    b"\x12\x54\xc3\x67",
    b"\xec",
)
UNKNOWN = b"\x01" + b"\xff" * 7


def made(kind: bytes, body: bytes, wide: bool = False) -> bytes:
    length = len(body) | 1 << 56 if wide else len(body) | 1 << 28
    return kind + length.to_bytes(8 if wide else 4, "big") + body


CLUSTERS = made(CLUSTER, b"one"), made(CLUSTER, b"two", wide=True)
WANTED = f"enc:{hashlib.blake2b(b'onetwo', digest_size=16).hexdigest()}:6"


@pytest.mark.parametrize(
    "segment",
    [
        made(SEGMENT, b"".join(CLUSTERS)), made(SEGMENT, made(TAGS, bytes(700)) + b"".join(CLUSTERS), wide=True),
        made(SEGMENT, CLUSTERS[0] + made(VOID, bytes(9)) + CLUSTERS[1] + made(TAGS, b"x")),
        SEGMENT + UNKNOWN + b"".join(CLUSTERS), SEGMENT + b"\xff" + b"".join(CLUSTERS) + made(TAGS, b"y"),
    ],
)  # fmt: skip
def test_only_clusters_count(segment: bytes) -> None:
    assert heard_in(made(EBML, b"") + segment) == WANTED


@pytest.mark.parametrize(
    "data",
    [
        b"", made(SEGMENT, made(TAGS, b"x")), made(SEGMENT, CLUSTERS[0] + CLUSTER + UNKNOWN + b"two"), made(TAGS, b"x"),
        SEGMENT + b"\x10\xff\xff\xff" + CLUSTERS[0], b"\0" * 40, b"\x01" * 40,
    ],
)  # fmt: skip
def test_no_id(data: bytes) -> None:
    assert heard_in(made(EBML, b"") + data) is None


def test_files_as_ffmpeg_writes_them(tmp_path: Path) -> None:
    source = sound.write(tmp_path / "a.wav", 500_000)
    for name, options in (
        ("a.mka", ()),
        ("b.mka", ("-metadata", "title=" + "x" * 20_000)),
        ("c.mka", ("-af", "volume=0.5")),
    ):
        ffmpeg("-i", source, "-c:a", "flac", *options, "-fflags", "+bitexact", tmp_path / name)
    assert heard(tmp_path / "a.mka") == heard(tmp_path / "b.mka") is not None
    assert heard(tmp_path / "a.mka") != heard(tmp_path / "c.mka")
