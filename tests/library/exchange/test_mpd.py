"""Stickers, as MPD keeps them and its clients name them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.exchange.mpd import STREAM, Mpd
from musfuse.store.foreign import foreign_database

TABLES = """
CREATE TABLE sticker(type VARCHAR NOT NULL, uri VARCHAR NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE UNIQUE INDEX sticker_value ON sticker(type, uri, name);
"""


def read(tmp_path: Path, *stickers: tuple[object, ...]) -> list[ForeignTrack]:
    with closing(sqlite3.connect(tmp_path / "sticker.sql")) as db:
        db.executescript(TABLES)
        db.executemany("INSERT INTO sticker VALUES (?, ?, ?, ?)", stickers)
        db.commit()
    with foreign_database(tmp_path / "sticker.sql") as database:
        library = Mpd(database)
        assert list(library.playlists()) == []
        return list(library.tracks())


def test_what_clients_note(tmp_path: Path) -> None:
    one, three, two = read(
        tmp_path,
        ("song", "Ann/One.flac", "rating", "8"), ("song", "Ann/One.flac", "playCount", "12"),
        ("song", "Ann/One.flac", "lastPlayed", "1600000000"), ("song", "Ann/One.flac", "like", "2"),
        ("song", "Ann/Two.flac", "like", "0"), ("song", "Ann/Two.flac", "elapsed", "3"),
        ("song", "Ann/Three.flac", "unwoundstack.com:rating", "196"), ("song", "Ann/Three.flac", "unwoundstack.com:playcount", "2"),
        ("playlist", "x", "rating", "4"),
    )  # fmt: skip
    assert one == ForeignTrack("Ann/One.flac", "Ann/One.flac", {}, None, 4, 0, 12, 0, 1_600_000_000 * 10**9)
    assert (two.stars, two.starred_ns, two.plays) == (0, None, 0)
    assert (three.stars, three.plays) == (4, 2)


def test_odd_ones(tmp_path: Path) -> None:
    stream, file = read(
        tmp_path, ("song", "http://radio/x", "rating", "4"), ("song", "x", "rating", "best"), ("song", "x", b"\xff", "1"),
        ("song", b"\x01", "rating", 3), ("song", "x", "a:rating", "999"),
    )  # fmt: skip
    assert (stream.odd, file.odd, file.stars) == (STREAM, "", 0)


def test_any_other_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute("CREATE TABLE sticker (uri)")
    with (
        pytest.raises(ConfigError, match=r"x\.db: no stickers of MPD"),
        foreign_database(tmp_path / "x.db") as database,
    ):
        Mpd(database)
