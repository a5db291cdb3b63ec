"""`musfuse tag export` and `import` as they are typed: files that are written whole, previews, refusals."""

import csv
import io
import json
import os
import stat
import threading
from pathlib import Path

import pytest
import sound

from cli.inprocess import run

PATH = "Ann/Best/{}.flac"


@pytest.fixture
def library(tmp_path: Path, music: Path) -> Path:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 5000, artist="Ann", album="Best", title=title)
    run("scan", "--library", tmp_path / "library", music)
    return tmp_path / "library"


def titles(text: str) -> list[str]:
    return [row["title"] for row in csv.DictReader(io.StringIO(text))]


def test_what_is_exported_is_told_apart_by_name_and_by_targets(library: Path, tmp_path: Path) -> None:
    at = ("--library", library)
    assert titles(run("tag", "export", *at).out) == ["One", "Two"]
    assert titles(run("tag", "export", *at, "title:two").out) == ["Two"]
    assert len(json.loads(run("tag", "export", *at, "--format", "json").out)) == 2
    done = run("tag", "export", *at, "--to", tmp_path / "t.JSON")
    assert (done.out, done.err) == ("", f"2 tracks written to {tmp_path}/t.JSON\n")
    assert len(json.loads((tmp_path / "t.JSON").read_text())) == 2
    run("tag", "export", *at, "--to", tmp_path / "t.json", "--format", "csv")
    assert titles((tmp_path / "t.json").read_text()) == ["One", "Two"]


def test_a_file_is_written_in_the_place_of_the_one_before(library: Path, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to("real.csv")
    run("tag", "export", "--library", library, "--to", link)
    assert link.is_symlink()
    assert titles(real.read_text()) == ["One", "Two"]
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"real.csv", "link.csv", "library", "music"}


def test_an_export_that_fails_leaves_the_file_as_it_was(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    out.write_text("before")
    run("tag", "export", "--library", library, "--to", out, "title:nobody", code=1)
    assert out.read_text() == "before"
    assert "t.csv: Is a directory" in run("tag", "export", "--library", library, "--to", tmp_path, code=1).err.replace(
        str(tmp_path), "t.csv"
    )
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".partial")]


def test_a_pipe_is_written_as_it_goes(library: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe.csv").read_text()))
    reader.start()
    run("tag", "export", "--library", library, "--to", tmp_path / "pipe.csv")
    reader.join()
    assert titles(got[0]) == ["One", "Two"]
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").stat().st_mode)


def table(folder: Path, *rows: str) -> Path:
    (folder / "t.csv").write_text("\n".join(("path,title,genre", *rows)) + "\n")
    return folder / "t.csv"


def test_an_import_is_previewed_and_made(library: Path, tmp_path: Path) -> None:
    path = table(tmp_path, f"{PATH.format('One')},Eins,Rock", f"{PATH.format('Two')},Two,")
    dry = run("tag", "import", "--dry-run", "--library", library, path)
    assert "Ann/Best/Eins.flac" in dry.out
    assert run("tag", "log", "--json", "--library", library).out.strip() == "[]"
    done = run("tag", "import", "--library", library, path)
    assert "2 rows, 2 fields of 1 track would change" in done.out
    assert "changed 1 track" in done.out
    assert run("find", "--library", library, "genre:rock").out == "Ann/Best/Eins.flac\n"
    again = run("tag", "import", "--library", library, table(tmp_path, "Ann/Best/Eins.flac,Eins,Rock"))
    assert again.out.splitlines()[-1] == "1 row, 0 fields of 0 tracks would change"


def test_a_table_with_one_wrong_row_is_refused_and_shown(library: Path, tmp_path: Path) -> None:
    path = table(tmp_path, f"{PATH.format('One')},Eins,", "no\x1b/where,x,")
    done = run("tag", "import", "--library", library, path, code=1)
    assert "row 3: no\ufffd/where: no such track, or more than one\n" in done.err
    assert f"1 row of {path} cannot be taken in; nothing was changed" in done.err
    assert run("find", "--library", library, "title:eins", code=1).out == ""
    told = json.loads(run("tag", "import", "--json", "--library", library, path, code=1).out)
    assert (told["error_count"], told["changes"]) == (1, 1)


def test_json_of_an_import_has_the_plan_and_the_result(library: Path, tmp_path: Path) -> None:
    path = table(tmp_path, f"{PATH.format('One')},Eins,")
    dry = json.loads(run("tag", "import", "--json", "--dry-run", "--library", library, path).out)
    assert (dry["rows"], dry["changes"], dry["dry_run"]) == (1, 1, True)
    told = json.loads(run("tag", "import", "--json", "--library", library, path).out)
    assert (told["changes"], told["result"]["tracks"]) == (1, 1)


def test_what_is_odd_is_warned_of_and_done(library: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"path,gnere\n{PATH.format('One')},Rock\n")
    done = run("tag", "import", "--library", library, tmp_path / "t.csv")
    assert "warning: gnere: no track has this field; did you mean genre?" in done.err
    assert "changed 1 track" in done.out
