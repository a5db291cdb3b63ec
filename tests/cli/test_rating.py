"""`musfuse rate` and `musfuse star`"""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run
from musfuse.cli.rating import shown
from musfuse.service.requests.ratings import RatingTold

ONE = "Ann/Best/One.flac"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    for title in ("One", "Two"):
        sound.write(tmp_path / f"music/{title}.flac", 5000, artist="Ann", album="Best", title=title)
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def info(library: Path, path: str = ONE) -> tuple[int, bool, int]:
    told = json.loads(run("info", "--library", library, "--json", path).out)
    return told["stars"], told["starred"], told["plays"]


def test_stars(library: Path) -> None:
    said = run("rate", "--library", library, "--dry-run", "album:best", "4").out
    assert [line.split() for line in said.splitlines()] == [
        ["track", "now", "then"], [ONE, "nothing", "4", "stars"], ["Ann/Best/Two.flac", "nothing", "4", "stars"],
        ["2", "tracks", "would", "change;", "nothing", "changed"],
    ]  # fmt: skip
    assert info(library) == (0, False, 0)
    assert run("rate", "--library", library, "album:best", "-two", "1").out == "1 track rated with 1 star\n"
    assert run("rate", "--library", library, "Ann/Best", "4").out == "2 tracks rated with 4 stars\n"
    assert run("rate", "--library", library, "Ann/Best", "4").out == "nothing to do: 2 selected, none changed\n"
    assert info(library) == (4, False, 0)
    assert "rated        4 stars" in run("info", "--library", library, ONE).out
    assert run("rate", "--library", library, "Ann/Best", "0").out == "2 tracks without stars now\n"
    assert info(library) == (0, False, 0)


def test_favourites(library: Path) -> None:
    assert run("star", "--library", library, ONE).out == "1 track starred\n"
    assert info(library) == (0, True, 0)
    told = json.loads(run("star", "--library", library, "--json", "--dry-run", "--off", "album:best").out)
    assert (told["selected"], told["changed"]) == (2, 1)
    assert run("star", "--library", library, "--off", "album:best").out == "1 track no longer starred\n"
    assert info(library) == (0, False, 0)


@pytest.mark.parametrize("words", [[], ["4"], [ONE], [ONE, "6"], [ONE, "four"]])
def test_what_is_no_rating_is_said(library: Path, words: list[str]) -> None:
    assert "1 to 5 stars" in run("rate", "--library", library, *words, code=2).err


def test_a_favourite_needs_a_name(library: Path) -> None:
    assert "name TARGETs" in run("star", "--library", library, code=2).err
    assert "no track answers" in run("star", "--library", library, "nobody", code=1).err


def test_a_rating_in_words() -> None:
    assert shown(RatingTold(1, True)) == "1 star, a favourite"
    assert shown(RatingTold(0, False)) == "nothing"
