"""`musfuse view log|undo|reset`, and what `musfuse info` says of what was rearranged by hand."""

import json

from library.arranging.conftest import Rearranged, rearranged  # noqa: F401 - a fixture

from cli.inprocess import run


def test_what_was_rearranged_is_told_and_taken_back(rearranged: Rearranged) -> None:
    state, before = rearranged.folder / "state", rearranged.shown()
    lib = ("--library", state)
    edits = rearranged.drive.rearranging
    edits.move("Ann/Best", "Fav")
    edits.remove_file("Fav/One.flac")
    rearranged.close()
    lines = run("view", "log", *lib).out.splitlines()
    assert lines[0].split() == ["edit", "time", "tracks", "what"]
    assert [line.split("  ")[-1].strip() for line in lines[1:]] == ["Fav/One.flac removed", "Ann/Best moved to Fav"]
    told = run("info", *lib, "Fav/Two.flac").out
    assert "put here by hand" in told
    assert "Ann/Best moved to Fav" in told
    assert "by the template   Ann/Best/Two.flac" in told
    assert "removed by hand: edit 2" in run("info", *lib, rearranged.music / "1.flac").out
    assert "1 edit would be taken back; 1 edit left" in run("view", "undo", *lib, "--dry-run").out
    undone = json.loads(run("view", "undo", *lib, "--json").out)
    assert (undone["undone"], undone["left"], undone["edits"][0]["path"]) == (1, 1, "Fav/One.flac")
    assert run("view", "undo", *lib, "--to", "9", code=2).err.count("\n") == 1
    assert "use one of them" in run("view", "undo", "--to", "1", "--count", "1", code=2).err
    assert "1 edit is taken back" in run("view", "reset", *lib).out
    assert run("view", "log", *lib, "--json").out.split() == ["[]"]
    assert "nothing to undo" in run("view", "undo", *lib, code=2).err
    rearranged.open()
    assert rearranged.shown() == before
