"""`musfuse view`, and other commands with `--view`."""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a library of three tracks of two genres."""
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    for number, (title, genre) in enumerate((("One", "Jazz"), ("Two", "Jazz"), ("Three", "Rock")), 1):
        sound.write(
            tmp_path / f"music/{title}.wav", 5000, artist="Ann", album="Best", title=title, genre=genre,
            date=str(1970 + number),
        )  # fmt: skip
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def at(library: Path) -> tuple[str, Path]:
    return "--library", library


def listed(library: Path, view: str, *more: str) -> list[str]:
    """The files of a view, with their folders."""
    told = json.loads(run("ls", *at(library), "--view", view, "-R", "--json", *more).out)
    return sorted(f"{row['folder']}/{row['name']}".lstrip("/") for row in told if row["kind"] == "file")


def test_a_view_is_added_shown_changed_and_removed(library: Path) -> None:
    said = run(
        "view", "add", *at(library), "car", "--template", "$genre/$title", "--policy", "original", "--filter",
        "genre:jazz year:..1971",
    )  # fmt: skip
    assert said.out == "the view car is added; `musfuse mount --view car` mounts it\n"
    assert listed(library, "car") == ["Jazz/One.wav"]
    assert listed(library, "main") == [f"Ann/Best (197{n})/{t}.flac" for n, t in ((1, "One"), (2, "Two"), (3, "Three"))]
    main, car = json.loads(run("view", "list", *at(library), "--json").out)
    assert (main["name"], main["files"], main["own"], main["state"]) == ("main", 3, [], "ready")
    assert car == {
        "name": "car", "template": "$genre/$title", "policy": "original", "filter": "genre:jazz year:..1971",
        "own": ["template", "policy", "filter"], "folders": 1, "files": 1, "state": "ready", "mounts": [],
    }  # fmt: skip
    assert "genre:jazz year:..1971" in run("view", "list", *at(library)).out
    said = run("view", "set", *at(library), "car", "--filter", "genre:jazz", "--policy", "")
    assert said.out == "policy is not set (was original)\nfilter is genre:jazz (was genre:jazz year:..1971)\n"
    assert listed(library, "car") == ["Jazz/One.flac", "Jazz/Two.flac"]
    assert "flac (the main view's)" in run("view", "show", *at(library), "car").out
    assert run("view", "set", *at(library), "car", "--policy", "").out == "nothing to do: it is so already\n"
    assert run("view", "remove", *at(library), "car").out == "the view car is removed, with 2 files\n"
    assert "no view" in run("ls", *at(library), "--view", "car", code=2).err
    assert [row["name"] for row in json.loads(run("view", "list", *at(library), "--json").out)] == ["main"]


def test_what_is_said_can_be_typed(library: Path) -> None:
    assert "`musfuse mount --view 'my car'` mounts it" in run("view", "add", *at(library), "my car").out


def test_with_dry_run_nothing_changes(library: Path) -> None:
    assert "would be added" in run("view", "add", *at(library), "--dry-run", "car").out
    run("view", "show", *at(library), "car", code=2)
    run("view", "add", *at(library), "car", "--filter", "genre:rock")
    said = run("view", "set", *at(library), "--dry-run", "car", "--filter", "")
    assert said.out == "filter would be not set (was genre:rock)\n"
    assert "would be removed, with 1 file" in run("view", "remove", *at(library), "--dry-run", "car").out
    assert listed(library, "car") == ["Ann/Best (1973)/Three.flac"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "main"), "there is a view of this name"),
        (("add", "a/b"), "can be no name of a view"),
        (("add", "car", "--template", "$titel"), "did you mean title?"),
        (("add", "car", "--policy", "ogg"), "policy: 'ogg' is none; one of flac, original, wav"),
        (("add", "car", "--filter", "gener:jazz"), "did you mean genre?"),
        (("add", "car", "--filter", "year:old"), "year is a number"),
        (("set", "main", "--policy", "wav"), "follows the configuration"),
        (("set", "car", "--policy", "wav"), "car: no view of this library"),
        (("set", "car"), "nothing to set"),
        (("remove", "car"), "car: no view of this library"),
        (("show", "car"), "car: no view of this library"),
    ],
)
def test_what_cannot_be_is_said(library: Path, words: tuple[str, ...], why: str) -> None:
    command, *rest = words
    assert why in run("view", command, *at(library), *rest, code=2).err
    assert [row["name"] for row in json.loads(run("view", "list", *at(library), "--json").out)] == ["main"]


def test_a_filter_follows_tags_that_change(library: Path) -> None:
    run("view", "add", *at(library), "car", "--filter", "genre:jazz", "--template", "$title")
    run("tag", "set", *at(library), "--yes", "title:Three", "--", "genre=Jazz Rock")
    assert listed(library, "car") == ["One.flac", "Three.flac", "Two.flac"]
    run("tag", "set", *at(library), "--yes", "title:One", "--", "genre=Pop")
    assert listed(library, "car") == ["Three.flac", "Two.flac"]


def test_a_template_is_tried_without_changing_anything(library: Path) -> None:
    run("view", "add", *at(library), "car", "--filter", "genre:jazz", "--template", "$title")
    before = run("ls", *at(library), "-R", "--json").out
    assert listed(library, "main", "--template", "$genre/$title") == [
        "Jazz/One.flac",
        "Jazz/Two.flac",
        "Rock/Three.flac",
    ]
    assert listed(library, "car", "--template", "$artist") == ["Ann (2).flac", "Ann.flac"]
    assert run("ls", *at(library), "--template", "$genre/$title", "Rock").out == "Three.flac\n"
    assert "did you mean Rock?" in run("ls", *at(library), "--template", "$genre/$title", "Rok", code=1).err
    assert "did you mean title?" in run("ls", *at(library), "--template", "$titel", code=2).err
    assert run("ls", *at(library), "-R", "--json").out == before
    assert listed(library, "car") == ["One.flac", "Two.flac"]


def test_a_place_of_a_view_is_a_target(library: Path) -> None:
    run("view", "add", *at(library), "car", "--filter", "genre:jazz", "--template", "$genre/$title")
    found = json.loads(run("find", *at(library), "--json", "view://car/Jazz").out)
    assert [track["tags"]["title"] for track in found] == [["One"], ["Two"]]
    (one,) = json.loads(run("find", *at(library), "--json", "view://car/Jazz/Two.flac").out)
    assert one["path"] == "Ann/Best (1972)/Two.flac"
    assert len(json.loads(run("find", *at(library), "--json", "view://car/").out)) == 2
    assert "other: no view" in run("find", *at(library), "view://other/Jazz", code=1).err
    assert "did you mean Jazz?" in run("find", *at(library), "view://car/Jaz", code=1).err


def test_a_place_of_a_view_is_listed_and_told_of(library: Path) -> None:
    run("view", "add", *at(library), "car", "--filter", "genre:jazz", "--template", "$genre/$title", "--policy", "wav")
    assert run("ls", *at(library), "view://car").out == "Jazz/\n"
    assert run("ls", *at(library), "view://car/Jazz/").out == "One.wav\nTwo.wav\n"
    told = json.loads(run("info", *at(library), "--json", "view://car/jazz/one.wav").out)
    assert (told["path"], told["template"]) == ("Jazz/One.wav", "$genre/$title")
    for command in ("ls", "info"):
        assert "other: no view" in run(command, *at(library), "view://other/Jazz", code=2).err
        said = run(command, *at(library), "view://car/Jaz", code=1).err
        assert "view://car/Jaz: no such file or folder" in said
        assert "did you mean Jazz?" in said
