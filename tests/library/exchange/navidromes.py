"""Databases of Navidrome as the migrations of its versions leave them, as far as an import looks at them; each with the
same music, opinions and playlists."""

from typing import NamedTuple

_ANNOTATION = """
    user_id varchar(255) not null, item_id varchar(255) default '' not null, item_type varchar(255) default '' not null,
    play_count integer default 0, play_date datetime, rating integer default 0, starred bool default FALSE not null,
    starred_at datetime
"""
_PLAYLIST = """
    id varchar(255) not null primary key, comment varchar(255) default '', public bool default FALSE, path string,
    sync bool default false, size integer default 0, evaluated_at datetime
"""
_TRACK = """
    id varchar(255) not null primary key, path varchar(255) default '' not null, title varchar(255), album varchar(255),
    artist varchar(255), artist_id varchar(255), album_artist varchar(255), album_id varchar(255), track_number integer,
    disc_number integer, year integer, duration real, genre varchar(255), mbz_album_id varchar(255)
"""
_LIBRARY = (
    "id integer primary key autoincrement, name text not null unique, path text not null unique, remote_path text"
)
_LIBRARY_OF = ", library_id integer default 1"
_SCANNED = ", folder_id varchar, pid varchar, missing boolean default false, tags jsonb, participants jsonb"


class Layout(NamedTuple):
    """What is peculiar to a version: columns of tables, and how it writes a time. `relative`: its paths are from the
    root of a library."""

    annotation: str = ""
    owner: str = "owner_id"
    rules: str = ", rules varchar"
    recording: str = "mbz_recording_id"
    library: str = ""
    track: str = ""
    relative: bool = False
    time: str = "2021-03-04 05:06:07.123456789+00:00"


LAYOUTS = {
    "0.29": Layout(
        ", ann_id varchar(255)", "owner", "", recording="mbz_track_id", time="2021-03-04T05:06:07.123Z",
    ),
    "0.49": Layout(", ann_id varchar(255)", recording="mbz_track_id", time="2021-03-04T06:06:07+01:00"),
    "0.53": Layout(library=_LIBRARY, track=_LIBRARY_OF),
    "0.55": Layout(library=_LIBRARY, track=_LIBRARY_OF + _SCANNED, relative=True),
    "of 2026": Layout(
        ", rated_at datetime", library=f"{_LIBRARY}, total_songs integer, default_new_users boolean",
        track=f"{_LIBRARY_OF}{_SCANNED}, average_rating real", relative=True, time="2021-03-04 05:06:07+00:00",
    ),
}  # fmt: skip


def script(layout: Layout, music: str = "/music") -> str:
    """The SQL that makes such a database; where it can have several libraries, there are two."""
    root = "" if layout.relative else f"{music}/"
    who = "Ann" if layout.owner == "owner" else "u1"
    made = f"""
        CREATE TABLE user (id varchar(255) not null primary key, user_name varchar(255), is_admin bool);
        CREATE TABLE media_file ({_TRACK}, {layout.recording} varchar(255){layout.track});
        CREATE TABLE annotation ({_ANNOTATION}{layout.annotation}, unique (user_id, item_id, item_type));
        CREATE TABLE playlist ({_PLAYLIST}, name varchar(255) collate NOCASE, {layout.owner} varchar(255){layout.rules});
        CREATE TABLE playlist_tracks (
            id integer default 0 not null, playlist_id varchar(255) not null, media_file_id varchar(255) not null);
        CREATE UNIQUE INDEX playlist_tracks_pos ON playlist_tracks (playlist_id, id);
        INSERT INTO user VALUES ('u1', 'Ann', 1), ('u2', 'Bob', 0);
        INSERT INTO media_file (id, path, title, artist, album, duration, {layout.recording})
            VALUES ('a', '{root}Ann/One.flac', 'One', 'Ann', 'Best', 180.5, 'rec'),
            ('b', '{root}more/Two.flac', 'Two', 'Ann', '', 0, '');
        INSERT INTO annotation (user_id, item_id, item_type, play_count, play_date, rating, starred, starred_at)
            VALUES ('u1', 'a', 'media_file', 7, '{layout.time}', 4, 1, '{layout.time}'),
            ('u2', 'a', 'media_file', 9, NULL, 1, 0, NULL), ('u1', 'a', 'album', 99, NULL, 2, 0, NULL);
        INSERT INTO playlist (id, name, {layout.owner}) VALUES ('p', 'Mix', '{who}'), ('q', 'Other', 'nobody');
        INSERT INTO playlist_tracks VALUES (2, 'p', 'a'), (1, 'p', 'b');
    """
    if layout.library:
        made += f"CREATE TABLE library ({layout.library});"
        made += f"INSERT INTO library (id, name, path) VALUES (1, 'Music Library', '{music}');"
    if "default_new_users" in layout.library:
        made += f"INSERT INTO library (id, name, path) VALUES (2, 'More', '{music}/more');"
        made += "UPDATE media_file SET library_id = 2, path = 'Two.flac' WHERE id = 'b';"
    return made
