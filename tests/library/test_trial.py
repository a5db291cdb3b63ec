"""A change made for trial: what it says of the drive is what the real change makes of it, and nothing is written."""

import random
from pathlib import Path

import pytest

from library.conftest import Desk
from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.rows import join
from musfuse.library.moves import Move
from musfuse.library.overlay import Delta, MetaCollector, overlay_key
from musfuse.library.trial import moves, tried
from musfuse.model import SourceFile, Stamp, TagSet, TagSource
from musfuse.store import LayeredKv, MemoryKv

ARTISTS = ["Ann", "ann", "Bob", "Cy", "Di", ""]
ALBUMS = ["Best", "best", "Rest", ""]


_NAMES = "SELECT i.id, o.path, o.name FROM item i JOIN original o ON o.file = i.file"


def _tags(rng: random.Random) -> TagSet:
    fields = {
        "artist": rng.choice(ARTISTS), "album": rng.choice(ALBUMS), "title": rng.choice(["T", "t", "Best"]),
        "tracknumber": rng.choice(["1", "2"]), "discnumber": rng.choice(["1", "2", ""]), "date": rng.choice(["", "1977"]),
        "albumartist": rng.choice(["Ann", "", ""]), "compilation": rng.choice(["1", "", "", ""]),
    }  # fmt: skip
    return TagSet({name: (value,) for name, value in fields.items() if value})


def _key(desk: Desk, path: str) -> str:
    return overlay_key(SourceFile(desk.source("/src").uid, path, Stamp(0, 0)), 0)


def _dump(desk: Desk) -> list[tuple[object, ...]]:
    with desk.database.read() as db:
        return [
            row
            for table in ("item", "item_tags", "member", "place", "node", "todo", "meta")
            for row in db.execute(f"SELECT * FROM {table}")
        ]


@pytest.mark.parametrize("template", ["", "$title"])
@pytest.mark.parametrize("seed", range(6))
def test_a_trial_moves_what_the_change_moves(tmp_path: Path, seed: int, template: str) -> None:
    rng = random.Random(seed)
    desk = Desk(tmp_path / "catalog.db", **({"template": template} if template else {}))
    paths = [f"{rng.choice('ab')}/{rng.choice(['CD1/', 'CD2/', ''])}{n}.wav" for n in range(24)]
    for path in paths:
        desk.put(path, _tags(rng))
    collector, overlaying = desk.collector, desk.overlaying
    desk.naming.run()
    with desk.database.read() as db:
        names = {track: f"{folder.decode()}/{name.decode()}" for track, folder, name in db.execute(_NAMES)}
    for _ in range(8):
        keys = [_key(desk, path) for path in rng.sample(paths, rng.randrange(1, 5))]
        deltas = [Delta(key, {n: tuple(v) for n, v in _tags(rng).items()}) for key in keys]
        before, rows, kept = desk.tree(), _dump(desk), dict(desk.store._values)
        trial = MetaCollector(LayeredKv(MemoryKv(), desk.store))
        trial.apply_delta(deltas, TagSource.USER, "tester", "test")
        scratch = tried(desk.database, desk.naming_over, trial, lambda keys=keys: keys)
        told = moves(desk.database, scratch)
        planned = {names[track]: path for track, path in _placed(scratch).items()}
        scratch.close()
        assert (_dump(desk), dict(desk.store._values)) == (rows, kept)
        change = collector.apply_delta(deltas, TagSource.USER, "tester", "test")
        if change.seq:
            overlaying.adopt(change.seq, collector.keys_of(change.seq))
        desk.naming.run()
        was, now = ({original: path for path, original in tree.items()} for tree in (before, desk.tree()))
        moved = {path for path in paths if was[path] != now[path]}
        assert planned == {path: now[path] for path in planned}
        by_spelling = {path for path in moved - planned.keys() if was[path].casefold() == now[path].casefold()}
        assert moved <= planned.keys() | by_spelling
        assert told.files == len(moved & planned.keys())
    desk.database.close()


def _placed(scratch: Database) -> dict[int, str]:
    """Where the tracks of a part of a catalog lie, by id."""
    nodes = Nodes(scratch)
    with scratch.read() as db:
        rows = db.execute("SELECT item, parent, name FROM node WHERE item IS NOT NULL").fetchall()
    return {track: join(nodes.path(parent), name) for track, parent, name in rows}


def test_what_does_not_belong_to_a_change_is_not_copied(desk: Desk) -> None:
    for number in range(30):
        desk.put(f"{number}/1.wav", TagSet({"artist": (f"A{number}",), "album": ("Best",), "title": ("T",)}))
    desk.naming.run()
    trial = MetaCollector(LayeredKv(MemoryKv(), desk.store))
    key = _key(desk, "7/1.wav")
    trial.apply_delta([Delta(key, {"date": ("1977",)})], TagSource.USER, "tester", "test")
    scratch = tried(desk.database, desk.naming_over, trial, lambda: [key])
    assert moves(desk.database, scratch).told().moves == (Move("A7/Best", "A7/Best (1977)", 1, whole=True),)
    with scratch.read() as db:
        assert db.execute("SELECT count(*) FROM item").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM node").fetchone()[0] <= 4
    scratch.close()
