"""`musfuse art set` and `clear`, as `show` tells of it."""

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
    program.ask("scan", "--library", program.library, music)
    return program


def _shown(program: Program, target: str) -> list[list[tuple[Any, ...]]]:
    tracks = json.loads(program.ask("art", "show", "--json", "--library", program.library, target).stdout)
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
