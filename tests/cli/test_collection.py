"""`musfuse collection`"""

import json
import os
from pathlib import Path

import pytest
import sound

from cli.inprocess import run


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    for number, genre in enumerate(("Jazz", "Rock"), 1):
        sound.write(
            tmp_path / f"music/{number}.flac",
            44100,
            artist="Ann",
            album="Best",
            title=f"T{number}",
            genre=genre,
            date="1985",
        )
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def call(library: Path, *words: str | Path, code: int = 0) -> str:
    done = run("collection", *words[:1], "--library", library, *words[1:], code=code)
    return done.out if code == 0 else done.err


def test_a_life(library: Path) -> None:
    said = "Blau would be made: rule genre:jazz; 1 track answers its rule\n"
    assert call(library, "create", "--dry-run", "Blau", "genre:jazz") == said
    assert call(library, "create", "Blau", "genre:jazz") == said.replace("would be made", "made")
    assert call(library, "edit", "Blau", "--rename", "Rot") == "Rot changed: name Rot; 1 track answers its rule\n"
    assert call(library, "edit", "Rot", "--rename", "Rot") == "nothing to do: Rot is so already\n"
    assert [line.split()[:2] for line in call(library, "list").splitlines()][-1] == ["Rot", "saved"]
    shown = call(library, "show", "rot").splitlines()
    assert shown[0] == "Rot (saved): genre:jazz"
    assert shown[2].split() == ["Ann", "T1", "0:01", "Ann/Best", "(1985)/T1.flac"]
    assert call(library, "delete", "Rot") == 'Rot deleted; its rule: {"type": "Search", "query": "genre:jazz"}\n'
    assert "no such collection" in call(library, "show", "Rot", code=1)


def test_built_in_ones_are_hidden(library: Path) -> None:
    assert call(library, "edit", "80s", "--hide") == "80s changed: hidden yes; 2 tracks answer its rule\n"
    assert "80s" not in call(library, "list")
    assert "built-in, hidden" in call(library, "list", "--all")
    assert "is built in" in call(library, "delete", "80s", code=2)
    assert json.loads(call(library, "show", "--json", "80s"))["hidden"] is True


def test_options_are_a_rule(library: Path) -> None:
    call(
        library,
        "create",
        "New",
        "--added",
        "9",
        "--never-played",
        "--sort",
        "-title",
        "--limit",
        "5",
        "genre:jazz",
        "OR",
        "genre:rock",
    )
    told = json.loads(call(library, "show", "--json", "New"))
    assert told["rule"] == {
        "type": "Compound", "op": "And", "children": [
            {"type": "Search", "query": "genre:jazz OR genre:rock"}, {"type": "RecentlyAdded", "days": 9}, {"type": "NeverPlayed"},
        ], "order": ["-title"], "limit": 5,
    }  # fmt: skip
    assert [row["path"] for row in told["tracks"]] == ["Ann/Best (1985)/T2.flac", "Ann/Best (1985)/T1.flac"]
    call(library, "create", "Best", "--most-played", "9", "--limit", "3")
    assert json.loads(call(library, "show", "--json", "Best"))["rule"] == {"type": "MostPlayed", "limit": 3}


def test_rules_in_files(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    file.write_text('{"type":"Genre","genre":"rock"}')
    assert "genre:rock~0" in call(library, "create", "File", "--rule", file)
    for text, problem in (
        (b"genre:x", "JSON is wanted"), (b"\xff", "no text in UTF-8"), (b'{"type":"Genre","genre":1}', "genre: expected str, got int"),
        (b"{" * (1 << 17), "larger than a rule"), (b"{}", "type"),
    ):  # fmt: skip
        file.write_bytes(text)
        assert problem in call(library, "create", "Odd", "--rule", file, code=2)
    assert "leave out the query" in call(library, "create", "Odd", "x", "--rule", file, code=2)
    assert "no such file" in call(library, "create", "Odd", "--rule", tmp_path / "none", code=1).lower()


def test_what_says_nothing_is_refused(library: Path) -> None:
    assert "say which tracks" in call(library, "create", "Odd", code=2)
    assert "need a rule" in call(library, "create", "Odd", "--limit", "3", code=2)
    assert "say what is to change" in call(library, "edit", "80s", code=2)
    assert "no field is called colour" in call(library, "create", "Odd", "colour:red", code=2)


def test_exports(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "80s.m3u8"
    call(library, "export", "80s", "--to", out)
    music = os.path.realpath(tmp_path / "music")
    assert out.read_text("utf-8").splitlines() == [
        "#EXTM3U", "#PLAYLIST:80s", "#EXTINF:1,Ann - T1", f"{music}/1.flac", "#EXTINF:1,Ann - T2", f"{music}/2.flac",
    ]  # fmt: skip
    assert "Ann/Best (1985)/T1.flac\n" in call(library, "export", "80s", "--paths", ".")
    told = json.loads(call(library, "export", "80s", "--format", "json"))
    assert [row["virtual_path"] for row in told] == ["Ann/Best (1985)/T1.flac", "Ann/Best (1985)/T2.flac"]
    call(library, "export", "nothing", "--to", tmp_path / "none.m3u8", code=1)
    assert not (tmp_path / "none.m3u8").exists()


def test_without_a_catalog_what_somebody_said_is_told(library: Path) -> None:
    call(library, "create", "Mine", "genre:jazz")
    (library / "catalog.db").unlink()
    assert "Mine" in call(library, "list")
    assert "it has no tracks" in call(library, "show", "Mine")
