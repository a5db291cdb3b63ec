"""`musfuse art show`: which pictures tracks have, told once for those that share them."""

import json
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.albums import cover, embed

from cli.inprocess import run


@pytest.fixture
def album(tmp_path: Path, music: Path) -> Path:
    """A library of two tracks with an embedded picture, one without, and a cover beside them."""
    for number in (1, 2, 3):
        sound.write(
            music / f"{number}.flac", 5000, artist="Ann", album="Best", title=f"T{number}", tracknumber=str(number)
        )
    for number in (1, 2):
        embed(music / f"{number}.flac", cover((40, 30), "PNG"))
    (music / "cover.jpg").write_bytes(cover((90, 60)))
    run("scan", "--library", tmp_path / "library", music)
    return tmp_path / "library"


def shown(library: Path, target: str) -> list[list[tuple[Any, ...]]]:
    tracks = json.loads(run("art", "show", "--json", "--library", library, target).out)
    return [
        [(p["kind"], p["from"], p.get("hidden") or p["pixels"], p["used"]) for p in track["pictures"]]
        for track in tracks
    ]


def test_tracks_with_the_same_pictures_are_shown_once(album: Path, music: Path) -> None:
    said = run("art", "show", "--library", album, "Ann/Best").out
    assert said.count("Ann/Best: 2 tracks") == 1
    assert said.count("03 - T3.flac") == 1
    assert "T1" not in said
    size = (music / "cover.jpg").stat().st_size
    assert [line.split() for line in said.splitlines() if "cover.jpg" in line] == [
        ["front", used, "jpeg", str(size), "B", "90x60", str(music / "cover.jpg")] for used in ("no", "yes")
    ]
    assert "embedded in the original" in said


def test_neighbours_that_differ_in_one_picture_are_shown_apart(album: Path, music: Path) -> None:
    run("art", "clear", "--hide", "--kind", "front", "--library", album, "title:T2")
    said = run("art", "show", "--library", album, "Ann/Best").out
    assert "tracks" not in said
    blocks = said.split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [f"Ann/Best/0{n} - T{n}.flac" for n in (1, 2, 3)]
    assert "hidden here" in blocks[1]
    assert "hidden here" not in blocks[0]


def test_those_of_two_folders_are_never_told_together(album: Path, music: Path) -> None:
    run("tag", "set", "--library", album, "title:T2", "album=Rest")
    said = run("art", "show", "--library", album, "artist:ann").out
    assert "tracks" not in said
    assert "Ann/Rest/02 - T2.flac" in said


def test_a_picture_of_any_container_and_size(tmp_path: Path, music: Path) -> None:
    for name, title, data in (("1.wav", "W", sound.picture(20)), ("2.mp3", "M", sound.picture(24))):
        sound.write(music / name, title=title)
        sound.add_picture(music / name, data)
    sound.write(music / "3.flac", title="F")
    embed(music / "3.flac", b"\x89PNG\r\n\x1a\nnonsense")
    sound.write(music / "4.ogg", title="N")
    library = tmp_path / "library"
    run("scan", "--library", library, music)
    assert shown(library, "title:W") == [[("front", "embedded", [20, 20], True)]]
    assert shown(library, "title:M") == [[("front", "embedded", [24, 24], True)]]
    assert shown(library, "title:F") == [[("front", "embedded", None, True)]]
    assert " ? " in run("art", "show", "--library", library, "title:F").out  # nobody knows its pixels
    assert "no picture" in run("art", "show", "--library", library, "title:N").out


def test_a_target_is_wanted(album: Path) -> None:
    assert "name a TARGET" in run("art", "show", "--library", album, code=2).err
    assert "title:none" in run("art", "show", "--library", album, "title:none", code=1).err
