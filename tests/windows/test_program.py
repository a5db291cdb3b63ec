"""The program as it is typed on Windows: every command in a process of its own."""

from pathlib import Path

import pytest
import sound

from windows.prepare import windows_path
from windows.wine import Windows

pytestmark = pytest.mark.timeout(900)


def test_a_library_from_scan_to_tags(windows: Windows, music: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    sound.write(music / "b.wav", title="Two", artist="Ann", album="First")
    sound.write(music / "0.mp3", 3000, artist="Bob")
    for n in range(1, 400):  # more than the pipes of a worker process hold
        (music / f"{n}.mp3").write_bytes((music / "0.mp3").read_bytes())
    scanned = windows.musfuse("scan", windows_path(music))
    assert scanned.code == 0, scanned.output
    assert "402 read" in scanned.output
    indexed = windows.musfuse("index", "--wait")
    assert indexed.code == 0, indexed.output
    listed = windows.musfuse("ls", "Ann")
    assert listed.code == 0, listed.output
    assert "First" in listed.output
    was_set = windows.musfuse("tag", "set", "Ann", "genre=Jazz")
    assert was_set.code == 0, was_set.output
    info = windows.musfuse("info", "Ann\\First\\One.flac", "--json").value
    assert (info["source"], info["tags"]["genre"]) == (f"{windows_path(music)}\\a.wav", ["Jazz"])
    doctor = windows.musfuse("doctor")
    assert doctor.code == 0, doctor.output
    assert "fingerprint 057dcefde0a19e3a4e856706" in doctor.output  # the same bytes as on Linux


def test_without_winfsp_it_says_what_to_install(windows: Windows, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.wav", title="One")
    bare = windows.having(WINFSP_LIBRARY_PATH=windows_path(tmp_path))
    told = bare.musfuse("mount", windows_path(music), "M:")
    assert told.code == 3, told.output
    assert "winget install WinFsp.WinFsp" in told.output
