"""Edits while others give names, and where a disk is full."""

import threading
from pathlib import Path

import pytest
import sound
from library.arranging.conftest import Rearranged, rearranged  # noqa: F401 - a fixture

from musfuse.errors import NoEntryError, ReadOnlyError, StoreError


def test_edits_and_scans_side_by_side_end_in_what_both_say(rearranged: Rearranged) -> None:
    edits, failed = rearranged.drive.rearranging, list[BaseException]()

    def rename() -> None:
        try:
            for number in range(20):
                edits.move("Ann" if not number else f"Ann {number - 1}", f"Ann {number}")
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=rename)
    thread.start()
    for number in range(10, 14):
        sound.write(rearranged.music / f"{number}.flac", 500, seed=number, artist="Ann", album="New", title=str(number))
        rearranged.scan()
    thread.join()
    assert not failed
    assert {path for path in rearranged.shown() if path.startswith("Ann")} == {
        "Ann 19", "Ann 19/Best", "Ann 19/Best/One.flac", "Ann 19/Best/Two.flac", "Ann 19/Rest", "Ann 19/Rest/Three.flac",
        "Ann 19/New", *(f"Ann 19/New/{number}.flac" for number in range(10, 14)),
    }  # fmt: skip


def test_an_edit_that_could_not_be_kept_is_not_shown(
    rearranged: Rearranged,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The catalog's transaction ends before that of user.db, which fails, as on a full disk."""
    before, kv = rearranged.shown(), rearranged.library.stores.user.kv
    real = type(kv).execute

    def full(self: object, sql: str, *values: object) -> object:
        if sql == "COMMIT":
            raise StoreError("the disk is full")
        return real(self, sql, *values)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(type(kv), "execute", full)
        with pytest.raises(StoreError):
            rearranged.drive.rearranging.move("Ann", "Fav")
    rearranged.drive.rearranging.make_folder("New")
    assert rearranged.shown() == {**before, "New": ""}


def test_without_the_option_nothing_can_be_changed(tmp_path: Path) -> None:
    made = Rearranged(tmp_path, view__writable_view=False)
    made.open()
    assert not made.drive.rearranging.allowed
    for call in (made.drive.rearranging.make_folder, made.drive.rearranging.remove_file):
        with pytest.raises(ReadOnlyError, match=r"view\.writable_view = true"):
            call("x")
    made.close()


def test_what_is_rearranged_goes_with_its_view(rearranged: Rearranged) -> None:
    from musfuse.library.userdb import ViewSpec

    library = rearranged.library
    library.viewing.add(ViewSpec("car", "$title"))
    library.drives["car"].rearranging.make_folder("Fav")
    rearranged.drive.rearranging.make_folder("Mine")
    assert "Fav" in {entry.name for entry in library.drives["car"].list("")}
    assert "Fav" not in rearranged.shown()
    gone = library.drives["car"].rearranging
    library.viewing.remove("car")
    with pytest.raises(NoEntryError):
        gone.make_folder("Late")
    library.viewing.add(ViewSpec("car", "$title"))
    assert "Fav" not in {entry.name for entry in library.drives["car"].list("")}
    assert rearranged.open().drives["car"]
    assert "Mine" in rearranged.shown()
