"""Tags of many tracks as a file: what nobody touched changes nothing, whatever originals hold."""

import io
import json
import os
from pathlib import Path

import mutagen
import pytest
import sound

from drive.albums import ME, read, target
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import ConfigError
from musfuse.model import ArtKind
from musfuse.service.requests.tags import ExportTags
from musfuse.service.tagfiles import export_tags, plan_import


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
def test_json_values_that_are_no_text(make_library: Make, music: Path, tmp_path: Path, value: str, shown: str) -> None:
    path = sound.write(music / "a.flac", title="A")
    library = make_library()
    rows = f'[{{"path": "{path}", "tags": {{"genre": ["x"]}}}}, {{"path": "{path}", "tags": {{"title": {value}}}}}]'
    (tmp_path / "t.json").write_text(rows)
    (error,) = plan_import(library.tagging.selection, tmp_path / "t.json").errors
    assert error == f"row 2: title: text is wanted, not {shown}"


def test_json_values_that_are(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = sound.write(music / "a.flac", title="A", genre="g")
    library = make_library()
    (tmp_path / "t.json").write_text(
        f'[{{"path": "{path}", "part": 0, "tags": {{"date": 1999, "title": ["B", 2], "genre": []}}}}]'
    )
    plan = plan_import(library.tagging.selection, tmp_path / "t.json")
    assert plan.errors == []
    assert {c.field: c.after for c in plan.shown} == {"date": ("1999",), "title": ("B", "2"), "genre": ()}


@pytest.mark.parametrize(
    ("text", "words"),
    [("[" * 200_000, "not JSON"), ('[{"tags": ' * 90_000, "not JSON"), ('[{"path": ["x"], "tags": {}}]', "row 1: path: text is wanted"),
     ('[{"path": 1.5, "tags": {}}]', "row 1: path: text is wanted"), ("[1]", "a list of")],
)  # fmt: skip
def test_json_that_is_no_table(make_library: Make, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(ConfigError, match=words):
        plan_import(make_library(scan=False).tagging.selection, tmp_path / "t.json")


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
