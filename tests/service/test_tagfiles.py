"""Tags of many tracks as a file: what nobody touched changes nothing, whatever originals hold."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import mutagen
import pytest
import sound
from drive.albums import ME, read, target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.errors import ConfigError
from musfuse.model import ArtKind
from musfuse.service.requests.tags import ExportTags
from musfuse.service.tagfiles import Plan, export_tags, plan_import

ID = "0383dadf-2a4e-4d10-a46a-e9e041da8eb3"
PATH = "A/B/{}.flac"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("tables")
    for name in ("One", "Two"):
        path = sound.write(folder / f"music/{name}.flac", title=name, artist="A", album="B")
        opened = mutagen.File(path)
        opened["isrc"], opened["lyrics"] = f"GBAYE000000{len(name)}", "  first\n\nsecond"
        opened["musicbrainz_trackid"] = f"{ID[:-3]}{name}"
        opened.save()
    with ExitStack() as closing:
        made = open_library(folder / "state", Config(), closing, sources=[folder / "music"])
        made.scan_all(made.scanner())
        yield made


def exported(library: Library, kind: str, to: Path) -> Path:
    out = io.StringIO(newline="")
    assert export_tags(lambda: library.handlers().rows(ExportTags()), kind, out) > 0
    to.write_text(out.getvalue(), "utf-8", newline="")
    return to


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_names_and_values_that_could_not_be_set_here(
    make_library: Make, music: Path, tmp_path: Path, kind: str
) -> None:
    path = sound.write(music / "a.flac", title="A")
    opened = mutagen.File(path)
    opened["rating:somebody"] = "0.8"
    opened["cuesheet2"] = "REM one\r\n  REM two\r\n"
    opened.save()
    library = make_library()
    table = exported(library, kind, tmp_path / f"t.{kind}")
    plan = plan_import(library.tagging.selection, table)
    assert (plan.rows, plan.changes, plan.errors) == (1, 0, [])
    table.write_text(table.read_text("utf-8").replace("0.8", "0.9"), "utf-8")
    (error,) = plan_import(library.tagging.selection, table).errors
    assert error.startswith(f"row {2 if kind == 'csv' else 1}: 'rating:somebody': no name of a field")


def test_a_field_that_is_not_there_and_could_not_be_set(make_library: Make, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.flac", title="A")
    library = make_library()
    rows = json.loads(exported(library, "json", tmp_path / "t.json").read_text("utf-8"))
    rows[0]["tags"]["a:b"] = ["new"]
    (tmp_path / "t.json").write_text(json.dumps(rows), "utf-8")
    assert "no name of a field" in plan_import(library.tagging.selection, tmp_path / "t.json").errors[0]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_every_real_file(make_library: Make, music: Path, corpus: Path, tmp_path: Path, kind: str) -> None:
    music.rmdir()
    music.symlink_to(corpus / "dev")
    library = make_library(scan__follow_links_out=True)
    plan = plan_import(library.tagging.selection, exported(library, kind, tmp_path / f"t.{kind}"))
    assert plan.rows > 200
    assert (plan.changes, plan.errors) == (0, [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [("null", "null"), ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1.10", "1.1"), ("true", "true"), ("[[]]", "a list"),
     ('["x", null]', "null"), ('[["x"]]', "a list"), ('{"a": 1}', "an object"), ('["x", {}]', "an object")],
)  # fmt: skip
def test_json_values_that_are_no_text(library: Library, tmp_path: Path, value: str, shown: str) -> None:
    path = PATH.format("One")
    rows = f'[{{"path": "{path}", "tags": {{"genre": ["x"]}}}}, {{"path": "{path}", "tags": {{"title": {value}}}}}]'
    (tmp_path / "t.json").write_text(rows)
    (error,) = plan_import(library.tagging.selection, tmp_path / "t.json").errors
    assert error == f"row 2: title: text is wanted, not {shown}"


def test_json_values_that_are(library: Library, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        f'[{{"path": "{PATH.format("One")}", "part": 0, "tags": {{"date": 1999, "title": ["B", 2], "artist": []}}}}]'
    )
    plan = plan_import(library.tagging.selection, tmp_path / "t.json")
    assert plan.errors == []
    assert {c.field: c.after for c in plan.shown} == {"date": ("1999",), "title": ("B", "2"), "artist": ()}


@pytest.mark.parametrize(
    ("text", "words"),
    [("[" * 200_000, "not JSON"), ('[{"tags": ' * 90_000, "not JSON"), ('[{"path": ["x"], "tags": {}}]', "row 1: path: text is wanted"),
     ('[{"path": 1.5, "tags": {}}]', "row 1: path: text is wanted"), ("[1]", "a list of")],
)  # fmt: skip
def test_json_that_is_no_table(library: Library, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(ConfigError, match=words):
        plan_import(library.tagging.selection, tmp_path / "t.json")


def test_more_values_than_a_flac_can_carry(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = sound.write(music / "a.wav", title="A")
    library = make_library()
    fits = [f"{n:07}" + "x" * 1000 for n in range(16_000)]
    table = tmp_path / "t.json"
    for values, words in ((fits * 2, ""), ([value + "y" * 100 for value in fits], "comment: 16000 values of")):
        table.write_text(json.dumps([{"path": str(path), "tags": {"comment": values, "title": ["B"]}}]))
        errors = plan_import(library.tagging.selection, table).errors
        assert [words in error for error in errors] == ([True] if words else [])
    with pytest.raises(ConfigError, match=r"values of .* with the other fields .* the tags of a FLAC file"):
        library.tagging.set(target(str(path)), [f"{name}={v}" for name in ("a", "b") for v in fits], ME)
    library.tagging.set(target(str(path)), [f"comment={value}" for value in fits], ME)
    served = tmp_path / "a.flac"
    served.write_bytes(read(library, "Unknown Artist/music/A.flac"))
    assert mutagen.File(served)["comment"] == fits
    sound.flac_test(served)


def test_only_regular_files_are_taken_in(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = sound.write(music / "a.flac", title="A")
    library = make_library()
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    for bad in ("/dev/zero", tmp_path / "pipe", tmp_path, tmp_path / "large", "/nowhere", "/dev/tty"):
        with pytest.raises(ConfigError, match=r"cannot be read|over 67,108,864 bytes"):
            library.tagging.import_file(Path(bad), ME)
        with pytest.raises(ConfigError, match=r"cannot be read|over 10,000,000 bytes"):
            library.tagging.set_art(target(str(path)), Path(bad), ArtKind.FRONT, ME)


def plan(library: Library, table: Path, text: str | bytes) -> Plan:
    table.write_bytes(text.encode() if isinstance(text, str) else text)
    return plan_import(library.tagging.selection, table)


def changes(made: Plan) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(change.path, change.field, change.after) for change in made.shown]


def test_a_row_is_matched_by_path_then_by_id(library: Library, tmp_path: Path) -> None:
    music = next(library.tagging.selection.everything()).root
    table = tmp_path / "t.csv"
    for place, value in (
        ("path", f"{music}/Two.flac"), ("path", PATH.format("Two")), ("drive_path", PATH.format("Two")),
        ("musicbrainz_trackid", f"{ID[:-3]}two"),
    ):  # fmt: skip
        made = plan(library, table, f"{place},genre\n{value},Rock\n")
        assert [change for change in changes(made) if change[1] == "genre"] == [
            (PATH.format("Two"), "genre", ("Rock",))
        ]
        assert made.errors == []
    for text, said in (
        ("isrc,genre\nGBAYE0000003,Rock\n", "row 2: isrc GBAYE0000003: 2 tracks have it"),
        ("isrc,genre\nGBAYE9999999,Rock\n", "row 2: neither path, ISRC nor MusicBrainz id"),
        ("genre\nRock\n", "row 2: neither path"), (f"path,genre\n{music},Rock\n", "no such track, or more than one"),
        (f"path,part,genre\n{music}/Two.flac,1,Rock\n", "no such track"),
        (f"path,genre\n{music}/Two.flac,Rock\n{PATH.format('Two')},Pop\n", "row 3: the same track as row 2"),
    ):  # fmt: skip
        (error,) = plan(library, table, text).errors
        assert said in error


def test_a_path_that_means_nothing_is_not_made_up_for_by_an_id(library: Library, tmp_path: Path) -> None:
    made = plan(library, tmp_path / "t.csv", f"path,musicbrainz_trackid\nelsewhere.flac,{ID[:-3]}One\n")
    assert made.errors == ["row 2: elsewhere.flac: no such track, or more than one"]


@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_a_spreadsheet_makes_of_a_table(library: Library, tmp_path: Path, line: str, mark: str) -> None:
    """Another kind of line break, a mark in front, and cells that nobody touched."""
    text = exported(library, "csv", tmp_path / "t.csv").read_bytes().decode()
    text = mark + text.replace("\r\n", "\n").replace("\n", line)
    assert changes(plan(library, tmp_path / "t.csv", text.encode())) == []
    made = plan(library, tmp_path / "t.csv", text.replace(f",One{line}", f",Eins{line}").encode())
    assert (changes(made), made.errors) == ([(PATH.format("One"), "title", ("Eins",))], [])


def test_a_cell_holds_a_value_a_line_and_lyrics_are_one(library: Library, tmp_path: Path) -> None:
    text = f'path,genre,lyrics,title,artist\n{PATH.format("One")},"Rock\nPop\n\nRock","a\nb",,"  "\n'
    assert changes(plan(library, tmp_path / "t.csv", text)) == [
        (PATH.format("One"), "genre", ("Rock", "Pop")), (PATH.format("One"), "lyrics", ("a\nb",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"path,title\na,b,c\n", "row 2 has not 2 cells"), (b"path,title\na\n", "row 2 has not 2 cells"),
        (b"path,title,title\na,b,c\n", "a column comes twice"), (b"path,title\na,K\xf6ln\n", r"no text in UTF-8 \(byte 14\)"),
        (b"path,title\na," + b"x" * (1 << 20) + b"y\n", "not CSV: field larger than field limit"),
    ],
)  # fmt: skip
def test_csv_that_is_no_table(library: Library, tmp_path: Path, text: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plan(library, tmp_path / "t.csv", text)


def test_a_preview_is_short_and_counts_all(library: Library, tmp_path: Path) -> None:
    fields = ",".join(f"f{n}" for n in range(300))
    cells = ",".join("x" for _ in range(300))
    nowhere = f"nowhere,{cells}\n" * 300
    told = plan(library, tmp_path / "t.csv", f"path,{fields}\n{PATH.format('One')},{cells}\n{nowhere}").told()
    assert (told.rows, told.tracks, told.changes, told.error_count) == (301, 1, 300, 300)
    assert (len(told.shown), len(told.errors), len(told.warnings)) == (200, 200, 20)


def test_nothing_is_taken_in_where_one_row_is_wrong(library: Library, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"path,genre\n{PATH.format('One')},Rock\nnowhere,Pop\n")
    with pytest.raises(ConfigError, match=r"t\.csv: row 3: nowhere: .*; nothing was changed"):
        library.tagging.import_file(tmp_path / "t.csv", ME)
    assert library.tagging.collector.last() == 0
