"""`musfuse report` has a word for every kind of line."""

from pathlib import Path

from click.testing import CliRunner

from musfuse.cli.report_cmd import _SHOWN, command
from musfuse.library.catalog import CatalogSources, Database, FileRow, Files
from musfuse.library.catalog.reports import ReportKind
from musfuse.model import Stamp


def test_words() -> None:
    assert set(_SHOWN) == set(ReportKind)


def test_all_kinds(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db")
    files = Files(database)
    sources = CatalogSources(database)
    sources.mirror([("1", "/music")])
    (source,) = sources.rows()
    folder = files.folder(source.id, "locked", 1, "/music/locked: permission denied")
    files.put_files([(folder, FileRow("bad.flac", Stamp(1, 1), "1", "/music/locked/bad.flac: nonsense"))])
    with database.write() as db:
        file = db.execute("SELECT id FROM file").fetchone()[0]
        db.execute(
            "INSERT INTO sheet (file, kind, data, remark) VALUES (?, 'cue', x'', 'names a file that is not there')",
            (file,),
        )
        db.execute(
            "INSERT INTO companion (folder, name, size, mtime_ns, ident, kind, problem)"
            " VALUES (?, x'636f7665722e6a7067', 1, 1, '', 'front', 'no picture that can be decoded')",
            (folder,),
        )
    database.close()
    done = CliRunner().invoke(command, ["--library", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for word in ("not shown", "cue sheet", "no picture", "not listed"):
        assert word in done.output
