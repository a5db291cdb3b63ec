"""Artists and albums as rows: ids that outlive the catalog, spelled as the first item spells them."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.albums import entity_id
from musfuse.library.names import name_key
from musfuse.model import TagSet

Put = tuple[str, TagSet, str]


def artists(desk: Desk) -> dict[str, int]:
    with desk.database.read() as db:
        return dict(db.execute("SELECT name, id FROM artist"))


def albums(desk: Desk) -> dict[tuple[str, str], int]:
    with desk.database.read() as db:
        return {(title, artist): number for title, artist, number in db.execute("SELECT title, artist, id FROM album")}


def rows(desk: Desk) -> tuple[list[Any], list[Any]]:
    """All that is kept of entities but which item, by its number, spells them."""
    with desk.database.read() as db:
        return (
            db.execute("SELECT id, key, name, rank FROM artist ORDER BY id").fetchall(),
            db.execute("SELECT id, key, title, artist, rank FROM album ORDER BY id").fetchall(),
        )


def build(path: Path, puts: Sequence[Put], pauses: bool = False) -> tuple[list[Any], list[Any]]:
    desk = Desk(path)
    for root in ("/one", "/two"):
        desk.source(root)
    for where, found, root in puts:
        desk.put(where, found, root)
        if pauses:
            desk.naming.run()
    desk.naming.run()
    found = rows(desk)
    desk.database.close()
    return found


LIBRARY: list[Put] = [
    ("a/1.wav", tags(artist="abba", album="gold", title="1"), "/one"),
    ("a/2.wav", tags(artist="ABBA", album="Gold", title="2"), "/one"),
    ("b/1.wav", tags(artist="Abba", album="GOLD", title="3"), "/two"),
    *((f"va/{n}.wav", tags(artist=f"Artist {n}", album="Mix", title="T"), "/two") for n in range(4)),
    ("c.wav", tags(title="alone"), "/one"),
]


@pytest.mark.parametrize("seed", range(5))
def test_a_catalog_that_is_made_anew_in_another_order_has_the_same(tmp_path: Path, seed: int) -> None:
    order = random.Random(seed).sample(LIBRARY, len(LIBRARY))
    assert build(tmp_path / "one.db", LIBRARY) == build(tmp_path / "two.db", order, pauses=seed % 2 == 1)


def test_ids_follow_from_keys_and_are_never_0() -> None:
    assert entity_id("") == 0
    assert entity_id("abba") == entity_id("abba") != entity_id("abbb")


@given(st.text())
def test_ids_are_63_bits(key: str) -> None:
    assert 0 <= entity_id(key) < 1 << 63
    assert bool(entity_id(key)) == bool(key)


def test_the_spelling_is_that_of_the_best_ranked_item(desk: Desk) -> None:
    desk.put("b.wav", tags(artist="Abba", album="Gold", title="1"))
    desk.naming.run()
    before = artists(desk)["Abba"], albums(desk)["Gold", "Abba"]
    desk.put("a.wav", tags(artist="ABBA", album="GOLD", title="2"))
    desk.put("c.wav", tags(artist="abba", album="gold", title="3"))
    desk.naming.run()
    assert artists(desk) == {"ABBA": before[0]}
    assert albums(desk) == {("GOLD", "ABBA"): before[1]}
    desk.put("a.wav", tags(artist="AbbA", album="GolD", title="2"))
    desk.naming.run()
    assert list(artists(desk)) == ["AbbA"]
    desk.put("a.wav", tags(artist="Other", album="Other", title="2"))
    desk.naming.run()
    assert artists(desk) == {"Abba": before[0], "Other": entity_id(name_key("other"))}
    desk.remove("b.wav")
    desk.naming.run()
    assert set(artists(desk)) == {"abba", "Other"}
    assert set(albums(desk)) == {("gold", "abba"), ("Other", "Other")}


def test_those_that_nothing_belongs_to_go(desk: Desk) -> None:
    desk.put("a.wav", tags(artist="A", album="X", title="1"))
    desk.put("b.wav", tags(artist="B", album="Y", title="2"))
    desk.naming.run()
    desk.remove("a.wav")
    desk.put("b.wav", tags(artist="B", title="2"))
    desk.naming.run()
    assert (set(artists(desk)), albums(desk)) == ({"B"}, {})
    desk.sources.mirror([])
    desk.naming.run()
    assert (artists(desk), albums(desk)) == ({}, {})


def test_another_order_of_sources_gives_another_spelling(desk: Desk) -> None:
    desk.put("x.wav", tags(artist="ABBA", album="Gold", title="1"), "/one")
    desk.put("x.wav", tags(artist="Abba", album="GOLD", title="1"), "/two")
    desk.naming.run()
    assert (list(artists(desk)), list(albums(desk))) == (["ABBA"], [("Gold", "ABBA")])
    before = artists(desk)["ABBA"]
    one, two = desk.sources.rows()
    desk.sources.mirror([(two.uid, two.root), (one.uid, one.root)])
    desk.naming.run()
    assert (artists(desk), list(albums(desk))) == ({"Abba": before}, [("GOLD", "Abba")])
    desk.sources.mirror([(one.uid, one.root)])
    desk.naming.run()
    assert (list(artists(desk)), list(albums(desk))) == (["ABBA"], [("Gold", "ABBA")])


def test_a_compilation_is_one_album_of_various_artists(desk: Desk) -> None:
    for n in range(4):
        desk.put(f"va/{n}.wav", tags(artist=f"Artist {n}", album="Mix", title="T"))
    desk.naming.run()
    assert list(albums(desk)) == [("Mix", "Various Artists")]
    for n in range(2):
        desk.remove(f"va/{n}.wav")
    desk.naming.run()
    assert set(albums(desk)) == {("Mix", "Artist 2"), ("Mix", "Artist 3")}
