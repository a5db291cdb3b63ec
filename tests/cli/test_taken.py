"""What people are told of an import."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from musfuse.cli.taken import show_imported
from musfuse.service.requests.imports import DoubtTold, Imported, MappingTold, MissingTold, PlaylistTaken


def said(**facts: object) -> tuple[str, str]:
    told = Imported(
        **{
            "program": "beets", "tracks": 9, "found": {}, "missing": (), "mappings": (), "doubts": (), "change": 0,
            "changed": 0, "fields": 0, "hidden": 0, "refused": 0, "shown": (), "rated": 0, "starred": 0, "kept": 0,
            "played": 0, "playlists": (), "dry_run": False, **facts,
        }
    )  # type: ignore[arg-type] # fmt: skip
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        show_imported(told)
    return out.getvalue(), err.getvalue()


def test_how_many_were_found_and_how() -> None:
    out, _ = said(
        found={"path": 5, "id": 2, "tags": 1},
        mappings=(
            MappingTold("", "/srv", True),
            MappingTold("/a", "/b", False),
            MappingTold("/mnt", "view://main/x", True),
        ),
    )
    assert (
        "paths: relative ones begin at /srv, as far as can be told\npaths: /a is /b\npaths: /mnt is the drive/x, as far as can be told\n"
        in out
    )
    assert "8 of 9 tracks of beets found here: 5 by path, 2 by id, 1 by title and length\n" in out


def test_why_others_were_not() -> None:
    _, err = said(
        missing=(MissingTold("it is gone", 5, ("a\n", "b", "c", "d")), MissingTold("it is odd", 1, ())),
        doubts=(DoubtTold("/x", ("/a", "/b")),), hidden=2, refused=1, kept=3,
    )  # fmt: skip
    assert "paths: /x may be /a or /b; --map says which\n" in err
    assert "5 not: it is gone (a\u23ce, b, c, …)\n1 not: it is odd\n" in err
    _, long = said(missing=(MissingTold("it is gone", 1, ("a" * 4000,)),))
    assert long.startswith(f"1 not: it is gone ({'a' * 99}\u2026)\n")
    assert "2 fields stay as they are: somebody stronger says so\n1 field is locked\n" in err
    assert "3 tracks keep the stars that were given here\n" in err


def test_what_becomes_of_playlists() -> None:
    lists = tuple(PlaylistTaken(f"{fate} list", fate, 3, 1) for fate in ("made", "filled", "kept", "rule"))
    out, _ = said(playlists=lists * 20, change=7, changed=1, starred=2)
    assert "kept list" in out
    assert "and 40 more playlists\n" in out
    assert (
        "taken over: tags of 1 track, 2 favourites, 40 playlists (change 7; `musfuse tag undo 7` takes the tags back)\n"
        in out
    )
