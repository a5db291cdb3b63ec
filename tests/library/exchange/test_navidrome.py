"""Databases with Navidrome's tables, as its migrations make them, before and after paths became relative."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library.exchange.navidromes import LAYOUTS, script
from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.exchange.navidrome import Navidrome
from musfuse.store.foreign import foreign_database

OLD = """
CREATE TABLE media_file (id varchar(255) NOT NULL PRIMARY KEY, path varchar(255) DEFAULT '' NOT NULL, title varchar(255),
    album varchar(255), artist varchar(255), album_artist varchar(255), track_number integer, disc_number integer,
    duration real, mbz_track_id varchar(255));
CREATE TABLE annotation (ann_id varchar(255) NOT NULL PRIMARY KEY, user_id varchar(255), item_id varchar(255),
    item_type varchar(255), play_count integer, play_date datetime, rating integer, starred bool, starred_at datetime);
CREATE TABLE user (id varchar(255) NOT NULL PRIMARY KEY, user_name varchar(255));
CREATE TABLE playlist (id varchar(255) NOT NULL PRIMARY KEY, name varchar(255), owner varchar(255));
CREATE TABLE playlist_tracks (id integer, playlist_id varchar(255), media_file_id varchar(255));
INSERT INTO media_file VALUES ('a', '/music/Ann/One.flac', 'One', 'Best', 'Ann', 'Ann', 1, 0, 180.5, 'rec'),
    ('b', '/music/Ann/Two.flac', 'Two', '', 'Ann', '', 0, 0, 0, '');
INSERT INTO user VALUES ('u1', 'Ann');
INSERT INTO annotation VALUES ('1', 'u1', 'a', 'media_file', 7, '2021-03-04 05:06:07.123+02:00', 4, 1, '2020-01-01T00:00:00Z'),
    ('2', 'u1', 'a', 'album', 99, NULL, 1, 0, NULL), ('3', 'u1', 'b', 'media_file', 0, '0001-01-01 00:00:00+00:00', 0, 0, NULL);
INSERT INTO playlist VALUES ('p', 'Mix', 'Ann'), ('q', 'Others', 'Bob');
INSERT INTO playlist_tracks VALUES (2, 'p', 'a'), (1, 'p', 'b'), (3, 'p', 'a');
"""
NEW = """
CREATE TABLE library (id integer PRIMARY KEY, name text, path text);
CREATE TABLE media_file (id varchar(255) NOT NULL PRIMARY KEY, path varchar(255), title varchar(255), artist varchar(255),
    library_id integer, duration real, mbz_recording_id varchar(255), missing boolean);
CREATE TABLE annotation (user_id varchar(255), item_id varchar(255), item_type varchar(255), play_count integer,
    play_date datetime, rating integer, starred bool, starred_at datetime, UNIQUE (user_id, item_id, item_type));
CREATE TABLE user (id varchar(255) NOT NULL PRIMARY KEY, user_name varchar(255));
CREATE TABLE playlist (id varchar(255) NOT NULL PRIMARY KEY, name varchar(255), owner_id varchar(255), rules varchar);
CREATE TABLE playlist_tracks (id integer, playlist_id varchar(255), media_file_id varchar(255));
INSERT INTO library VALUES (1, 'Main', '/music/'), (2, 'More', '/more');
INSERT INTO media_file VALUES ('a', 'Ann/One.flac', 'One', 'Ann', 1, 1.5, 'rec', 0), ('b', 'Two.flac', 'Two', 'Ann', 2, 2, '', 1);
INSERT INTO user VALUES ('u1', 'ann'), ('u2', 'bob');
INSERT INTO annotation VALUES ('u1', 'a', 'media_file', 3, '2021-03-04T05:06:07Z', 5, 0, NULL),
    ('u2', 'a', 'media_file', 8, NULL, 2, 1, NULL);
INSERT INTO playlist VALUES ('p', 'Smart', 'u1', '{"all":[{"is":{"loved":true}}]}'), ('q', 'Mix', 'u1', ''), ('r', 'His', 'u2', NULL);
INSERT INTO playlist_tracks VALUES (1, 'p', 'a'), (1, 'q', 'b'), (1, 'r', 'a');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "navidrome.db"


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    return path


def read(path: Path, user: str = "") -> tuple[list[ForeignTrack], list[ForeignPlaylist]]:
    with foreign_database(path) as database:
        library = Navidrome(database, user)
        return list(library.tracks()), list(library.playlists())


def test_an_old_one(path: Path) -> None:
    (one, two), lists = read(made(path, OLD))
    assert (one.id, one.place, one.seconds) == ("a", "/music/Ann/One.flac", 180.5)
    assert one.tags == {
        "title": ("One",), "album": ("Best",), "artist": ("Ann",), "albumartist": ("Ann",), "tracknumber": ("1",),
        "musicbrainz_trackid": ("rec",),
    }  # fmt: skip
    assert (one.stars, one.plays, one.last_ns) == (4, 7, 1_614_827_167 * 10**9)
    assert one.starred_ns == 1_577_836_800 * 10**9
    assert two == ForeignTrack("b", "/music/Ann/Two.flac", {"title": ("Two",), "artist": ("Ann",)})
    assert lists == [ForeignPlaylist("Mix", ["b", "a", "a"])]


def test_a_new_one_of_several_people(path: Path) -> None:
    made(path, NEW)
    with pytest.raises(ConfigError, match=r"navidrome\.db: several people use it: ann, bob; --user says whose"):
        read(path)
    with pytest.raises(ConfigError, match="eve: nobody of this name; there are ann, bob"):
        read(path, "eve")
    (one, two), lists = read(path, "ANN")
    assert [one.place, two.place] == ["/music/Ann/One.flac", "/more/Two.flac"]
    assert (one.stars, one.starred_ns, one.plays, one.last_ns) == (5, None, 3, 1_614_834_367 * 10**9)
    assert lists == [ForeignPlaylist("Mix", ["b"]), ForeignPlaylist("Smart", ["a"], rule=True)]
    (one, _), lists = read(path, "bob")
    assert (one.stars, one.starred_ns, one.plays) == (2, 0, 8)
    assert [one.name for one in lists] == ["His"]


@pytest.mark.parametrize("version", LAYOUTS)
def test_every_layout_tells_the_same(path: Path, version: str) -> None:
    (one, two), lists = read(made(path, script(LAYOUTS[version])), "ann")
    assert [one.place, two.place] == ["/music/Ann/One.flac", "/music/more/Two.flac"]
    assert one.tags == {"title": ("One",), "artist": ("Ann",), "album": ("Best",), "musicbrainz_trackid": ("rec",)}
    assert (one.seconds, one.stars, one.plays) == (180.5, 4, 7)
    assert one.last_ns == one.starred_ns == 1_614_834_367 * 10**9
    assert lists == [ForeignPlaylist("Mix", ["b", "a"])]


@pytest.mark.parametrize("music", ["C:\\Music", "D:/Music", "//nas/Music", "\\\\nas\\Music"])
@pytest.mark.parametrize("version", ["0.53", "0.55"])
def test_paths_of_windows_are_whole(path: Path, version: str, music: str) -> None:
    (one, _), _ = read(made(path, script(LAYOUTS[version], music)), "ann")
    assert one.place == f"{music}/Ann/One.flac"


def test_values_of_any_type_stop_nothing(path: Path) -> None:
    made(path, OLD)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "UPDATE media_file SET path = x'ff', title = 7, track_number = 'x', duration = 'long' WHERE id = 'a';"
            "UPDATE annotation SET rating = 'best', play_count = -5, play_date = 3, starred_at = 'never';"
            "UPDATE playlist SET name = 1; DROP TABLE playlist_tracks;"
        )
    (one, _), lists = read(path)
    assert (one.place, one.seconds, one.stars, one.plays, one.last_ns, one.starred_ns) == ("", None, 0, 0, 0, 0)
    assert lists == []


@pytest.fixture
def others(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as db:
        yield db


def test_any_other_database_is_refused(path: Path, others: sqlite3.Connection) -> None:
    others.execute("CREATE TABLE media_file (id, path)")
    others.commit()
    with pytest.raises(ConfigError, match=r"navidrome\.db: no database of Navidrome"):
        read(path)
