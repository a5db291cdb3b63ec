"""What is served: complete FLAC and WAV files, exact to the byte at every offset, for every format that goes in."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import mutagen
import numpy as np
import pytest
import sound
import soundfile
from conftest import manifest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.conftest import Studio
from musfuse.errors import IndexMismatchError, MediaError, SourceChangedError
from musfuse.media.flac.index import FrameIndex
from musfuse.media.ports import CHUNK_BYTES, NotIndexedError
from musfuse.model import Rendition

Read = Callable[..., bytes]
FORMATS = [
    ("a.wav", 16, 2, 44_100), ("a.wav", 8, 1, 8_000), ("a.wav", 24, 8, 192_000), ("a.aiff", 16, 2, 48_000),
    ("a.aiff", 8, 2, 22_050), ("a.w64", 24, 2, 96_000), ("a.rf64", 16, 2, 44_100), ("a.caf", 24, 2, 88_200),
    ("a.au", 16, 1, 11_025), ("a.wav", 16, 3, 384_000), ("a.wav", 16, 2, 37_123),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bits", "channels", "rate"), FORMATS)
def test_every_format_becomes_a_whole_flac(
    studio: Studio, music: Path, tmp_path: Path, read_whole: Read, name: str, bits: int, channels: int, rate: int
) -> None:
    sound.write(music / name, 50_001, channels, bits, rate)
    layout = studio.engine.layout(studio.track(name, title="T", artist="A; B"))
    data = read_whole(layout)
    assert len(data) == layout.size
    out = tmp_path / "out.flac"
    out.write_bytes(data)
    sound.flac_test(out)
    assert sound.ffmpeg_md5(out) == sound.ffmpeg_md5(music / name)
    info = mutagen.File(out)
    assert (info.info.sample_rate, info.info.channels, info.info.bits_per_sample) == (rate, channels, bits)
    assert info.info.total_samples == 50_001
    assert info["artist"] == ["A", "B"]
    assert info.seektable is not None


@pytest.mark.parametrize("policy", ["flac", "wav"])
@pytest.mark.parametrize(("bits", "channels", "samples"), [(16, 2, 200_001), (24, 1, 70_001), (8, 1, 70_001)])
def test_any_range_is_the_slice_of_the_whole(
    studio: Studio, music: Path, read_whole: Read, policy: str, bits: int, channels: int, samples: int
) -> None:
    sound.write(music / "a.aiff", samples, channels, bits)
    layout = studio.engine.layout(studio.track("a.aiff", policy))
    whole = read_whole(layout, 4096 * 7)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, layout.size + 10), st.integers(0, 300_000))
    def check(offset: int, size: int) -> None:
        assert layout.read_at(offset, size) == whole[offset : offset + size]

    check()


@pytest.mark.parametrize(("bits", "channels"), [(16, 2), (24, 6), (8, 1)])
def test_the_wav_policy(
    studio: Studio, music: Path, tmp_path: Path, read_whole: Read, bits: int, channels: int
) -> None:
    sound.write(music / "a.au", 30_001, channels, bits)
    track = studio.track("a.au", "wav", title="Tïtle", artist="A")
    assert track.rendition is Rendition.WAV
    layout = studio.engine.layout(track)
    out = tmp_path / "out.wav"
    out.write_bytes(read_whole(layout))
    assert out.stat().st_size == layout.size
    assert sound.ffmpeg_md5(out) == sound.ffmpeg_md5(music / "a.au")
    with soundfile.SoundFile(out) as opened:
        assert (opened.frames, opened.channels, opened.title) == (30_001, channels, "Tïtle")


def test_policies_settle_what_is_served(studio: Studio, music: Path) -> None:
    sound.write(music / "a.flac")
    sound.write(music / "a.wav")
    sound.write(music / "f.wav", subtype="FLOAT")
    sound.write(music / "i.wav", subtype="PCM_32")
    sound.write(music / "u.wav", subtype="ULAW")
    sound.write(music / "h.wav", rate=705_600)
    formats = {
        name: sound.format_of(studio.origin, name) for name in ("a.flac", "a.wav", "f.wav", "i.wav", "u.wav", "h.wav")
    }
    made = {
        (name, policy): studio.engine.rendition_of(fmt, policy)
        for name, fmt in formats.items()
        for policy in ("flac", "wav", "original")
    }
    assert made["a.wav", "flac"] is Rendition.FLAC
    assert made["a.flac", "wav"] is Rendition.WAV
    for key in (("a.flac", "flac"), ("a.wav", "wav"), ("a.wav", "original"), ("f.wav", "flac"), ("i.wav", "flac"),
                ("u.wav", "flac"), ("h.wav", "flac"), ("f.wav", "wav")):  # fmt: skip
        assert made[key] is Rendition.ORIGINAL, key


def test_an_original_passes_untouched(studio: Studio, music: Path, read_whole: Read) -> None:
    sound.write(music / "a.flac", title="T")
    assert read_whole(studio.engine.layout(studio.track("a.flac"))) == (music / "a.flac").read_bytes()


def test_the_picture_is_carried(studio: Studio, music: Path, tmp_path: Path, read_whole: Read) -> None:
    image = sound.picture(200)
    sound.add_picture(sound.write(music / "a.wav"), image)
    track = studio.track("a.wav")
    out = tmp_path / "a.flac"
    out.write_bytes(read_whole(studio.engine.layout(track)))
    sound.flac_test(out)
    (picture,) = mutagen.File(out).pictures
    assert (picture.data, picture.mime, picture.width, picture.height, picture.type) == (
        image,
        "image/png",
        200,
        200,
        3,
    )
    assert studio.engine.open_stream(track, "flac").artwork == image


def test_not_indexed_is_said(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav")
    with pytest.raises(NotIndexedError, match=r"a\.wav"):
        studio.engine.layout(studio.track("a.wav", index=False))


def test_an_index_of_another_encoder_is_noticed_and_dropped(studio: Studio, music: Path) -> None:
    """Never wrong bytes: a frame of another size than the index says is an error, and the index goes."""
    sound.write(music / "a.wav", 200_000)
    track = studio.track("a.wav")
    index = studio.indexes.get(track)
    assert index is not None
    index.sizes[20] += 1
    studio.indexes.put(track, index)
    layout = studio.engine.layout(track)
    with pytest.raises(IndexMismatchError):
        layout.read_at(0, layout.size)
    assert studio.indexes.get(track) is None


def test_an_index_that_cannot_be_read_is_built_again(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav")
    track = studio.track("a.wav")
    from musfuse.store import KvNamespace

    studio.store.put(KvNamespace.INDEX, studio.indexes.key(track.file), b"mfix garbage")
    assert studio.indexes.get(track) is None
    assert isinstance(studio.indexes.get(studio.track("a.wav")), FrameIndex)


def test_a_source_that_changes_is_never_mixed(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 2_000_000)
    layout = studio.engine.layout(studio.track("a.wav"))
    first = layout.read_at(0, 50_000)
    layout.read_at(50_000, 50_000)  # goes on: the whole run is kept in memory
    sound.write(music / "a.wav", 2_000_000, seed=2)
    assert layout.read_at(0, 50_000) == first  # from the runs kept in memory
    with pytest.raises((SourceChangedError, OSError)):
        layout.read_at(layout.size - 1000, 1000)


@pytest.mark.parametrize("policy", ["flac", "wav", "original"])
@pytest.mark.parametrize(
    "name", ["a.wav", "a.aiff", "a.flac", "a.mp3", "a.w64", "a.au", "a.caf", "a.rf64", "a.m4a", "a.wv", "a.tta"]
)
def test_streams_rise_and_end_with_the_audio(studio: Studio, music: Path, policy: str, name: str) -> None:
    if name[2:] in ("m4a", "wv", "tta"):
        options = ("-c:a", "alac") if name == "a.m4a" else ()
        sound.convert(sound.write(music.parent / "a.wav", 700_000), music / name, *options)
    else:
        sound.write(music / name, 700_000)
    track = studio.track(name, policy)
    layout = studio.engine.layout(track)
    result = studio.engine.open_stream(track, policy)
    chunks = list(result.chunks)
    assert b"".join(c.data for c in chunks) == layout.read_at(0, layout.size)
    assert all(len(c.data) == CHUNK_BYTES for c in chunks[:-1])
    assert [c.last for c in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(a.start_ns < b.start_ns for a, b in itertools.pairwise(chunks))
    assert all(c.start_ns <= c.end_ns for c in chunks)
    assert track.format.total_samples is not None
    exact = track.format.total_samples * 1_000_000_000 // 44_100
    assert abs(chunks[-1].end_ns - exact) <= 1_000_000_000 // 44_100 + 1
    assert result.size == layout.size


def test_readers_side_by_side_agree(studio: Studio, music: Path, read_whole: Read) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sound.write(music / "a.wav", 600_000)
    track = studio.track("a.wav")
    whole = read_whole(studio.engine.layout(track))

    def reader(seed: int) -> None:
        rng, layout = random.Random(seed), studio.engine.layout(track)
        for _ in range(40):
            offset = rng.randrange(layout.size)
            assert layout.read_at(offset, 50_000) == whole[offset : offset + 50_000]
        layout.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(reader, range(8)))
    assert studio.frame_cache.held_bytes <= 8 << 20


def test_the_corpus_becomes_flac(studio: Studio, corpus: Path, tmp_path: Path, read_whole: Read) -> None:
    """Every valid WAV and AIFF of the corpus that FLAC can hold: bit-exact against ffmpeg."""
    from musfuse.origins import LocalOrigin

    studio.origin = LocalOrigin("c", str(corpus))
    done = 0
    for row in manifest():
        if row["format"] not in ("wav", "aiff") or not row["note"].startswith("valid"):
            continue
        fmt = sound.format_of(studio.origin, row["path"])
        if studio.engine.rendition_of(fmt, "flac") is not Rendition.FLAC or not fmt.total_samples:
            continue
        layout = studio.engine.layout(studio.track(row["path"]))
        out = tmp_path / "out.flac"
        out.write_bytes(read_whole(layout))
        sound.flac_test(out)
        assert sound.flac_raw(out) == sound.ffmpeg_raw(corpus / row["path"], fmt.bits), row["path"]
        done += 1
    assert done >= 15


def test_truncated_and_flipped_sources(studio: Studio, music: Path, tmp_path: Path) -> None:
    """Bytes of a damaged WAV: an error, or a file whose size agrees with its bytes; never a crash."""
    sound.write(music / "a.wav", 20_000)
    raw = bytearray((music / "a.wav").read_bytes())
    rng = np.random.default_rng(3)
    served = 0
    for n in range(60):
        bad = bytearray(raw)
        if n % 3 == 0:
            bad = bad[: int(rng.integers(12, len(raw)))]
        elif n % 3 == 1:
            for at in rng.integers(0, 60, 3):
                bad[at] = int(rng.integers(0, 256))
        else:
            bad += bytes(rng.integers(0, 256, 500, dtype=np.uint8))
        (music / f"{n}.wav").write_bytes(bad)
        try:
            layout = studio.engine.layout(studio.track(f"{n}.wav"))
        except MediaError:
            continue
        data = layout.read_at(0, layout.size + 100)
        assert len(data) == layout.size
        served += 1
        layout.close()
    assert served >= 20
