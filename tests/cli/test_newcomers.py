"""What is said of sources: one that joins others in a library, one that no scan has seen, one without music."""

from pathlib import Path

import pytest
import sound

from cli.inprocess import run
from musfuse.cli.newcomers import Newcomers, tell_empty, tell_nothing
from musfuse.service.requests.owner import Status, TreeSize


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    sound.write(music / "1.flac", 5000, title="One")
    run("scan", "--library", tmp_path / "library", music)
    return tmp_path / "library"


def folders(parent: Path, count: int) -> list[str]:
    for n in range(count):
        (parent / f"new{n}").mkdir()
    return [str(parent / f"new{n}") for n in range(count)]


def test_one_that_joins_others_is_told_of(
    library: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (new,) = folders(tmp_path, 1)
    newcomers = Newcomers(library, [new])
    assert capsys.readouterr() == ("", "")  # nothing was added yet
    newcomers.tell()
    assert capsys.readouterr().err == f"added {new} to the library {library}, which shows {music} as well\n"
    run("source", "add", "--library", library, new)
    Newcomers(library, [new, str(music)]).tell()
    assert capsys.readouterr() == ("", "")  # neither is new


@pytest.mark.parametrize(
    ("count", "said"), [(2, "{0} and {1}"), (4, "{0}, {1}, {2} and {3}"), (6, "{0}, {1}, {2} and 3 more")]
)
def test_many_are_told_shortly(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], count: int, said: str
) -> None:
    new = folders(tmp_path, count)
    Newcomers(library, new).tell()
    assert capsys.readouterr().err.startswith(f"added {said.format(*new)} to the library ")


def test_the_first_of_a_library_is_nothing_to_talk_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (new,) = folders(tmp_path, 1)
    for places in ([new], [], [str(tmp_path / "missing")]):
        Newcomers(tmp_path / "none", places).tell()
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "none").exists()


def test_one_that_comes_when_all_others_are_gone_joins_nobody(
    library: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("source", "remove", "--library", library, music)
    Newcomers(library, folders(tmp_path, 1)).tell()
    assert capsys.readouterr() == ("", "")


def test_a_place_that_cannot_be_added_is_left_to_who_tries(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Newcomers(library, ["gopher://hole"]).tell()
    assert capsys.readouterr() == ("", "")


def test_what_was_removed_and_comes_back_is_told_of(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (new,) = folders(tmp_path, 1)
    run("source", "add", "--library", library, new)
    run("source", "remove", "--library", library, new)
    Newcomers(library, [new]).tell()
    assert capsys.readouterr().err.startswith(f"added {new} ")


def status(*sources: str, unscanned: tuple[str, ...] = (), empty: tuple[str, ...] = ()) -> Status:
    return Status("/library", (), sources, TreeSize(0, 0), {}, empty, unscanned)


def test_why_a_drive_may_be_empty(capsys: pytest.CaptureFixture[str]) -> None:
    tell_nothing(status())
    assert "musfuse source add FOLDER" in capsys.readouterr().err
    tell_nothing(status("/a", unscanned=("/a", "/b\x1b"), empty=("/c",)))
    assert capsys.readouterr().err.splitlines() == [
        "no scan has seen all of /a yet", "no scan has seen all of /b\ufffd yet", "no music found in /c",
    ]  # fmt: skip
    tell_empty([])
    assert capsys.readouterr() == ("", "")
