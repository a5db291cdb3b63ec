"""Tags of many tracks as a file: what nobody touched changes nothing, whatever originals hold."""

import io
import json
from pathlib import Path

import mutagen
import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.app.tagfiles import export_tags, plan_import


def exported(library: Library, kind: str, to: Path) -> Path:
    out = io.StringIO(newline="")
    assert export_tags(library.tagging.selection.everything, kind, out) > 0
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
