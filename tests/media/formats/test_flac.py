"""FLAC as a format: what its headers tell, where its pictures lie, and whether all of it decoded."""

import hashlib
import io
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import sound
import soundfile
from sound import FORMATS
from tests_support import needs_program

from musfuse.errors import MalformedError
from musfuse.media.art.located import Located
from musfuse.media.formats.flac import FORMATS as RECORDS
from musfuse.media.reading import read_original
from musfuse.model import SourceFile, Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin
from musfuse.origins.reader import FAR_BLOCK, FAR_END
from musfuse.origins.traits import Traits

(FLAC,) = RECORDS


def test_a_flac_cut_short_or_patched_is_noted(music: Path, origin: LocalOrigin) -> None:
    raw = bytearray(sound.write(music / "a.flac", 100_000).read_bytes())
    (music / "cut.flac").write_bytes(raw[:-3000])
    (music / "long.flac").write_bytes(raw + bytes(5000))
    (music / "id3v1.flac").write_bytes(raw + b"TAG" + bytes(125))
    raw[21:26] = (int.from_bytes(raw[21:26], "big") + 7).to_bytes(5, "big")
    (music / "count.flac").write_bytes(raw)
    notes = {n: read_original(FORMATS, origin, sound.source_file(origin, n)).notes for n in os.listdir(music)}
    assert notes["a.flac"] == notes["id3v1.flac"] == ()
    assert all(notes[n] for n in ("cut.flac", "long.flac", "count.flac")), notes


def test_no_more_travels_of_a_far_file_than_its_last_frame_takes() -> None:
    """Most last frames are short, whatever the largest takes that STREAMINFO tells of."""
    moved: dict[int, int] = {}
    for last in (100, 4000):
        asked: list[int] = []

        class Noting(MemoryOrigin):
            def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None, asked=asked) -> bytes:  # type: ignore[no-untyped-def]
                asked.append(size)
                return super().read(path, offset, size, stamp)

        origin = Noting("m", {"a.flac": flac_of_noise(40 * 4096 + last)})
        origin.traits = Traits(block_bytes=FAR_BLOCK)
        reading = read_original(FORMATS, origin, SourceFile("m", "a.flac", origin.stat("a.flac").stamp))
        assert reading.notes == ()
        moved[last] = sum(asked)
    assert moved[100] == FAR_BLOCK + FAR_END <= 32_000
    assert moved[100] < moved[4000] <= 3 * FAR_BLOCK + FAR_END


def flac_of_noise(samples: int) -> bytes:
    """Frames of over FAR_END bytes."""
    out = io.BytesIO()
    words = np.random.default_rng(1).integers(-32_768, 32_767, (samples, 2)).astype("<i2")
    soundfile.write(out, words, 44_100, "PCM_16", format="FLAC")
    return out.getvalue()


def located(data: bytes) -> list[tuple[int, str, bytes]]:
    """(type, description, bytes) of each picture that is found in a file."""
    assert FLAC.pictures is not None
    found = []
    for picture in FLAC.pictures(io.BytesIO(data), 0, len(data)):
        assert isinstance(picture, Located)
        found.append((picture.kind, picture.description, data[picture.start : picture.start + picture.length]))
    return found


def test_pictures_are_found_where_metaflac_put_them(music: Path) -> None:
    path = sound.write(music / "a.flac", 4410)
    assert located(path.read_bytes()) == []
    for kind, text, form in ((3, "Frönt", "PNG"), (4, "", "JPEG")):
        (music / "p").write_bytes(sound.picture(fmt=form))
        option = f"--import-picture-from={kind}||{text}||{music / 'p'}"
        subprocess.run(
            [needs_program("metaflac"), option, str(path)], check=True, env=os.environ | {"LC_ALL": "C.UTF-8"}
        )
    assert located(path.read_bytes()) == [(3, "Frönt", sound.picture()), (4, "", sound.picture(fmt="JPEG"))]


def test_a_picture_that_claims_more_than_its_block_is_none(music: Path) -> None:
    front = (3).to_bytes(4, "big") + (9).to_bytes(4, "big") + b"image/png" + bytes(20)
    data = sound.write(music / "a.flac", 4410).read_bytes()

    def with_block(length: int, claimed: int) -> bytes:
        body = front + length.to_bytes(4, "big") + b"picture"
        return b"fLaC\0" + data[5:42] + b"\x86" + claimed.to_bytes(3, "big") + body

    assert located(with_block(7, len(front) + 11)) == [(3, "", b"picture")]
    assert located(with_block(8, len(front) + 11)) == []
    assert located(with_block(7, len(front) + 12)) == []


def test_the_md5_of_what_was_decoded_is_compared(music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "a.flac", 4410)
    check, file = FLAC.check_md5, sound.source_file(origin, "a.flac")
    assert check is not None
    right = hashlib.md5(sound.flac_raw(path)).digest()
    check(origin, file, right)
    with pytest.raises(MalformedError, match=r"/a\.flac: its audio does not have the MD5"):
        check(origin, file, bytes(16))
    data = bytearray(path.read_bytes())
    data[26:42] = bytes(16)
    path.write_bytes(data)
    check(origin, sound.source_file(origin, "a.flac"), bytes(15) + b"x")  # none is told: none is compared


def test_one_that_tells_no_length_decodes_to_its_end(music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "a.flac", 9000)
    whole, data = sound.flac_raw(path), bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)
    fmt = sound.format_of(origin, "a.flac")
    assert fmt.total_samples is None
    assert FLAC.pcm is not None
    source = FLAC.pcm(origin, sound.source_file(origin, "a.flac"), fmt, False)
    assert source.read(0, 20_000) == whole
    source.close()


def test_its_audio_begins_behind_the_metadata(music: Path) -> None:
    data = sound.write(music / "a.flac", 4410, title="T" * 500).read_bytes()
    assert FLAC.audio is not None
    (span,) = FLAC.audio(io.BytesIO(data + b"TAG" + bytes(125)), 0, len(data) + 128)
    assert data[span.start : span.start + 2] == b"\xff\xf8"
    assert span.end == len(data)
