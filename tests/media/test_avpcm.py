"""Lossless codecs beside PCM: what we decode is what ffmpeg decodes, at every position, and what cannot be is said."""

import random
from pathlib import Path

import pytest
import sound
from conftest import manifest
from sound import FORMATS

from media.conftest import Studio
from musfuse.errors import MediaError, MusfuseError
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoder import Encoder
from musfuse.media.pcm import can_encode, pack, word_bytes
from musfuse.media.reading import read_original
from musfuse.origins import LocalOrigin

SHAPES = [
    ("a.m4a", 16, 2, 44_100), ("b.m4a", 24, 2, 96_000), ("c.m4a", 16, 6, 48_000), ("d.m4a", 24, 1, 192_000),
    ("a.tta", 16, 2, 44_100), ("b.tta", 24, 2, 96_000), ("c.tta", 8, 1, 22_050), ("d.tta", 24, 6, 48_000),
    ("a.wv", 16, 2, 44_100), ("b.wv", 24, 2, 96_000), ("c.wv", 8, 1, 22_050), ("d.wv", 24, 6, 48_000), ("e.wv", 16, 1, 7_350),
    ("a.caf", 16, 2, 44_100), ("b.caf", 24, 6, 48_000),
]  # fmt: skip


def make(music: Path, name: str, bits: int, channels: int, rate: int, samples: int = 300_017) -> Path:
    wav = sound.write(music.parent / f"{name}.wav", samples, channels, bits, rate)
    options = {"m4a": ("-c:a", "alac"), "caf": ("-c:a", "alac")}.get(name.rsplit(".", 1)[1], ())
    return sound.convert(wav, music / name, *options)


def check_every_position(origin: LocalOrigin, path: Path, bits: int, channels: int, rate: int) -> None:
    """What is decoded at any position is what ffmpeg decodes there."""
    expected = sound.ffmpeg_raw(path, bits)
    file, fmt = sound.source_file(origin, path.name), sound.format_of(origin, path.name)
    assert (fmt.bits, fmt.channels, fmt.sample_rate, fmt.pcm) == (bits, channels, rate, "int")
    unit, rng = bits // 8 * channels, random.Random(path.name)
    total = len(expected) // unit
    source = open_pcm(FORMATS, origin, file, fmt)
    for _ in range(40):
        start, count = rng.randrange(total + 100), rng.choice((1, 4096, 20_000))
        assert pack(source.read(start, count), bits) == expected[start * unit : (start + count) * unit]
    assert pack(source.read(0, total + 5), bits) == expected
    assert not source.sequential
    source.close()


@pytest.mark.parametrize(("name", "bits", "channels", "rate"), SHAPES)
def test_pcm_at_any_position(origin: LocalOrigin, music: Path, name: str, bits: int, channels: int, rate: int) -> None:
    check_every_position(origin, make(music, name, bits, channels, rate), bits, channels, rate)


@pytest.mark.parametrize(
    ("codec", "bits", "rate"),
    [("s8", 8, 22_050), ("u8", 8, 44_100), ("s16le", 16, 44_100), ("s16be", 16, 48_000), ("s24le", 24, 44_100),
     ("s24be", 24, 96_000), ("s16le", 16, 192_000)],
)  # fmt: skip
def test_pcm_in_quicktime(origin: LocalOrigin, music: Path, codec: str, bits: int, rate: int) -> None:
    made = make(music, "a.flac", bits, 2, rate, 100_003)
    path = sound.convert(made, music / "b.mov", "-c:a", f"pcm_{codec}").rename(music / "b.m4a")
    check_every_position(origin, path, bits, 2, rate)


@pytest.mark.parametrize(
    ("codec", "raw", "bits"), [("sowt", "s16le", 16), ("twos", "s16be", 16), ("in24", "s24be", 24)]
)
@pytest.mark.parametrize("lengths", [(1,), (1024,), (4096, 37, 1000)])
def test_mp4_with_a_bare_sample_description(
    origin: LocalOrigin, music: Path, codec: str, raw: str, bits: int, lengths: tuple[int, ...]
) -> None:
    frames = 2_011 if lengths == (1,) else 50_003  # a packet a frame takes long
    wav = sound.write(music / "a.wav", frames, 2, bits)
    sizes: list[int] = []
    while (left := frames - sum(sizes)) > 0:
        sizes.append(min(left, lengths[len(sizes) % len(lengths)]))
    path = sound.pcm_mp4(music / "a.m4a", sound.ffmpeg_pcm(wav, raw), codec, 2, bits, 44_100, sizes)
    assert sound.ffmpeg_raw(path, bits) == sound.ffmpeg_raw(wav, bits)
    check_every_position(origin, path, bits, 2, 44_100)


@pytest.mark.parametrize("codec", ["s32le", "f32le", "f64le", "alaw"])
def test_what_flac_cannot_hold_in_quicktime_stays_as_it_is(origin: LocalOrigin, music: Path, codec: str) -> None:
    wav = sound.write(music / "a.wav", 20_000)
    sound.convert(wav, music / "b.mov", "-c:a", f"pcm_{codec}").rename(music / "b.m4a")
    fmt = sound.format_of(origin, "b.m4a")
    assert (fmt.sample_rate, fmt.channels, can_encode(fmt)) == (44_100, 2, False)


@pytest.mark.parametrize("name", ["a.tta", "a.wv", "a.m4a"])
def test_the_shortest_files_are_shown(origin: LocalOrigin, music: Path, name: str) -> None:
    """Shorter than an ID3v1 tag, which readers of tags look for at the end."""
    check_every_position(origin, make(music, name, 16, 1, 44_100, samples=10), 16, 1, 44_100)


@pytest.mark.parametrize(("name", "bits", "channels", "rate"), SHAPES[:13:4])
def test_served_as_flac(
    studio: Studio, music: Path, tmp_path: Path, name: str, bits: int, channels: int, rate: int
) -> None:
    path = make(music, name, bits, channels, rate, 150_001)
    track = studio.track(name)
    assert track.rendition == "flac"
    layout = studio.engine.layout(track)
    out = tmp_path / "out.flac"
    out.write_bytes(b"".join(layout.read_at(at, 77_777) for at in range(0, layout.size, 77_777)))
    layout.close()
    sound.flac_test(out)
    assert sound.flac_raw(out) == sound.ffmpeg_raw(path, bits)


def test_the_lossless_corpus(corpus: Path, tmp_path: Path) -> None:
    """Every valid file that is converted equals ffmpeg's own decode; every other one says why."""
    origin = LocalOrigin("c", str(corpus))
    converted = []
    for row in manifest():
        if row["format"] not in ("ape", "wv", "tta", "m4a-alac"):
            continue
        try:
            file = sound.source_file(origin, row["path"])
            reading = read_original(FORMATS, origin, file)
        except MusfuseError as error:
            assert row["path"] in str(error)
            assert not row["note"].startswith("valid"), error
            continue
        if not can_encode(reading.format):
            assert reading.notes or not row["note"].startswith("valid"), row
            continue
        try:
            index = build_index(lambda f=file, fmt=reading.format: open_pcm(FORMATS, origin, f, fmt), Encoder(5), 2)
            source = open_pcm(FORMATS, origin, file, reading.format)
            try:
                words = source.read(0, index.total_samples)
            finally:
                source.close()
        except MediaError as error:
            assert row["path"] in str(error), error
            assert not row["note"].startswith("valid"), error
            continue
        bits, unit = reading.format.bits, reading.format.bits // 8 * reading.format.channels
        expected = sound.ffmpeg_raw(corpus / row["path"], bits)
        assert pack(words, bits) == expected, row["path"]
        rng = random.Random(row["path"])
        source = open_pcm(FORMATS, origin, file, reading.format, index.sequential)
        for _ in range(12):
            start, count = rng.randrange(index.total_samples), rng.choice((1, 1000, 50_000))
            got = pack(source.read(start, count), bits)
            assert got == expected[start * unit : (start + count) * unit], (row["path"], start)
        source.close()
        converted.append(row["path"])
    origin.close()
    assert len(converted) >= 18, converted


@pytest.mark.parametrize("name", ["a.m4a", "a.tta", "a.wv"])
def test_damage_is_an_error_that_names_the_file(origin: LocalOrigin, music: Path, name: str) -> None:
    path = make(music, name, 16, 2, 44_100)
    data = bytearray(path.read_bytes())
    rng = random.Random(1)
    for _ in range(20):
        broken = bytearray(data)
        if rng.random() < 0.3:
            del broken[rng.randrange(len(broken) // 4, len(broken)) :]
        else:
            at = rng.randrange(2000, len(broken) - 2000)
            broken[at : at + 300] = rng.randbytes(300)
        path.write_bytes(broken)
        file = sound.source_file(origin, name)
        try:
            fmt = read_original(FORMATS, origin, file).format
            source = FORMATS.get(fmt.container).pcm(origin, file, fmt, False)
        except MediaError as error:
            assert name in str(error)
            continue
        try:
            words = source.read(0, 400_000)
            assert len(words) % (word_bytes(16) * 2) == 0
        except MediaError as error:
            assert name in str(error)
        finally:
            source.close()


def test_timestamps_that_lie_make_seeks_sequential(origin: LocalOrigin, music: Path) -> None:
    """An MP4 whose media time scale is not its rate: rounded timestamps find no sample, a decode from the start does."""
    make(music, "x.m4a", 16, 2, 44_100)
    data = (music / "x.m4a").read_bytes()
    at = data.index(b"mdhd") + 16
    assert int.from_bytes(data[at : at + 4], "big") == 44_100
    (music / "x.m4a").write_bytes(data[:at] + (44_000).to_bytes(4, "big") + data[at + 4 :])
    expected = sound.ffmpeg_raw(music / "x.m4a", 16)
    file, fmt = sound.source_file(origin, "x.m4a"), sound.format_of(origin, "x.m4a")
    index = build_index(lambda: open_pcm(FORMATS, origin, file, fmt), Encoder(5), 2)
    assert index.sequential
    assert index.from_bytes(index.to_bytes()).sequential
    source = open_pcm(FORMATS, origin, file, fmt, index.sequential)
    assert pack(source.read(200_000, 5000), 16) == expected[200_000 * 4 : 205_000 * 4]
    assert pack(source.read(100, 5000), 16) == expected[400:20_400]
    source.close()


def test_every_demuxer_is_there() -> None:
    import av

    assert {"mov", "ape", "wv", "tta", "caf", "flac"} <= set(av.formats_available)
