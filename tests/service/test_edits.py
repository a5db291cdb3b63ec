"""Edits of views, told and taken back."""

import pytest
from library.arranging.conftest import Rearranged, rearranged  # noqa: F401 - a fixture

from musfuse.errors import ConfigError
from musfuse.service.requests.edits import EditsUndone, ListEdits, ResetView, UndoEdits
from musfuse.service.requests.info import Describe, FileInfo, OriginalInfo


def test_they_are_listed_and_taken_back(rearranged: Rearranged) -> None:
    service, edits = rearranged.library.handlers(), rearranged.drive.rearranging
    before = rearranged.shown()
    for name in ("a", "b", "c"):
        edits.make_folder(name)
    edits.move("Ann", "a/Ann")
    listed = service.call(ListEdits("main"))
    assert [(edit.what, edit.path, edit.target, edit.tracks) for edit in listed] == [
        ("move", "Ann", "a/Ann", 3), ("make", "c", "", 0), ("make", "b", "", 0), ("make", "a", "", 0),
    ]  # fmt: skip
    assert service.call(ListEdits("main", 1)) == listed[:1]
    after = rearranged.shown()
    assert service.call(UndoEdits("main", 2, dry_run=True)) == EditsUndone("main", 2, 2, listed[:2])
    assert rearranged.shown() == after
    assert service.call(UndoEdits("main")) == EditsUndone("main", 1, 3, listed[:1])
    assert rearranged.shown() == {**before, "a": "", "b": "", "c": ""}
    assert service.call(UndoEdits("main", to=listed[2].edit)).undone == 2
    assert service.call(ResetView("main", dry_run=True)).undone == 1
    assert service.call(ResetView("main")) == EditsUndone("main", 1, 0, listed[3:])
    assert rearranged.shown() == before
    assert service.call(ResetView("main")) == EditsUndone("main", 0, 0, ())
    for asked in (UndoEdits("main"), UndoEdits("main", to=listed[0].edit), UndoEdits("none"), ListEdits("none")):
        with pytest.raises(ConfigError):
            service.call(asked)


def test_info_says_what_the_template_would_have_and_which_edit_wins(rearranged: Rearranged) -> None:
    service, edits = rearranged.library.handlers(), rearranged.drive.rearranging
    edits.move("Ann/Best/One.flac", "1.flac")
    edits.remove_file("Ann/Best/Two.flac")
    told = service.call(Describe("1.flac"))
    assert isinstance(told, FileInfo)
    assert told.edit
    assert (told.by_template, told.edit.target) == ("Ann/Best/One.flac", "1.flac")
    other = service.call(Describe("Bob/Five.flac"))
    assert isinstance(other, FileInfo)
    assert (other.by_template, other.edit) == ("", None)
    removed = service.call(Describe("2.flac", str(rearranged.music / "2.flac")))
    assert isinstance(removed, OriginalInfo)
    (track,) = removed.tracks
    assert track.edit
    assert (track.path, track.edit.what) == ("", "remove")


def test_a_cover_that_was_hidden_is_shown_again(rearranged: Rearranged) -> None:
    import sound

    (rearranged.music / "cover.png").write_bytes(sound.picture(30))
    rearranged._options["art.covers"] = True
    rearranged.open()
    rearranged.scan()
    names = [entry.name for entry in rearranged.drive.list("Ann/Best")]
    rearranged.drive.rearranging.remove_file("Ann/Best/cover.png")
    assert [entry.name for entry in rearranged.drive.list("Ann/Best")] == [
        name for name in names if "cover.p" not in name
    ]
    rearranged.library.handlers().call(UndoEdits("main"))
    assert [entry.name for entry in rearranged.drive.list("Ann/Best")] == names
