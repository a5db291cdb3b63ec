"""`musfuse info`, of files of the drive and of originals, with an owner and without one."""

import json
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.albums import cover
from mount.conftest import Program
from tests_support import needs_program

SHEET = """TITLE "Whole"
PERFORMER "Ann"
FILE "image.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Second"
    INDEX 01 00:10:00
"""


@pytest.fixture
def library(program: Program, music: Path) -> Program:
    """An image with its sheet, a track, a broken file, a cover; scanned, not mounted."""
    folder = music / "Whole"
    folder.mkdir()
    sound.write(folder / "image.wav", 44_100 * 20)
    (folder / "image.cue").write_text(SHEET)
    (folder / "cover.png").write_bytes(cover((64, 48), "PNG"))
    sound.write(music / "1.wav", artist="Ann", album="Best", title="One", tracknumber="1")
    (music / "broken.flac").write_bytes(b"fLaC")
    (music / "notes.txt").write_text("no music")
    program.run("scan", "--library", program.library, music)
    return program


def _info(program: Program, path: Path | str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program.run("info", "--json", "--library", program.library, path).stdout)
    return found


@pytest.mark.parametrize("mounted", [False, True])
def test_an_original(library: Program, music: Path, mounted: bool) -> None:
    if mounted:
        library.mount()
        library.settle()
    track = _info(library, music / "1.wav")
    assert (track["kind"], track["source"], track["problem"]) == ("original", str(music), "")
    assert [(t["part"], t["path"], t["served_as"]) for t in track["tracks"]] == [(0, "Ann/Best/01 - One.flac", "flac")]
    assert (track["format"]["bits"], track["tags"]["title"]) == (16, ["One"])

    image = _info(library, music / "Whole/image.wav")
    assert image["hidden"]
    assert [t["path"].rpartition("/")[2] for t in image["tracks"]] == ["01 - First.flac", "02 - Second.flac"]
    assert [t["cut"]["first_sample"] for t in image["tracks"]] == [0, 441_000]

    broken = _info(library, music / "broken.flac")
    assert broken["tracks"] == []
    assert "cut short" in broken["problem"]

    picture = _info(library, music / "Whole/cover.png")
    assert (picture["kind"], picture["role"], picture["pixels"]) == ("beside", "front", [64, 48])
    assert _info(library, music / "Whole/image.cue")["sheets"] == [{"kind": "cue", "remark": ""}]
    folder = _info(library, music)
    assert (folder["files"], folder["skipped"], folder["tracks"]) == (4, 1, 3)
    text = library.run("info", "--library", library.library, music / "Whole/image.wav").stdout
    assert "samples 441000 to 882000" in text
    assert "not shown" in library.run("info", "--library", library.library, music / "broken.flac").stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("notes.txt", "not that of an audio format"),
        ("gone.flac", "no such file"),
        ("new.flac", "`musfuse scan`"),
        ("../elsewhere.flac", "no such file or folder on the drive"),
    ],
)
def test_a_path_that_no_scan_saw(library: Program, music: Path, name: str, words: str) -> None:
    sound.write(music / "new.flac")
    done = library.run("info", "--library", library.library, music / name, check=False)
    assert done.returncode == 1
    assert words in done.stderr


def test_a_path_on_the_drive_is_found_from_within_a_source(
    library: Program, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(music)
    assert _info(library, "Ann/Best/01 - One.flac")["source"] == str(music / "1.wav")
    assert _info(library, "1.wav")["kind"] == "original"


def test_lossy_audio_has_no_bits(program: Program, music: Path) -> None:
    needs_program("ffmpeg")
    sound.write(music / "1.wav", title="One")
    for name in ("2.m4a", "3.mp3", "4.ogg"):
        sound.convert(music / "1.wav", music / name)
    program.run("scan", "--library", program.library, music)
    for name in ("2.m4a", "3.mp3", "4.ogg"):
        assert _info(program, music / name)["format"]["bits"] is None, name
        assert "16 bits" not in program.run("info", "--library", program.library, music / name).stdout
        found = ("find", "--library", program.library, music / name)
        assert [row["bits"] for row in json.loads(program.run(*found, "--json").stdout)] == [None]
        assert program.run(*found, "--format", "${bits|'none'}").stdout == "none\n"
    assert _info(program, music / "1.wav")["format"]["bits"] == 16
