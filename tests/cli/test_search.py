"""`musfuse search` as it is typed."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
import sound
from warm import musfuse_bytes

from cli.inprocess import run
from musfuse.cli import cli
from musfuse.cli.ending import ended
from musfuse.cli.typed import Typed


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of some tracks and a view of a part of it; nothing here changes it."""
    folder = tmp_path_factory.mktemp("search")
    for number, (artist, title, date) in enumerate((
        ("The Beatles", "Help!", "1965"), ("The Beatles", "Yesterday", "1965"), ("Motörhead", "Overkill", "1979"), ("Other", "Help Yourself", "1999"),
        ("中島みゆき", "時代", "1975"),
    )):  # fmt: skip
        tags = {"artist": artist, "title": title, "date": date, "album": f"A{date}"}
        sound.write(folder / f"music/{number}.flac", 3000, **tags)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder / "run"))
        run("scan", "--library", folder / "library", folder / "music")
        run("view", "add", "--library", folder / "library", "old", "--filter", "year:..1970", "--template", "$title")
    return folder / "library"


def found(library: Path, *words: str) -> list[str]:
    answer = json.loads(run("search", "--library", library, "--json", *words).out)
    assert answer["total_matches"] >= len(answer["results"])
    assert answer["counted"] is True
    return [row["title"] for row in answer["results"]]


def test_a_table_the_best_first(library: Path) -> None:
    lines = run("search", "--library", library, "help").out.splitlines()
    assert lines[0].split() == ["artist", "title", "album", "year", "path"]
    assert [line.split("  ")[0] for line in lines[1:]] == ["The Beatles", "Other"]
    assert lines[1].endswith("The Beatles/A1965 (1965)/Help!.flac")


def test_words_of_the_grammar(library: Path) -> None:
    assert found(library, "motorhead") == ["Overkill"]
    assert found(library, "中島") == ["時代"]
    assert found(library, "beetles~", "-yesterday") == ["Help!"]
    assert found(library, "-help", "year:1970..1979", "--sort", "-year") == ["Overkill", "時代"]
    assert found(library, "yester* OR (other help)", "sort:year") == ["Yesterday", "Help Yourself"]
    assert found(library, "help", "--limit", "1", "--offset", "1") == ["Help Yourself"]


def test_what_is_told_of_each(library: Path) -> None:
    answer = json.loads(run("search", "--library", library, "--json", "--limit", "1", "title:hel").out)
    assert (answer["total_matches"], answer["counted"]) == (2, True)
    (row,) = answer["results"]
    assert row["highlights"] == {"title": "<b>Hel</b>p!"}
    assert (row["artist"], row["year"], row["path"]) == ("The Beatles", "1965", "The Beatles/A1965 (1965)/Help!.flac")
    assert 0 < row["score"] <= 1
    assert Path(row["source"]).is_file()


def paths(library: Path, *words: str) -> bytes:
    done = musfuse_bytes("search", "--library", library, "-0", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_paths_for_other_programs(library: Path) -> None:
    assert paths(library, "help").decode() == (
        "The Beatles/A1965 (1965)/Help!.flac\0Other/A1999 (1999)/Help Yourself.flac\0"
    )
    assert "do not go together" in run("search", "--library", library, "-0", "--json", "help", code=2).err


def test_more_than_are_shown_are_said(library: Path) -> None:
    done = run("search", "--library", library, "--limit", "1", "help")
    assert done.err == "1 of 2 tracks; --limit and --offset show others\n"


def test_a_view_finds_what_it_shows(library: Path) -> None:
    assert found(library, "--view", "old", "help") == ["Help!"]
    assert paths(library, "--view", "old", "help") == b"Help!.flac\0"
    assert "no view" in run("search", "--library", library, "--view", "none", "help", code=2).err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing"], 1, "no track answers this"), (["help", "--offset", "9"], 1, "behind the first 9"), (["artst:x"], 2, "did you mean artist?"),
        (['"open'], 2, "a quote that is not closed"), (["x" * 257], 2, "257 characters are too many for a search, 256 at most"),
        (["--limit", "0", "x"], 2, "limit is from 1 to 10000"), (["--limit", "10001", "x"], 2, "limit is from 1 to 10000"),
        (["--sort", "rating", "x"], 2, "sorted by title"), ([], 2, "Missing argument"), (["(help"], 2, "is not closed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(library: Path, words: list[str], code: int, said: str) -> None:
    assert said in run("search", "--library", library, *words, code=code).err


@pytest.mark.parametrize(
    "query",
    ["'", "a/b\\c", "%_", "a' OR 1=1 --", "NEAR(a b)", "title MATCH x", "a^b", "{title}:x", "a + b", "\u202eabc", "a" * 256, "*" * 200, "col:a" * 40,
     "(" * 30 + "a" + ")" * 30, "rowid:1", "a\x01b", "\udcff", "-" * 200 + "a", "a~2 " * 60, "; DROP TABLE item", "e " * 120],
)  # fmt: skip
def test_hostile_queries_are_answered_or_refused(library: Path, query: str) -> None:
    typed, out, err = Typed(), StringIO(), StringIO()
    words = ["search", "--library", str(library), "--json", query]
    with redirect_stdout(out), redirect_stderr(err):
        code = ended(lambda: cli.main(words, standalone_mode=False, obj=typed), typed)
    assert code in (0, 1, 2)
    assert not any(word in err.getvalue() for word in ("Traceback", "sqlite", "fts5", "SQL"))
