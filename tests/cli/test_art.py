"""`musfuse art show`"""

import json
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.albums import cover, embed
from mount.conftest import Program


@pytest.fixture
def album(program: Program, music: Path) -> Program:
    """Two tracks with an embedded picture, one without, and a cover beside them."""
    for number in (1, 2, 3):
        sound.write(music / f"{number}.flac", artist="Ann", album="Best", title=f"T{number}", tracknumber=str(number))
    for number in (1, 2):
        embed(music / f"{number}.flac", cover((40, 30), "PNG"))
    (music / "cover.jpg").write_bytes(cover((90, 60)))
    (music / "back.jpg").write_bytes(cover((80, 60)))
    program.run("scan", "--library", program.library, music)
    return program


def _shown(program: Program, target: str) -> list[list[tuple[Any, ...]]]:
    tracks = json.loads(program.run("art", "show", "--json", "--library", program.library, target).stdout)
    return [
        [(p["kind"], p["from"], p.get("hidden") or p["pixels"], p["used"]) for p in track["pictures"]]
        for track in tracks
    ]


def test_where_pictures_come_from(album: Program, music: Path) -> None:
    own, beside, back = (
        ("front", "embedded", [40, 30]),
        ("front", "beside", [90, 60]),
        ("back", "beside", [80, 60], False),
    )
    assert _shown(album, "Ann/Best") == [
        [(*own, True), (*beside, False), back], [(*own, True), (*beside, False), back], [(*beside, True), back],
    ]  # fmt: skip
    (music / "new.png").write_bytes(cover((50, 50), "PNG"))
    album.run("art", "set", "--library", album.library, "title:T1", music / "new.png")
    album.run("art", "clear", "--hide", "--kind", "front", "--library", album.library, "title:T2")
    assert _shown(album, "title:T1") == [[("front", "set", [50, 50], True), (*own, False), (*beside, False), back]]
    assert _shown(album, "title:T2") == [[("front", "set", True, True), (*own, False), (*beside, False), back]]


def test_tracks_with_the_same_pictures_are_shown_once(album: Program, music: Path) -> None:
    said = album.run("art", "show", "--library", album.library, "Ann/Best").stdout
    assert said.count("Ann/Best: 2 tracks") == 1
    assert said.count("03 - T3.flac") == 1
    size = (music / "cover.jpg").stat().st_size
    assert [line.split() for line in said.splitlines() if "cover.jpg" in line] == [
        ["front", used, "jpeg", str(size), "B", "90x60", str(music / "cover.jpg")] for used in ("no", "yes")
    ]


def test_a_picture_of_any_container_and_size(program: Program, music: Path) -> None:
    sound.write(music / "1.wav", title="W")
    sound.add_picture(music / "1.wav", sound.picture(20))
    sound.write(music / "2.mp3", title="M")
    sound.add_picture(music / "2.mp3", sound.picture(24))
    sound.write(music / "3.flac", title="F")
    embed(music / "3.flac", b"\x89PNG\r\n\x1a\nnonsense")
    program.run("scan", "--library", program.library, music)
    assert _shown(program, "title:W") == [[("front", "embedded", [20, 20], True)]]
    assert _shown(program, "title:M") == [[("front", "embedded", [24, 24], True)]]
    assert _shown(program, "title:F") == [[("front", "embedded", None, True)]]
    sound.write(music / "4.ogg", title="N")
    program.run("scan", "--library", program.library)
    assert "no picture" in program.run("art", "show", "--library", program.library, "title:N").stdout
