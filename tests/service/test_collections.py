"""Collections as use cases: listed, shown, made, changed, hidden, forgotten."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.build.collections import build_shelf
from musfuse.app.library import Library
from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.grammar import QueryError
from musfuse.service.collections import Collecting
from musfuse.service.requests.collections import (
    CollectionChanged,
    CollectionDeleted,
    CreateCollection,
    DeleteCollection,
    EditCollection,
    ListCollections,
    ListCollectionTracks,
    ShowCollection,
)
from musfuse.service.requests.sources import Setting

JAZZ = {"type": "Search", "query": "genre:jazz"}


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, genre in enumerate(("Jazz", "Rock", "Free Jazz"), 1):
        sound.write(
            music / f"{number}.flac", 5000, artist="Ann", album="Best", title=f"T{number}", genre=genre, date="1985"
        )
    return make_library(index__background=False, view__policy="original")


def test_one_is_made_shown_changed_and_forgotten(library: Library) -> None:
    service = library.handlers()
    dry = CreateCollection("Blau", "genre:jazz", dry_run=True)
    assert dry.reads
    assert not CreateCollection("Blau", "genre:jazz").reads
    told = service.call(dry)
    assert told == CollectionChanged("Blau", (Setting("rule", "", "genre:jazz"),), 2)
    with pytest.raises(NotFoundError):
        service.call(ShowCollection("Blau"))
    assert service.call(CreateCollection(" Blau ", "genre:jazz")) == told
    shown = service.call(ShowCollection("blau"))
    assert (shown.name, shown.kind, shown.rule, shown.spoken, shown.total, shown.shown) == (
        "Blau", "saved", JAZZ, "genre:jazz", 2, 2,
    )  # fmt: skip
    assert [row.path for row in service.rows(ListCollectionTracks("Blau"))] == [
        "Ann/Best (1985)/T1.flac",
        "Ann/Best (1985)/T3.flac",
    ]
    changed = service.call(
        EditCollection("Blau", '{"type":"Genre","genre":"jazz","order":["-title"],"limit":1}', "Rot")
    )
    assert changed.changes == (
        Setting("name", "Blau", "Rot"), Setting("rule", "genre:jazz", "genre:jazz~0, by -title, 1 at most"),
    )  # fmt: skip
    assert [row.path for row in service.rows(ListCollectionTracks("Rot"))] == ["Ann/Best (1985)/T3.flac"]
    assert (service.call(ShowCollection("Rot")).total, service.call(ShowCollection("Rot")).shown) == (2, 1)
    assert service.call(EditCollection("Rot", new_name="ROT", dry_run=True)).changes == (Setting("name", "Rot", "ROT"),)
    rule = {"type": "Genre", "genre": "jazz", "order": ["-title"], "limit": 1}
    assert service.call(DeleteCollection("rot", dry_run=True)) == CollectionDeleted("Rot", rule)
    assert service.call(DeleteCollection("rot")) == CollectionDeleted("Rot", rule)
    with pytest.raises(NotFoundError):
        service.call(DeleteCollection("rot"))


def test_built_in_ones_are_hidden_at_most(library: Library) -> None:
    service = library.handlers()
    assert [row.name for row in service.call(ListCollections())][:3] == ["00s", "10s", "20s"]
    assert service.call(ShowCollection("80s")).total == 3
    assert service.call(EditCollection("80s", hidden=True)).changes == (Setting("hidden", "no", "yes"),)
    assert "80s" not in {row.name for row in service.call(ListCollections())}
    assert "80s" in {row.name for row in service.call(ListCollections(hidden=True))}
    assert service.call(EditCollection("80s", hidden=True)).changes == ()
    with pytest.raises(ConfigError, match="there is a collection of this name already, built-in, and hidden"):
        service.call(CreateCollection("80S", "x"))
    for request in (EditCollection("80s", "x"), EditCollection("80s", new_name="x"), DeleteCollection("80s")):
        with pytest.raises(ConfigError, match="is built in"):
            service.call(request)


def test_what_cannot_be_is_refused_and_nothing_is_kept(library: Library) -> None:
    service = library.handlers()
    service.call(CreateCollection("A", "genre:jazz"))
    with pytest.raises(ConfigError, match="already, saved"):
        service.call(CreateCollection("a", "x"))
    with pytest.raises(ConfigError, match="no field is called colour"):
        service.call(CreateCollection("B", '{"type":"Match","field":"colour","pattern":"red"}'))
    with pytest.raises(QueryError, match="not closed"):
        service.call(CreateCollection("B", "(genre:jazz"))
    with pytest.raises(ConfigError, match="no name that a folder"):
        service.call(CreateCollection("a/b", "x"))
    with pytest.raises(ConfigError, match="only a built-in"):
        service.call(EditCollection("A", hidden=True))
    with pytest.raises(ConfigError, match="no view"):
        service.call(ShowCollection("A", "car"))
    assert [row.name for row in service.call(ListCollections()) if row.kind == "saved"] == ["A"]


def test_a_damaged_one_is_told_mended_and_forgotten(library: Library) -> None:
    shelf_rows, service = library.stores.user, library.handlers()
    for name in ("A", "B"):
        shelf_rows.execute(
            "INSERT INTO collection (name, name_key, query, created_ns) VALUES (?, ?, '{', 1)", name, name
        )
    shown = service.call(ShowCollection("A"))
    assert (shown.rule, shown.total) == ({}, 0)
    assert shown.problem.startswith("its rule cannot be read: no JSON")
    with pytest.raises(ConfigError, match="cannot be read"):
        list(service.rows(ListCollectionTracks("A")))
    with pytest.raises(ConfigError, match="give it another rule"):
        service.call(EditCollection("A", new_name="C"))
    assert service.call(EditCollection("A", "genre:jazz")).total == 2
    assert service.call(DeleteCollection("B")).rule == {}


def test_others_are_told_of_changes_alone(library: Library) -> None:
    told: list[int] = []

    shelf = build_shelf(library.stores.user, library.stores.database, library.media.formats)
    collecting = Collecting(shelf, library.tagging.selection, lambda: told.append(1))
    collecting.create(CreateCollection("A", "x", dry_run=True))
    collecting.edit(EditCollection("80s", hidden=False))
    assert told == []
    collecting.create(CreateCollection("A", "x"))
    collecting.edit(EditCollection("80s", hidden=True))
    collecting.edit(EditCollection("A", new_name="B"))
    collecting.delete(DeleteCollection("B"))
    assert len(told) == 4
