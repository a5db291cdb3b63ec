"""MetaCollector: overlays in the KvStore. The rule of sources and locks is part of each write; every change is one
transaction, kept with time and author, and can be undone.

Keys in the HISTORY namespace: `seq` (number of the last change), `h/<seq>` (a change), `e/<seq>/<n>` (what it did to
one track), `t/<track's key>/<seq>` (the changes of one track), `m/<old key>/<seq>` (where a track's overlay moved).
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from musfuse.errors import NoEntryError
from musfuse.library.overlay.room import check_room
from musfuse.library.overlay.value import ALL_FIELDS, ART, Overlay, Slots, folder_key
from musfuse.lru import Lru
from musfuse.model import TagSet, TagSource
from musfuse.store import KvNamespace, KvStore

_TRACK, _HISTORY = KvNamespace.TRACK, KvNamespace.HISTORY
_CACHED = 4096
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Delta:
    """What one source says anew of one track: values by field, an empty tuple for absent, None to say nothing any more.

    `lock` and `unlock` name fields (`*`: all); `embedded` are the original's tags, which a lock keeps where nobody else
    says anything of a locked field.
    """

    key: str
    fields: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    lock: frozenset[str] = frozenset()
    unlock: frozenset[str] = frozenset()
    embedded: TagSet | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the history keeps it: `tracks` that it changed, `refused` fields that a lock kept.

    `seq` is 0 where nothing had to be done. `undoes` is the change that it took back, 0 for none; `moved` tells that
    overlays followed originals elsewhere, which nobody decided here and which cannot be taken back; `departures` names
    those that it settles in the catalog, so that no kill in between makes them be followed twice.
    """

    seq: int
    time_ns: int
    author: str
    source: TagSource
    what: str
    tracks: int = 0
    refused: int = 0
    undoes: int = 0
    moved: bool = False
    departures: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a change did to one track: overlays before and after."""

    key: str
    before: Overlay
    after: Overlay


class MetaCollector:
    """Overlays of tracks by key. All methods may be called from many threads."""

    def __init__(self, store: KvStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._cache: Lru[str, Overlay] = Lru(_CACHED)
        self._epoch = 0

    def load_overlay(self, key: str) -> Overlay:
        """A track's overlay; an empty one where nothing is said. Raises StoreError."""
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                return found
            epoch = self._epoch
        raw = self._store.get(_TRACK, key)
        loaded = Overlay.from_bytes(raw) if raw is not None else Overlay()
        with self._lock:
            if epoch == self._epoch:  # else it may have been read before a change
                self._cache.put(key, loaded)
        return loaded

    def evict(self, key: str) -> None:
        """Forget what is cached of a track; the store keeps it."""
        with self._lock:
            self._epoch += 1
            self._cache.pop(key)

    def put_artwork_blob(self, digest: str, data: bytes) -> None:
        """Keep the bytes of a picture that is set, once by content, where nothing makes them again."""
        if self._store.get(KvNamespace.CHOSEN_ART, digest) is None:
            self._store.put(KvNamespace.CHOSEN_ART, digest, data)

    def keys(self, source_uid: str = "", path: str = "") -> Iterator[str]:
        """The keys of tracks that have an overlay, below a path of a source where one is given."""
        return self._store.scan(_TRACK, folder_key(source_uid, path) if source_uid else "")

    def purge(self, source_uid: str) -> int:
        """Forget what was said of the tracks of a source, for good; of how many that was."""
        with self._store.transaction(_TRACK) as tx:
            keys = list(tx.scan(_TRACK, f"{source_uid}/"))
            for key in keys:
                tx.delete(_TRACK, key)
        with self._lock:
            self._epoch += 1
            self._cache.clear()
        return len(keys)

    def apply_delta(self, deltas: Iterable[Delta], source: TagSource, author: str, what: str) -> Change:
        """Take in what a source says, in one transaction: all of it or, on an error, nothing.

        What a source says never hides what a stronger one says, and a locked field takes what the user says only.
        """
        edits = ((d.key, self._after(d, source)) for d in deltas)
        return self._write(edits, Change(0, 0, author, source, what))

    def undo(self, seq: int, author: str) -> Change:
        """Take a change back: each field that it touched is as it was before, unless it was changed again since (that
        is counted as refused); overlays that moved since are found where they are. Raises NoEntryError for a change
        that there is not, or that cannot be taken back."""
        header = self.change(seq)
        if header.moved:
            raise NoEntryError(f"change {seq}: tags followed files that were moved; move the files back instead")

        def reverse(entry: Entry) -> Any:
            return lambda now: _reverted(now, entry)

        edits = ((self._where(entry.key, seq), reverse(entry)) for entry in self.entries(seq))
        return self._write(edits, Change(0, 0, author, header.source, f"undo of {seq}: {header.what}", undoes=seq))

    def move(self, pairs: Sequence[tuple[str, str]], author: str, departures: str = "") -> Change:
        """Overlays follow originals that were moved: `pairs` of (old key, new key).

        All of them move at the same time, so that two originals may have changed places. An overlay stays where it is
        when its new place holds one that does not move: what somebody said there is not to be lost. The history goes
        along. Raises StoreError.
        """
        header = Change(0, 0, author, TagSource.USER, "originals were moved", moved=True, departures=departures)
        with self._store.transaction(_TRACK) as tx:
            leaving = {old: said for old, _ in pairs if (said := self._said(tx, old)) is not None}
            # Where several places are told for one original, the first counts.
            targets = {old: new for old, new in reversed(pairs) if old in leaving}
            # Whoever is blocked stays, and so blocks in turn who wanted its place: repeat until nobody is blocked. A
            # ring of originals that changed places is not blocked, because each of its places is left as well.
            while blocked := [o for o, n in targets.items() if n not in targets and self._said(tx, n) is not None]:
                for old in blocked:
                    del targets[old]
            arriving = {new: (old, leaving[old]) for old, new in targets.items()}
            edits: list[tuple[str, Any]] = [
                (new, lambda _, moved=moved: (moved, 0)) for new, (_, moved) in arriving.items()
            ]
            # Two may want one place: one of them has it, and the other's overlay stays. Places that are left, and to
            # which nothing comes, are emptied.
            left = {old for old, _ in arriving.values()} - arriving.keys()
            edits += [(old, lambda _: (Overlay(), 0)) for old in left]
            # Read before anything is written: what is written may lie under the same keys.
            told = {old: [k.rpartition("/")[2] for k in tx.scan(_HISTORY, f"t/{old}/")] for old in leaving}
            change = self._write(edits, header)
            for new, (old, _) in arriving.items():
                tx.put(_HISTORY, f"m/{old}/{change.seq:0{_DIGITS}}", new.encode())
                for number in told[old]:
                    tx.put(_HISTORY, f"t/{new}/{number}", b"")
            return change

    @staticmethod
    def _said(tx: KvStore, key: str) -> Overlay | None:
        """A track's overlay, None where nothing is said: one that was cleared, or moved away, says nothing."""
        raw = tx.get(_TRACK, key)
        overlay = Overlay.from_bytes(raw) if raw is not None else Overlay()
        return overlay if overlay.fields or overlay.locks else None

    def _where(self, key: str, seq: int) -> str:
        """The key that a track has now which had this one when change `seq` was made."""
        while True:
            moves = ((int(k.rpartition("/")[2]), k) for k in self._store.scan(_HISTORY, f"m/{key}/"))
            later = next((move for move in moves if move[0] > seq), None)
            raw = self._store.get(_HISTORY, later[1]) if later else None
            if later is None or raw is None:
                return key
            seq, key = later[0], raw.decode()

    def last(self) -> int:
        """The number of the last change, 0 where there is none."""
        return int(self._store.get(_HISTORY, "seq") or b"0")

    def change(self, seq: int) -> Change:
        """A change by its number; raises NoEntryError."""
        raw = self._store.get(_HISTORY, f"h/{seq:0{_DIGITS}}")
        if raw is None:
            raise NoEntryError(f"change {seq}: there is none; `musfuse tag log` lists them")
        value = json.loads(raw)
        return Change(**{**value, "source": TagSource(value["source"])})

    def history(self, key: str = "") -> Iterator[Change]:
        """All changes, the last first; only those of one track where its key is given."""
        if key:
            numbers = [int(k.rpartition("/")[2]) for k in self._store.scan(_HISTORY, f"t/{key}/")]
        else:
            numbers = [int(k[2:]) for k in self._store.scan(_HISTORY, "h/")]
        return (self.change(number) for number in reversed(numbers))

    def entries(self, seq: int) -> Iterator[Entry]:
        """What a change did, track by track."""
        for value in self._entries(seq):
            before, after = (Overlay.from_bytes(value[side].encode()) for side in ("before", "after"))
            yield Entry(value["key"], before, after)

    def keys_of(self, seq: int) -> Iterator[str]:
        """The keys of the tracks of a change."""
        return (value["key"] for value in self._entries(seq))

    def _entries(self, seq: int) -> Iterator[Any]:
        for key in self._store.scan(_HISTORY, f"e/{seq:0{_DIGITS}}/"):
            raw = self._store.get(_HISTORY, key)
            if raw is not None:
                yield json.loads(raw)

    def _write(self, edits: Iterable[tuple[str, Any]], header: Change) -> Change:
        """Make edits, (key, function from the overlay now to (the one after, fields refused)), in one transaction."""
        now = time.time_ns()
        refused = 0
        changed, touched = 0, deque[str](maxlen=_CACHED)
        with self._store.transaction(_TRACK) as tx:
            seq = int(tx.get(_HISTORY, "seq") or b"0") + 1
            number = f"{seq:0{_DIGITS}}"
            for key, edit in edits:
                raw = tx.get(_TRACK, key)
                before = Overlay.from_bytes(raw) if raw is not None else Overlay()
                after, kept = edit(before)
                refused += kept
                if (after.fields, after.locks) == (before.fields, before.locks):
                    continue
                after = replace(after, edited_ns=max(now, _next_second(before.edited_ns)))
                stored = after.to_bytes()
                if not header.moved:
                    check_room(key, before, after, len(stored))
                tx.put(_TRACK, key, stored)
                sides = {"key": key, "before": before.to_bytes().decode(), "after": stored.decode()}
                tx.put(_HISTORY, f"e/{number}/{changed:09}", json.dumps(sides).encode())
                tx.put(_HISTORY, f"t/{key}/{number}", b"")
                touched.append(key)
                changed += 1
            done = replace(header, time_ns=now, tracks=changed, refused=refused, seq=seq if changed else 0)
            if changed:
                tx.put(_HISTORY, f"h/{number}", json.dumps(asdict(done)).encode())
                tx.put(_HISTORY, "seq", str(seq).encode())
        with self._lock:
            self._epoch += 1
            if changed > _CACHED:
                self._cache.clear()
            for key in touched:
                self._cache.pop(key)
        return done

    @staticmethod
    def _after(delta: Delta, source: TagSource) -> Any:
        def edit(before: Overlay) -> tuple[Overlay, int]:
            fields = {name: dict(slots) for name, slots in before.fields.items()}
            refused = 0
            for name, values in delta.fields.items():
                if before.is_locked(name) and source is not TagSource.USER:
                    refused += 1
                elif values is None:
                    fields.get(name, {}).pop(source, None)
                else:
                    fields.setdefault(name, {})[source] = values
            locks = (before.locks - delta.unlock) if ALL_FIELDS not in delta.unlock else frozenset()
            _keep_embedded(fields, delta)
            kept: dict[str, Slots] = {name: slots for name, slots in fields.items() if slots}
            return Overlay(kept, locks | delta.lock, before.edited_ns), refused

        return edit


def _keep_embedded(fields: dict[str, dict[TagSource, tuple[str, ...]]], delta: Delta) -> None:
    """What a lock keeps of fields that nobody but the original speaks of; an unlock gives that up."""
    embedded = delta.embedded or TagSet()
    wanted = set(embedded) if ALL_FIELDS in delta.lock else {n for n in delta.lock if not n.startswith(ART)}
    for name in wanted:
        fields.setdefault(name, {}).setdefault(TagSource.EMBEDDED, tuple(embedded.get(name, ())))
    for name, slots in fields.items():
        if name in delta.unlock or ALL_FIELDS in delta.unlock:
            slots.pop(TagSource.EMBEDDED, None)


def _reverted(now: Overlay, entry: Entry) -> tuple[Overlay, int]:
    """An overlay with what an entry did taken back, and how many fields were changed again since."""
    fields = {name: dict(slots) for name, slots in now.fields.items()}
    refused = 0
    for name in {*entry.before.fields, *entry.after.fields}:
        before, after = dict(entry.before.fields.get(name, {})), dict(entry.after.fields.get(name, {}))
        for source in {*before, *after}:
            if before.get(source) == after.get(source):
                continue
            if fields.get(name, {}).get(source) != after.get(source):
                refused += 1
            elif source in before:
                fields.setdefault(name, {})[source] = before[source]
            else:
                fields[name].pop(source)
    added, removed = entry.after.locks - entry.before.locks, entry.before.locks - entry.after.locks
    locks = (now.locks - added) | removed
    return Overlay({name: slots for name, slots in fields.items() if slots}, locks, now.edited_ns), refused


def _next_second(edited_ns: int) -> int:
    """The second after an edit: programs that compare mtimes by the second (rsync) are to see the next edit, too."""
    return (edited_ns // 1_000_000_000 + 1) * 1_000_000_000 if edited_ns else 0
