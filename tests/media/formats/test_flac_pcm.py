"""Samples of a FLAC at any place: those that libFLAC finds by itself, whatever the headers of frames say."""

import io
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musfuse.errors import MediaError
from musfuse.media.formats.flac.pcm import FlacPcm, SplicedInput
from musfuse.media.pcm import SndfilePcm
from musfuse.origins import LocalOrigin

SAMPLES = 60_000


def read(source: SndfilePcm, places: list[int], count: int = 700) -> list[bytes | None]:
    """What each place holds; None where it cannot be decoded."""
    found: list[bytes | None] = []
    for start in places:
        try:
            found.append(source.read(start, count))
        except MediaError:
            found.append(None)
    source.close()
    return found


@pytest.mark.parametrize(("bits", "channels"), [(16, 2), (24, 1), (8, 6)])
def test_any_place_in_any_order_has_the_samples_of_a_decode_from_the_start(
    origin: LocalOrigin, music: Path, bits: int, channels: int
) -> None:
    path = sound.write(music / "a.flac", SAMPLES, channels, bits, title="Tagged")
    file = sound.source_file(origin, path.name)
    source = SndfilePcm(origin, file)
    whole, unit = source.read(0, SAMPLES), channels * (4 if bits > 16 else 2)
    source.close()
    places = [SAMPLES // 2, 4096, 4095, SAMPLES - 1, 0, 1, SAMPLES, 12_288, 13_000]
    assert read(FlacPcm(origin, file), places) == [whole[p * unit : (p + 700) * unit] for p in places]


def test_a_tag_in_front_of_the_stream_is_passed_over(origin: LocalOrigin, music: Path) -> None:
    path = sound.write(music / "a.flac", SAMPLES)
    wanted = read(SndfilePcm(origin, sound.source_file(origin, path.name)), [30_000])
    path.write_bytes(b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + path.read_bytes())
    assert read(FlacPcm(origin, sound.source_file(origin, path.name)), [30_000]) == wanted


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=12), st.data())
def test_damage_gives_the_samples_that_libflac_finds_by_itself(
    origin: LocalOrigin, music: Path, damage: list[tuple[int, int]], data: st.DataObject
) -> None:
    path = sound.write(music / "a.flac", SAMPLES)
    content = bytearray(path.read_bytes())
    front = content.index(b"\xff\xf8")
    for at, value in damage:
        content[front + at % (len(content) - front)] = value
    path.write_bytes(content)
    file = sound.source_file(origin, path.name)
    place = data.draw(st.integers(1, SAMPLES - 1))
    alone, guided = read(SndfilePcm(origin, file), [place]), read(FlacPcm(origin, file), [place])
    assert alone[0] is None or alone == guided


@pytest.mark.parametrize("first", [4096, 1152])
def test_sizes_of_blocks_that_lie_give_the_samples_that_libflac_finds_by_itself(
    origin: LocalOrigin, music: Path, first: int
) -> None:
    path = sound.write(music / "a.flac", SAMPLES if first == 4096 else first)
    content = bytearray(path.read_bytes())
    for least, most in product((16, 256, 1152, 4095, 4096, 65_535), repeat=2):
        content[8:12] = least.to_bytes(2, "big") + most.to_bytes(2, "big")
        path.write_bytes(content)
        file = sound.source_file(origin, path.name)
        for place in (4100, 5000, 30_000):
            alone, guided = read(SndfilePcm(origin, file), [place, 100]), read(FlacPcm(origin, file), [place, 100])
            assert alone == guided, (least, most, place)


def test_what_cannot_be_decoded_behind_a_seek_is_decoded_as_libflac_does_by_itself(
    origin: LocalOrigin, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sound.source_file(origin, sound.write(music / "a.flac", SAMPLES).name)
    places = [30_001, 39_001, 50_000, 100]
    wanted = read(SndfilePcm(origin, file), places, 9000)
    given, source = SplicedInput.readinto, FlacPcm(origin, file)

    def damaged(self: SplicedInput, buffer: Any) -> int:
        count = given(self, buffer)
        memoryview(buffer).cast("B")[:count] = b"\xff" * count
        return count

    source.read(30_000, 1)
    monkeypatch.setattr(SplicedInput, "readinto", damaged)
    assert read(source, places, 9000) == wanted


def test_a_spliced_file_is_its_front_and_what_lies_behind() -> None:
    reader = io.BufferedReader(io.BytesIO(b"0123456789"))  # type: ignore[arg-type]
    source = SplicedInput(reader, b"abc", 4, 10)
    assert (source.seek(0, 2), source.seek(-20, 1), source.seek(1)) == (9, 9, 1)
    buffer = bytearray(20)
    assert (source.readinto(buffer), bytes(buffer[:8]), source.tell()) == (8, b"bc456789", 9)
