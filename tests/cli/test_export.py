"""`musfuse export`: the library for other programs."""

import csv
import io
import json
from pathlib import Path

from cli.inprocess import run, shared  # noqa: F401 - a fixture


def test_the_library_as_a_table(shared: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "--library", shared).out)))
    assert [(row["virtual_path"], row["title"], row["artist"]) for row in rows] == [
        ("Ann/Best/One.flac", "One", "Ann"), ("Ann/Best/Two.flac", "Two", "Ann"),
    ]  # fmt: skip
    assert rows[0]["real_path"] == str(shared.parent / "music/One.flac")
    said = run(
        "export", "--library", shared, "--to", tmp_path / "x.json", "--fields", "title, part", "--where", "title:two"
    ).err
    assert "1 track written to" in said
    assert json.loads((tmp_path / "x.json").read_text()) == [{"title": "Two", "part": 0}]


def test_a_column_that_no_track_has_may_be_a_slip(shared: Path) -> None:
    done = run("export", "--library", shared, "--fields", "title,rating,part,mood,titel")
    assert done.out == "title,rating,part,mood,titel\r\nOne,,0,,\r\nTwo,,0,,\r\n"
    assert done.err == "warning: titel: no track has this field; did you mean title?\n"


def test_queries_have_to_hold_together(shared: Path) -> None:
    both = ("export", "--library", shared, "--format", "json", "--fields", "title")
    assert json.loads(run(*both, "--where", "artist:ann", "--where", "title:one OR title:three").out) == [
        {"title": "One"}
    ]
    nothing = run(*both, "--where", "title:one", "--where", "title:two", code=1)
    assert ("no track answers this" in nothing.err, nothing.out) == (True, "")
    assert "name either" in run(*both, "--where", "title:one", "title:two", code=2).err


def test_what_was_rated_and_played_and_its_way_back(shared: Path, tmp_path: Path) -> None:
    asked = ("export", "--library", shared, "--opinions")
    assert "nothing there is rated, starred or was played" in run(*asked, code=1).err
    run("rate", "--library", shared, "title:two", "4")
    run("star", "--library", shared, "title:two")
    try:
        (told,) = json.loads(run(*asked).out)
        assert [told[name] for name in ("virtual_path", "rating", "plays", "last_played")] == [
            "Ann/Best/Two.flac", 4, 0, None,
        ]  # fmt: skip
        rows = run("export", "--library", shared, "--fields", "title,rating,plays").out
        assert rows == "title,rating,plays\r\nOne,,0\r\nTwo,4,0\r\n"
        run(*asked, "--to", tmp_path / "x.json", "artist:ann")
        assert "taken over: nothing: all of it is here" in run(*back(shared, tmp_path)).out
        run("scan", "--library", tmp_path / "other", shared.parent / "music")
        done = run(*back(tmp_path / "other", tmp_path)).out
        assert "1 of 1 track of musfuse found here: 1 by path\n" in done
        assert "taken over: stars of 1 track, 1 favourite\n" in done
        assert run(*back(tmp_path / "other", tmp_path), "--json").out.count('"rated": 0') == 1
        assert json.loads(run("export", "--library", tmp_path / "other", "--opinions").out) == [told]
    finally:
        run("rate", "--library", shared, "title:two", "0")
        run("star", "--off", "--library", shared, "title:two")


def back(library: Path, folder: Path) -> tuple[str | Path, ...]:
    return "import", "musfuse", folder / "x.json", "--library", library


def test_a_playlist_plays_from_where_it_lies(shared: Path, tmp_path: Path) -> None:
    run("export", "--library", shared, "--to", tmp_path / "x.m3u8", "--paths", ".")
    lines = [line for line in (tmp_path / "x.m3u8").read_text().splitlines() if not line.startswith("#")]
    assert lines == ["Ann/Best/One.flac", "Ann/Best/Two.flac"]
    run("export", "--library", shared, "--to", tmp_path / "x.m3u")
    lines = [line for line in (tmp_path / "x.m3u").read_text().splitlines() if not line.startswith("#")]
    assert lines == [str(shared.parent / f"music/{name}.flac") for name in ("One", "Two")]
    assert "file://" in run("export", "--library", shared, "--format", "xspf").out
    assert '"playlist"' in run("export", "--library", shared, "--format", "jspf").out


def test_what_cannot_be_is_said_before_anything_is_written(shared: Path, tmp_path: Path) -> None:
    kept = tmp_path / "x.csv"
    kept.write_text("before")
    assert "no column" in run("export", "--library", shared, "--to", kept, "--fields", "a=b", code=2).err
    assert "those of a table" in run("export", "--library", shared, "--format", "m3u8", "--fields", "title", code=2).err
    assert "for playlists" in run("export", "--library", shared, "--paths", ".", code=2).err
    run("export", "--library", shared, "--to", kept, "title:nothing", code=1)
    assert kept.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
