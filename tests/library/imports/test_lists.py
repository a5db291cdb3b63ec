"""Playlists: made, filled, and never robbed of what was put in here."""

from pathlib import Path

import pytest

from library.imports.conftest import TITLES, Elsewhere, Planned
from musfuse.app.build.collections import build_shelf
from musfuse.app.library import Library
from musfuse.errors import ConfigError
from musfuse.library.collections.shelf import Shelf
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.imports import lists as module
from musfuse.library.imports.lists import Lists, Taken
from musfuse.library.names import name_key

MIX = ForeignPlaylist("Mix", ["One", "Three", "One", "Gone"])


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return build_shelf(library.stores.user, library.catalog.database, library.media.formats)


@pytest.fixture
def taken(planned: Planned, shelf: Shelf, music: Path):  # type: ignore[no-untyped-def]
    """Takes playlists over; what became of them, and of the tracks."""
    tracks = [ForeignTrack(title, f"{music}/Ann/Best/{title}.flac", {}) for title in TITLES]

    def take(*playlists: ForeignPlaylist, write: bool = True, rules: bool = False) -> list[Taken]:
        elsewhere = Elsewhere(tracks, playlists)
        _, _, pairs = planned(elsewhere)
        lists = Lists(shelf, rules)
        lists.read(elsewhere)
        lists.take(pairs, write=write)
        return lists.taken

    return take


def titles(shelf: Shelf, name: str) -> list[str]:
    kept = shelf.playlists.named(name_key(name))
    assert kept is not None
    return [entry.path.rpartition("- ")[2] for entry in shelf.playlists.entries(kept.id)]


def test_one_is_made_once_and_filled_without_loss(taken, shelf: Shelf) -> None:  # type: ignore[no-untyped-def]
    assert taken(MIX, write=False) == [Taken("Mix", module.Fate.MADE, 3, 1)]
    assert shelf.playlists.all() == []
    assert taken(MIX) == [Taken("Mix", module.Fate.MADE, 3, 1)]
    assert titles(shelf, "mix") == ["One.flac", "Three.flac", "One.flac"]
    assert taken(MIX) == [Taken("Mix", module.Fate.SAME, 3, 1)]
    more = ForeignPlaylist("Mix", ["Two", *MIX.entries])
    assert taken(more) == [Taken("Mix", module.Fate.FILLED, 4, 1)]
    assert titles(shelf, "mix")[0] == "Two.flac"
    assert taken(MIX) == [Taken("Mix", module.Fate.KEPT, 3, 1)]
    assert titles(shelf, "mix")[0] == "Two.flac"


def test_names_that_are_given_or_cannot_be(taken, shelf: Shelf) -> None:  # type: ignore[no-untyped-def]
    lists = [ForeignPlaylist(name, ["One"]) for name in ("Recently Added", "a/b: c?", "", "Twice", "twice", ".hidden")]
    wanted = ["Recently Added (other)", "a-b- c_", "_", "Twice", "twice (other)", "_hidden"]
    assert [one.name for one in taken(*lists)] == wanted
    assert [(one.name, one.fate) for one in taken(*lists)] == [(name, module.Fate.SAME) for name in wanted]
    assert len(shelf.playlists.all()) == len(wanted)


def test_what_is_not_taken_says_why(taken, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "MOST", 5)
    rule = ForeignPlaylist("Rule", ["One"], rule=True)
    assert taken(ForeignPlaylist("Odd", [], odd="no text")) == [Taken("Odd", module.Fate.ODD, reason="no text")]
    assert [one.fate for one in taken(rule, ForeignPlaylist("None", ["Gone"]), ForeignPlaylist("Long", ["One"] * 6))] == [
        module.Fate.RULE, module.Fate.EMPTY, module.Fate.TOO_LONG,
    ]  # fmt: skip
    assert [one.fate for one in taken(rule, rules=True)] == [module.Fate.MADE]
    monkeypatch.setattr(module, "_MOST_ENTRIES", 5)
    with pytest.raises(ConfigError, match="more than 5 entries"):
        taken(MIX, MIX)
