"""From tags to names: which folder and file name each track wants, and who gets it where several want the same.

Two phases, both incremental: tracks that changed are named (with the tracks of their album, since a disc number is
shown only in sets of more than one, and a compilation is one by all of its tracks), then the folders they touch are
settled. The result depends on tags and source
paths only, never on the order of scanning. Ranks are source position, then source path.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from musfuse.library.albums import is_in_set
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import ROOT
from musfuse.library.catalog.rows import from_blob, join
from musfuse.library.gathering import Member, count_discs, decide_compilations, load_member, note_facts, unnamed_members
from musfuse.library.names import name_key, with_number
from musfuse.library.template_fields import Subject
from musfuse.library.templates import Template
from musfuse.model import AudioFormat, Serve

NAMING_VERSION = 2
"""Raised whenever the same tags would get another name."""

_BATCH, _TOLD = 2000, 4000


@dataclass(slots=True)
class Settled:
    """What a run did: how many nodes it `changed`, and the ids of the `folders` that it looked at and of those above.
    `everywhere`: these are too many to tell, or paths below a folder changed because its name did."""

    changed: int = 0
    folders: set[int] = field(default_factory=set)
    everywhere: bool = False

    def note(self, changed: int, before: Mapping[int, str], after: Mapping[int, str]) -> None:
        """A batch changed nodes; names of its folders by id, before and after."""
        self.changed += changed
        self.folders.update(before, after)
        self.everywhere |= any(after.get(folder, name) != name for folder, name in before.items())
        if self.everywhere or len(self.folders) > _TOLD:
            self.everywhere, self.folders = True, set()


@dataclass(frozen=True, slots=True)
class Naming:
    """Names tracks by a template under a policy. `serve_as` is MediaEngine's, `rules` what it rests on."""

    database: Database
    template: Template
    policy: str
    serve_as: Callable[[AudioFormat, str, bool], Serve]
    rules: str = ""
    retag_all: bool = False
    """Whether every original may need another header, because pictures are put in or made smaller."""

    def adopt_view(self) -> bool:
        """Have every track named again where template, policy or rules differ from last time; whether they did."""
        view = json.dumps([NAMING_VERSION, self.policy, self.template.text, self.rules])
        if self.database.meta("view") == view:
            return False
        with self.database.write() as db:
            db.execute("UPDATE track SET named = 0")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('view', ?)", (view,))
        return True

    def run(self) -> Settled:
        """Name what is unnamed, then settle what that touches.

        Each batch is one transaction, and what is still to do is kept in the catalog: a kill loses nothing.
        """
        while self._name_batch() or self._decide_batch():
            pass
        settled = Settled()
        while self._settle_batch(settled):
            pass
        return settled

    def _name_batch(self) -> bool:
        """Give wants to a batch of unnamed tracks and the tracks of their albums; whether there were any."""
        with self.database.write() as db:
            unnamed = unnamed_members(db, _BATCH)
            note_facts(db, unnamed)
            albums = {row[0] for row in db.execute("SELECT key FROM dirty WHERE kind = 'album'")}
            db.execute("DELETE FROM dirty WHERE kind = 'album'")
            discs = count_discs(db, (albums | {track.facts.album_key for track in unnamed}) - {""})
            siblings = [load_member(db, track) for track in discs.keys() - {track.id for track in unnamed}]
            dirty = {key for track in (*unnamed, *siblings) for key in self._name(db, track, discs)}
            db.executemany("INSERT OR IGNORE INTO dirty VALUES ('dir', ?)", [(key,) for key in dirty])
        return bool(unnamed or albums)

    def _decide_batch(self) -> bool:
        """Decide which albums are compilations, once their tracks are known; whether there were any to decide."""
        with self.database.write() as db:
            return decide_compilations(db)

    def _settle_batch(self, settled: Settled) -> bool:
        """Settle some dirty folders; whether there were any."""
        with self.database.write() as db:
            dirty = {row[0] for row in db.execute("SELECT key FROM dirty WHERE kind = 'dir' LIMIT 200")}
            if not dirty:
                return False
            before = _folder_names(db, dirty)
            changed = _settle(db, dirty)
            settled.note(changed, before, _folder_names(db, dirty))
            db.executemany("DELETE FROM dirty WHERE kind = 'dir' AND key = ?", [(key,) for key in dirty])
            if changed:
                _raise_generation(db)
        return True

    def _name(self, db: sqlite3.Connection, track: Member, discs: Mapping[int, bool]) -> set[str]:
        """Give a track what it wants; the folders that it comes to and leaves. `discs`: whose several_discs changed."""
        left = {track.dir_key} if track.dir_key is not None else set[str]()
        if track.hidden:  # an image behind its parts has no place on the drive
            db.execute(
                "UPDATE track SET named = 1, serve = NULL, dir = NULL, dir_key = NULL, name = NULL WHERE id = ?",
                (track.id,),
            )
            return left
        several = is_in_set(track.tags, discs.get(track.id, track.several_discs))
        serve = Serve.ORIGINAL if track.problem else self.serve_as(track.format, self.policy, track.cut)
        if serve is Serve.ORIGINAL and (track.edited or self.retag_all):
            serve = Serve.RETAGGED
        extension = served_extension(serve, track.path)
        wants = self.template.render(
            Subject(track.tags, track.format, track.path, extension, several, track.uri, track.various)
        )
        key = "/".join(name_key(part) for part in wants.folders)
        same_bytes = track.serve == serve.value
        db.execute(
            "UPDATE track SET named = 1, serve = ?, dir = ?, dir_key = ?, name = ?, name_limit = ?,"
            " size = CASE WHEN ? THEN size END WHERE id = ?",
            (serve.value, "/".join(wants.folders), key, wants.name, wants.limit, same_bytes, track.id),
        )
        return left | {key}


def served_extension(serve: Serve, path: str) -> str:
    """The extension, without its dot, that a track's name carries."""
    if serve not in (Serve.ORIGINAL, Serve.RETAGGED):
        return serve.value
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _settle(db: sqlite3.Connection, dirty: set[str]) -> int:
    """Make the nodes of these folders what their tracks want; how many nodes changed."""
    changed = 0
    for key in sorted(dirty, key=lambda k: (k.count("/"), k)):
        changed += _settle_folder(db, key)
    # Deepest first: an emptied folder may empty its parent; spelling travels upward.
    todo = {parent for key in dirty for parent in _with_parents(key)}
    for key in sorted(todo, key=lambda k: -k.count("/") - bool(k)):
        changed += _settle_spelling(db, key)
    return changed


def _with_parents(key: str) -> list[str]:
    parts = key.split("/") if key else []
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


def _folder_names(db: sqlite3.Connection, keys: set[str]) -> dict[int, str]:
    """The names of these folders and all above them, by id, as far as there are such folders."""
    wanted = json.dumps(sorted({parent for key in keys for parent in _with_parents(key)}))
    return dict(db.execute("SELECT id, name FROM node WHERE dir_key IN (SELECT value FROM json_each(?))", (wanted,)))


def _settle_folder(db: sqlite3.Connection, key: str) -> int:
    """Files of one folder: each track's node gets its name, numbered where taken."""
    wants = db.execute(
        "SELECT t.id, t.name, t.name_limit, t.dir, s.position, d.path, f.name, t.part"
        " FROM track t JOIN file f ON f.id = t.file"
        " JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source WHERE t.dir_key = ?",
        (key,),
    ).fetchall()
    folder = _folder_id(db, key, wants[0][3] if wants else "") if wants else _existing_folder(db, key)
    if folder is None:
        return 0
    wants.sort(key=lambda row: (row[4], join(from_blob(row[5]), from_blob(row[6])), row[7]))
    # `+track`: else SQLite takes the index of tracks, and walks through all folders that there are.
    taken = {row[0] for row in db.execute("SELECT name_key FROM node WHERE parent = ? AND +track IS NULL", (folder,))}
    names = _assign([(row[0], row[1], row[2]) for row in wants], taken)
    have = {
        row[0]: (row[1], row[2])
        for row in db.execute("SELECT track, id, name FROM node WHERE parent = ? AND +track IS NOT NULL", (folder,))
    }
    changed = [track for track, name in names.items() if track not in have or have[track][1] != name]
    gone = [node for track, (node, _) in have.items() if track not in names]
    if not changed and not gone:
        return 0
    # Two steps, so that names may change hands within the folder.
    for track in changed:
        db.execute("UPDATE node SET name_key = '/' || id WHERE track = ?", (track,))
    for node in gone:
        wanted = db.execute(
            "SELECT t.dir_key FROM node n JOIN track t ON t.id = n.track WHERE n.id = ?", (node,)
        ).fetchone()
        if wanted is None or wanted[0] in (None, key):
            db.execute("DELETE FROM node WHERE id = ?", (node,))
        else:  # its new folder takes it over when that is settled
            db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", (node,))
    for track in changed:
        name = names[track]
        db.execute(
            "INSERT INTO node (parent, name, name_key, track, owner, mtime_ns) VALUES (?, ?, ?, ?, '', 0)"
            " ON CONFLICT (track) DO UPDATE SET parent = excluded.parent, name = excluded.name,"
            " name_key = excluded.name_key",
            (folder, name, name_key(name), track),
        )
    db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), folder))
    return len(changed) + len(gone)


def _assign(wants: Sequence[tuple[int, str, int]], taken: set[str]) -> dict[int, str]:
    """Names by track for (track, wanted name, limit) in order of rank; `taken` are keys of folders.

    The first of a group gets the plain name; every plain name is reserved before any number is given out.
    """
    groups: dict[str, list[tuple[int, str, int]]] = {}
    for want in wants:
        groups.setdefault(name_key(want[1]), []).append(want)
    used = taken | groups.keys()
    names: dict[int, str] = {}
    for key in sorted(groups):
        first, *others = groups[key]
        if key not in taken:
            names[first[0]] = first[1]
        else:
            others = [first, *others]
        number = 2
        for track, wanted, limit in others:
            extension = wanted[wanted.rindex(".") :] if "." in wanted else ""
            while name_key(numbered := with_number(wanted, number, extension, limit)) in used:
                number += 1
            used.add(name_key(numbered))
            names[track] = numbered
    return names


def _existing_folder(db: sqlite3.Connection, key: str) -> int | None:
    row = db.execute("SELECT id FROM node WHERE dir_key = ?", (key,)).fetchone()
    return row[0] if row else None


def _folder_id(db: sqlite3.Connection, key: str, spelling: str) -> int:
    """The folder's node, made with its parents where they are missing."""
    found = _existing_folder(db, key)
    if found is not None:
        return found
    parent_key, _, leaf_key = key.rpartition("/")
    parent_name, _, leaf = spelling.rpartition("/")
    parent = _folder_id(db, parent_key, parent_name) if parent_key else ROOT
    now = time.time_ns()
    # A file that has the name already makes room; its folder is settled again below.
    squatter = db.execute("SELECT id FROM node WHERE parent = ? AND name_key = ?", (parent, leaf_key)).fetchone()
    if squatter:
        db.execute("UPDATE node SET name_key = '/' || id WHERE id = ?", squatter)
    cursor = db.execute(
        "INSERT INTO node (parent, name, name_key, dir_key, owner, mtime_ns) VALUES (?, ?, ?, ?, '', ?)",
        (parent, leaf, leaf_key, key, now),
    )
    db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (now, parent))
    assert cursor.lastrowid is not None
    if squatter:
        db.execute("UPDATE node SET name = '' WHERE id = ?", squatter)
        _settle_folder(db, parent_key)
    return cursor.lastrowid


def _settle_spelling(db: sqlite3.Connection, key: str) -> int:
    """Remove a folder that became empty; else show the spelling that its best-ranked track wants."""
    row = db.execute("SELECT id, parent, name, owner FROM node WHERE dir_key = ?", (key,)).fetchone()
    if row is None or row[0] == ROOT:
        return 0
    node, parent, name, owner = row
    best = db.execute(
        "SELECT min(rank) FROM (SELECT min(owner) AS rank FROM node WHERE parent = ? AND +track IS NULL UNION ALL"
        " SELECT min(printf('%08d', s.position) || hex(d.path) || iif(d.path = x'', '', '2F') || hex(f.name)"
        " || printf('/%06d', t.part) || ' ' || t.dir)"
        " FROM track t JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
        " WHERE t.dir_key = ?)",
        (node, key),
    ).fetchone()[0]
    if best is None:
        db.execute("DELETE FROM node WHERE id = ?", (node,))
        db.execute("UPDATE node SET mtime_ns = ? WHERE id = ?", (time.time_ns(), parent))
        return 1 + _settle_folder(db, key.rpartition("/")[0])
    spelling = best.partition(" ")[2].split("/")[key.count("/")]
    if best == owner and spelling == name:
        return 0
    db.execute("UPDATE node SET name = ?, owner = ? WHERE id = ?", (spelling, best, node))
    return int(spelling != name)


def _raise_generation(db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO meta VALUES ('generation', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
