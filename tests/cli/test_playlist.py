"""`musfuse playlist`"""

import json
from pathlib import Path

import pytest
import sound

from cli.inprocess import run


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    for number, title in enumerate(("One", "Two"), 1):
        sound.write(tmp_path / f"music/{number}.flac", 44100, artist="Ann", album="Best", title=title)
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def call(library: Path, *words: str | Path, code: int = 0) -> str:
    done = run("playlist", *words[:1], "--library", library, *words[1:], code=code)
    return done.out if code == 0 else done.err


def test_a_life(library: Path) -> None:
    assert "no playlist was made yet" in call(library, "list")
    said = call(library, "create", "--dry-run", "Mix", "Ann/Best").splitlines()
    assert said == ["Ann/Best/One.flac", "Ann/Best/Two.flac", "Mix: 2 tracks would be added, 2 tracks in it"]
    assert call(library, "create", "Mix") == "Mix: 0 tracks in it\n"
    assert call(library, "show", "Mix") == "Mix: no tracks yet\n"
    assert call(library, "add", "Mix", "title:two") == "Mix: 1 track added, 1 track in it\n"
    assert call(library, "add", "--at", "1", "Mix", "Ann/Best", "-two") == "Mix: 2 tracks added, 3 tracks in it\n"
    rows = [line.split() for line in call(library, "show", "mix").splitlines()[1:]]
    assert [(row[0], row[2]) for row in rows] == [("1", "One"), ("2", "Two"), ("3", "Two")]
    assert call(library, "remove", "Mix", "--number", "2") == "Mix: 1 track taken out, 2 tracks in it\n"
    assert call(library, "remove", "Mix", "title:one") == "Mix: 1 track taken out, 1 track in it\n"
    assert [row["path"] for row in json.loads(call(library, "show", "--json", "Mix"))] == ["Ann/Best/Two.flac"]
    assert [(row["name"], row["tracks"]) for row in json.loads(call(library, "list", "--json"))] == [("Mix", 1)]
    assert call(library, "list").splitlines()[1].split()[:2] == ["Mix", "1"]
    exported = run("collection", "export", "--library", library, "Mix", "--paths", ".").out
    assert exported.splitlines()[-1] == "Ann/Best/Two.flac"
    assert run("collection", "show", "--library", library, "Mix").out.startswith("Mix (playlist)\n")
    assert call(library, "delete", "--dry-run", "Mix") == "Mix would be deleted; it had 1 track\n"
    assert call(library, "delete", "Mix") == "Mix deleted; it had 1 track\n"
    assert "no playlist that was made here" in call(library, "show", "Mix", code=1)


def test_what_says_nothing_is_refused(library: Path) -> None:
    call(library, "create", "Mix")
    assert "name TARGETs" in call(library, "add", "Mix", code=2)
    assert "name TARGETs" in call(library, "remove", "Mix", code=2)
    assert "no number of Mix" in call(library, "remove", "Mix", "--number", "1", code=2)
    assert "already, playlist" in call(library, "create", "mix", code=2)
