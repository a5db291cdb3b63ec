"""What an index worker answers to jobs."""

import struct
from pathlib import Path

import pytest
import sound
from sound import FORMATS

from musfuse.errors import UNEXPECTED, NotFoundError, OriginError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.indexing.protocol import Job
from musfuse.media.indexing.worker import answer
from musfuse.media.pcm import PcmSource
from musfuse.model import SampleRange
from musfuse.origins import LocalOrigin


def job(origin: LocalOrigin, name: str, **more: object) -> Job:
    file = sound.source_file(origin, name)
    return Job(file, sound.format_of(origin, name), Encoder(5), 1, **more)  # type: ignore[arg-type]


def test_an_index_with_its_frames(origin: LocalOrigin, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.wav", 10_000)
    made = answer(FORMATS, job(origin, "a.wav", keep=str(tmp_path / "kept")), origin)
    assert made.index is not None
    assert (made.index.total_samples, made.has_frames, made.error) == (10_000, True, "")
    assert (tmp_path / "kept").exists()
    alone = answer(FORMATS, job(origin, "a.wav"), origin)
    assert alone.index is not None
    assert (alone.index.to_bytes(), alone.has_frames) == (made.index.to_bytes(), False)


def test_a_part_of_an_image(origin: LocalOrigin, music: Path) -> None:
    sound.write(music / "a.wav", 10_000)
    made = answer(FORMATS, job(origin, "a.wav", sample_range=SampleRange(1000, 6000)), origin)
    assert made.index is not None
    assert made.index.total_samples == 5000


def test_a_md5_that_lies_is_the_files_fault(origin: LocalOrigin, music: Path) -> None:
    path = sound.write(music / "a.flac", 20_000)
    assert answer(FORMATS, job(origin, "a.flac"), origin).index is not None
    data = bytearray(path.read_bytes())
    data[26] ^= 1  # STREAMINFO's MD5 (RFC 9639 §8.2)
    path.write_bytes(data)
    other = LocalOrigin("other", str(music))
    made = answer(FORMATS, job(other, "a.flac"), other)
    assert made.index is None
    assert not made.may_retry


def test_what_is_left_behind_of_one_that_failed(origin: LocalOrigin, music: Path, tmp_path: Path) -> None:
    path = sound.write(music / "a.flac", 60_000)
    asked = job(origin, "a.flac", keep=str(tmp_path / "kept"))
    path.unlink()
    origin.close()  # else the file stays open
    made = answer(FORMATS, asked, LocalOrigin("again", str(music)))
    assert made.index is None
    assert (made.may_retry, "a.flac" in made.error) == (True, True)
    assert list(tmp_path.glob("kept*")) == []


@pytest.mark.parametrize(
    ("error", "said", "may_retry"),
    [
        (MemoryError(), "needs more memory than index.memory_mib allows", False),
        (struct.error("x"), UNEXPECTED, False),
        (OriginError("the disk is away"), "a.wav: the disk is away", True),
        (NotFoundError("src/a.wav: no such file"), "src/a.wav: no such file", True),
    ],
)
def test_any_failure_becomes_an_answer(
    origin: LocalOrigin, music: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str, may_retry: bool
) -> None:
    sound.write(music / "a.wav", 1000)
    asked = job(origin, "a.wav")

    def fail(*_: object, **__: object) -> PcmSource:
        raise error

    monkeypatch.setattr("musfuse.media.indexing.worker.build_index", fail)
    made = answer(FORMATS, asked, origin)
    assert made.index is None
    assert said in made.error
    assert "a.wav" in made.error
    assert made.may_retry is may_retry
