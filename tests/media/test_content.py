"""A WAV, an ALAC and a FLAC of the same audio have one content id, from an index or from STREAMINFO."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
import soundfile
from sound import FORMATS

from media.identity.hearing import told
from musfuse.errors import MediaError, MusfuseError
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.build import build_index
from musfuse.media.flac.content import index_content, pcm_content
from musfuse.media.flac.encoder import Encoder
from musfuse.media.inspecting import InspectPool
from musfuse.media.inspecting.inspection import Inspection, InspectionKind
from musfuse.media.inspecting.protocol import answer_message, read_answer
from musfuse.media.pcm import can_encode
from musfuse.media.reading import read_original
from musfuse.origins import LocalOrigin, MemoryOrigin


def indexed(path: Path) -> str:
    origin = LocalOrigin("i", str(path.parent))
    file, fmt = sound.source_file(origin, path.name), sound.format_of(origin, path.name)
    return index_content(build_index(lambda: open_pcm(FORMATS, origin, file, fmt), Encoder(5), 2))


@pytest.mark.parametrize("bits", [8, 16, 24])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_container_of_the_same_samples(tmp_path: Path, bits: int, channels: int) -> None:
    paths = [sound.write(tmp_path / "a.wav", 20_000, channels, bits)]
    samples, rate = soundfile.read(paths[0], dtype="int32")  # floats are rounded otherwise for each container
    for name in ("a.flac", "a.aiff", "a.w64", "a.caf", "a.au"):
        kind = "PCM_U8" if name == "a.w64" else "PCM_S8"
        soundfile.write(tmp_path / name, samples, rate, kind if bits == 8 else sound.SUBTYPES[bits])
        paths.append(tmp_path / name)
    found = {indexed(path) for path in paths}
    assert found == {told(tmp_path / "a.flac")}
    assert next(iter(found)).endswith(f":44100:{channels}:{bits}:20000")
    sound.flac_test(tmp_path / "a.flac")


@pytest.mark.parametrize(("bits", "raw"), [(16, "s16p"), (24, "s32p")])
def test_alac_wavpack_and_true_audio(tmp_path: Path, bits: int, raw: str) -> None:
    flac = sound.write(tmp_path / "a.flac", 20_000, bits=bits)
    alac = sound.convert(flac, tmp_path / "a.m4a", "-c:a", "alac", "-sample_fmt", raw)
    tta = sound.convert(flac, tmp_path / "a.tta")
    assert {indexed(flac), indexed(alac), indexed(tta)} == {told(flac)}


def test_tags_and_pictures_change_nothing_and_one_sample_does(tmp_path: Path) -> None:
    first = told(sound.write(tmp_path / "a.flac"))
    assert told(sound.write(tmp_path / "b.flac", title="One " * 500)) == first
    assert first != told(sound.write(tmp_path / "c.flac", 30_001))
    assert first != told(sound.write(tmp_path / "d.flac", rate=48_000))
    assert first != told(sound.write(tmp_path / "e.flac", seed=2))


def test_what_streaminfo_does_not_tell(tmp_path: Path) -> None:
    path = sound.write(tmp_path / "a.flac")
    data = bytearray(path.read_bytes())
    assert told(path)

    def changed(at: int, new: bytes) -> str:
        other = bytearray(data)
        other[at : at + len(new)] = new
        path.write_bytes(other)
        return told(path)

    assert changed(26, bytes(16)) == ""  # no MD5
    assert changed(22, bytes(4)) == ""  # no length
    assert changed(25, b"\x01") == ""  # another length than its frames hold
    path.write_bytes(data[:-100])
    assert told(path) == ""


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg"])
def test_a_scan_tells_nothing_of_other_files(tmp_path: Path, name: str) -> None:
    assert told(sound.write(tmp_path / name)) == ""


def test_no_audio_has_no_content() -> None:
    assert pcm_content(b"\1" * 16, 44_100, 2, 16, 0) == ""
    assert pcm_content(bytes(16), 44_100, 2, 16, 5) == ""
    assert pcm_content(b"\1" * 16, 44_100, 2, 16, 5) == "pcm:" + "01" * 16 + ":44100:2:16:5"


def test_real_files_sound_as_their_headers_say(corpus: Path) -> None:
    """What STREAMINFO tells is what decoding finds, also of files that other encoders made."""
    origin, compared = LocalOrigin("corpus", str(corpus)), 0
    for path in sorted(corpus.rglob("*.flac")):
        file = sound.source_file(origin, str(path.relative_to(corpus)))
        try:
            reading = read_original(FORMATS, origin, file)
        except MusfuseError:
            continue
        fmt = reading.format
        if reading.content and can_encode(fmt):
            try:
                index = build_index(lambda file=file, fmt=fmt: open_pcm(FORMATS, origin, file, fmt), Encoder(5), 2)
            except MediaError:
                continue  # it is reported and shown as it is
            assert index_content(index) == reading.content, path
            compared += 1
    assert compared > 30


@pytest.fixture
def pool() -> Iterator[InspectPool]:
    made = InspectPool(1, FORMATS)
    yield made
    made.close()


def test_a_worker_tells_it_too(tmp_path: Path, pool: InspectPool) -> None:
    path = sound.write(tmp_path / "a.flac", title="One")
    memory = MemoryOrigin("m", {"a.flac": path.read_bytes(), "a.wav": sound.write(tmp_path / "a.wav").read_bytes()})
    content = {}
    for name in ("a.flac", "a.wav"):
        found = pool.inspect(memory, sound.source_file(memory, name), InspectionKind.ORIGINAL).result(60)
        assert found.reading is not None
        content[name] = found.reading.content
        assert read_answer(answer_message(Inspection(found.reading))).reading == found.reading
    assert content == {"a.flac": told(path), "a.wav": ""}
