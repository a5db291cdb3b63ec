"""FLAC originals that `flac -t` refuses: shown as they are, or made anew where all their audio decodes."""

import struct
from pathlib import Path

import pytest
import sound
from sound import FORMATS

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import MusfuseError
from musfuse.media.reading import read_original
from musfuse.origins import LocalOrigin


def no_total(data: bytes) -> bytes:
    packed = struct.unpack(">Q", data[18:26])[0] & ~((1 << 36) - 1)
    return data[:18] + struct.pack(">Q", packed) + data[26:]


def no_md5(data: bytes) -> bytes:
    return data[:26] + bytes(16) + data[42:]


def wrong_md5(data: bytes) -> bytes:
    return id3(data[:26] + bytes(range(16)) + data[42:])


def id3(data: bytes) -> bytes:
    return b"ID3\x04\0\0\0\0\0\x40" + bytes(64) + data


def broken_audio(data: bytes) -> bytes:
    middle = len(data) // 2
    return no_md5(data[:middle] + bytes(2000) + data[middle + 2000 :])


FAULTS = {"total": no_total, "md5": no_md5, "id3": id3, "wrong": wrong_md5, "audio": broken_audio}
REPAIRED = {"total", "md5", "id3"}


@pytest.fixture
def faulty(music: Path) -> dict[str, bytes]:
    made = {}
    for name, fault in FAULTS.items():
        path = sound.write(music / f"{name}.flac", 200_000, artist="A", title=name)
        made[name] = fault(path.read_bytes())
        path.write_bytes(made[name])
    return made


def served(library: Library, name: str) -> bytes:
    path = f"A/music/{name}.flac"
    try:
        opened = library.drive.open(path)
    except MusfuseError:  # it does not decode: from now on it is served as the original
        opened = library.drive.open(path)
    data = library.drive.read_at(opened.handle, 0, opened.size)
    library.drive.close(opened.handle)
    return data


def test_shown_as_they_are(make_library: Make, faulty: dict[str, bytes]) -> None:
    library = make_library()
    for name, data in faulty.items():
        assert served(library, name) == data
    reported = " ".join(str(row) for row in library.catalog.reports.lines())
    for name in ("total", "md5", "id3"):
        assert f"{name}.flac" in reported


def test_made_anew_where_all_decodes(make_library: Make, faulty: dict[str, bytes], tmp_path: Path) -> None:
    library = make_library(flac__repair=True)
    for name, data in faulty.items():
        got = served(library, name)
        if name not in REPAIRED:
            assert got == data, name
            continue
        out = tmp_path / "out.flac"
        out.write_bytes(got)
        sound.flac_test(out)
        (tmp_path / "in.flac").write_bytes(data[data.index(b"fLaC") :])
        assert sound.flac_raw(out) == sound.flac_raw(tmp_path / "in.flac")


@pytest.mark.usefixtures("music")
def test_a_sound_flac_is_not_faulty(origin: LocalOrigin, music: Path) -> None:
    sound.write(music / "a.flac")
    assert not read_original(FORMATS, origin, sound.source_file(origin, "a.flac")).format.faulty
