"""Changes that are shown before they are made, asked about, and warned of."""

import hashlib
import json
from pathlib import Path

import click
import pytest
import sound
from mount.conftest import Program

from cli.conftest import Terminal

MANY = 101


@pytest.fixture
def album(program: Program, music: Path) -> Program:
    for number in (1, 2):
        sound.write(music / f"{number}.flac", artist="Ann", album="Best", title=f"T{number}", tracknumber=str(number))
    (music.parent / "p.png").write_bytes(sound.picture(30))
    (music.parent / "t.csv").write_text("path,title,gnere\nAnn/Best/01 - T1.flac,Other,Rock\n")
    program.ask("scan", "--library", program.library, music)
    program.ask("tag", "set", "--library", program.library, "Ann", "--", "composer=Cy")
    return program


@pytest.fixture
def many(program: Program, music: Path) -> Program:
    for number in range(MANY):
        sound.write(music / f"{number}.wav", 100, artist="Ann", album="Best", title=f"T{number}")
    program.ask("scan", "--library", program.library, music)
    return program


def _kept(program: Program) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in program.library.iterdir()
        if path.name.startswith(("user.db", "catalog.db")) and not path.name.endswith("-shm")
    }


@pytest.mark.parametrize("mounted", [False, True])
def test_every_change_is_shown_and_not_made(album: Program, music: Path, mounted: bool) -> None:
    if mounted:
        album.mount()
        album.rest()
    changes = [
        (["tag", "set", "Ann", "--", "date=1977"], "Ann/Best moves to Ann/Best (1977)"),
        (["tag", "clear", "Ann", "--", "composer"], "Cy      (absent)"),
        (["tag", "lock", "Ann", "--", "title"], "T1, locked"),
        (["tag", "unlock", "Ann"], "nothing to do: 2 selected"),
        (["tag", "undo"], "Cy      (absent)"),
        (["tag", "import", music.parent / "t.csv"], "Ann/Best/01 - T1.flac moves to Ann/Best/01 - Other.flac"),
        (["art", "set", "Ann", music.parent / "p.png"], "png 30x30"),
        (["art", "clear", "--hide", "Ann"], "(hidden)"),
    ]
    before, files = _kept(album), album.files()
    for (group, action, *rest), wanted in changes:
        said = album.run(group, action, "--dry-run", "--library", album.library, *rest).stdout
        assert wanted in said
        assert "nothing changed" in said or "nothing to do" in said
    told = json.loads(
        album.run("tag", "set", "--dry-run", "--json", "--library", album.library, *changes[0][0][2:]).stdout
    )
    assert (told["dry_run"], told["tracks"], len(told["moves"])) == (True, 2, 1)
    assert (_kept(album), album.files()) == (before, files)
    assert [c["change"] for c in json.loads(album.run("tag", "log", "--json", "--library", album.library).stdout)] == [
        1
    ]


def test_a_preview_fits_the_terminal(album: Program, terminal: Terminal) -> None:
    said = terminal(
        "tag", "set", "--dry-run", "--library", album.library, "Ann", "--", f"title={'long ' * 30}", columns=60
    )
    table = said.partition(" moves to ")[0].splitlines()[:-1]
    assert len(table) > 3
    assert max(len(click.unstyle(line)) for line in table) <= 60


def test_more_than_a_hundred_tracks_are_asked_about(many: Program, terminal: Terminal) -> None:
    library = ("--library", many.library)
    said = terminal("tag", "set", *library, "Ann", "--", "genre=Rock", answer="n\n", code=1)
    assert f"Change {MANY} tracks?" in said
    assert said.rstrip().endswith("nothing changed")
    assert json.loads(many.run("tag", "log", "--json", *library).stdout) == []
    assert f"changed {MANY} tracks" in terminal("tag", "set", *library, "Ann", "--", "genre=Rock", answer="y\n")
    assert "nothing changed" in terminal("tag", "undo", *library, answer="n\n", code=1)
    assert "?" not in terminal("tag", "undo", "--yes", *library)
    assert "?" not in terminal("tag", "set", *library, "title:T1", "--", "genre=Rock")
    assert f"changed {MANY} tracks" in many.run("tag", "set", *library, "Ann", "--", "genre=Jazz").stdout
    many.run("tag", "undo", *library)


def test_an_import_is_asked_about_on_a_terminal_only(album: Program, music: Path, terminal: Terminal) -> None:
    command = ("tag", "import", "--library", album.library, music.parent / "t.csv")
    said = terminal(*command, answer="n\n", code=1)
    assert "Change 2 fields of 1 track?" in said
    assert "nothing changed" in said
    done = album.run(*command)
    assert "changed 1 track" in done.stdout
    assert "warning: gnere: no track has this field; did you mean genre?" in done.stderr


@pytest.mark.parametrize("action", ["clear", "lock", "unlock", "show"])
def test_names_that_may_be_slips_are_warned_of(album: Program, action: str) -> None:
    done = album.run("tag", action, "--library", album.library, "Ann", "--", "gnere", "title")
    assert done.stderr == "warning: gnere: no track has this field; did you mean genre?\n"


def test_a_track_without_tags_and_a_file_that_is_no_table(program: Program, music: Path) -> None:
    at = ("--library", program.library)
    sound.write(music / "bare.wav")
    program.ask("scan", *at, music)
    assert program.ask("tag", "show", *at, music).stdout.endswith("\n  no tags\n")
    assert program.ask("tag", "show", *at, music, "--", "title").stdout.endswith("\n  none of these fields\n")
    sound.write(music.parent / "no.csv.flac")
    done = program.ask("tag", "import", *at, music.parent / "no.csv.flac", check=False)
    assert (done.returncode, "no text in UTF-8" in done.stderr, "codec" in done.stderr) == (2, True, False)


def test_slips_are_warned_of_and_set_all_the_same(album: Program) -> None:
    done = album.run(
        "tag", "set", "--library", album.library, "Ann", "--", "gnere=Rock", "date=19xx", "tracknumber=abc",
        "discnumber=x/y",
    )  # fmt: skip
    assert "changed 2 tracks" in done.stdout
    for wanted in ("did you mean genre?", "date=19xx: no date", "tracknumber=abc: no number", "disctotal=y: no number"):
        assert wanted in done.stderr
    assert done.stderr.count("warning: ") == 5
    again = album.run("tag", "set", "--library", album.library, "Ann", "--", "gnere=Pop")
    assert again.stderr == ""


def test_a_folder_that_moved_is_told(album: Program) -> None:
    library = ("--library", album.library)
    said = album.run("tag", "set", *library, "Ann", "--", "date=1977").stdout
    assert "its folder is now Ann/Best (1977) (was Ann/Best)" in said
    assert "its folder" not in album.run("tag", "set", *library, "Ann", "--", "genre=Rock").stdout
    moves = json.loads(album.run("tag", "undo", "--json", *library, "2").stdout)["moves"]
    assert [(move["from"], move["to"]) for move in moves] == [("Ann/Best (1977)", "Ann/Best")]


def test_nothing_left_to_undo(album: Program, music: Path, tmp_path: Path) -> None:
    library = ("--library", album.library)
    album.run("tag", "undo", *library)
    assert "nothing left to undo" in album.run("tag", "undo", *library, check=False).stderr
    assert "nothing left to undo" in album.run("tag", "undo", "--dry-run", *library, check=False).stderr
    album.run("scan", "--library", tmp_path / "other", music)
    never = album.run("tag", "undo", "--library", tmp_path / "other", check=False)
    assert (never.returncode, "nothing was changed yet" in never.stderr) == (1, True)
