"""The branch `.search`: a folder for each query, with what it finds.

The root does not list it, and it lists nothing itself, so that nothing that walks the drive searches: whoever looks
for something says what, as `.search/beatles year:..1966`. Any name is a folder there but those that systems and players
look for in every folder. Only listing such a folder, or asking for a file of it by a name that it may have, runs the
query.

Where a face has links, an entry is a relative link to the track; else it is a file of its own with the same bytes.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from musfuse.drive.branches.items import Items
from musfuse.drive.branches.numbered import Names, Numbered
from musfuse.drive.branches.numbers import number_of_name, number_of_spelling
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.drive.branches.turns import Turns
from musfuse.errors import BadNameError, ConfigError, TooSlowError
from musfuse.library.catalog import Nodes
from musfuse.library.catalog.finding import Found
from musfuse.library.names import name_key
from musfuse.lru import Lru
from musfuse.media.layout import Inline, Layout
from musfuse.model import NodeKind

FOLDER = ".search"
"""Its name in the root of the drive."""
MOST = 1000
"""Entries that a folder has at most."""
_README = "README.txt"
_CHARACTERS = 256
_SECONDS, _SLOW_SECONDS = 300.0, 15.0
"""So long what was found stays, and that a search took too long: the machine may only have been busy."""
_WEIGHT, _LEAST_WEIGHT = 100_000, 100
_RESULT = re.compile(r"\d{3,4} - ")
_PROBES = re.compile(
    r"\.[^\W\d]|\._|\$|@|#|desktop\.ini$|autorun\.inf$|(?:eh)?thumbs\.db$|system volume information$|recycler$|"
    r"lost\+found$|(?:cover|folder|front|album\w*|thumb)\.\w{2,4}$|.*\.(?:nfo|xml|exe|dll|lnk|inf|cue|m3u8?|jpe?g|png)$",
    re.IGNORECASE,
)
_SIGNS = str.maketrans({"\u201c": '"', "\u201d": '"', "\uff1a": ":", "\uff0a": "*", "\uff1f": "?", "\uff5e": "~"})
"""Signs that stand for others, which a name cannot have on Windows."""
_HELP = """
What a search may say: words, "a phrase", artist:name, year:1967..1969, beat* (words that begin so), beetles~ (one
letter different), -word (without it), one OR another, (groups), sort:year or sort:-added. Where a name cannot have
these signs, their full-width forms do the same. `musfuse search` says the same on the command line.
"""

Find = Callable[[str, int], Sequence[Found]]
"""Gives so many of the best answers to a query. Raises ConfigError for what is no query, TooSlowError."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a query found: names of its entries with their items, in order of name; or why it found nothing."""

    made: float
    mtime_ns: int
    names: Names = ()
    problem: str = ""


class SearchBranch:
    """Over a view, whose items `find` finds. What was found stays for five minutes; then the next listing looks again,
    and `changed` is told of the paths that went. A listing raises BusyError where it waits too long for other searches;
    one with sizes takes `list_seconds` at most for them."""

    def __init__(
        self,
        nodes: Nodes,
        items: Items,
        find: Find,
        *,
        list_seconds: float = 120,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nodes, self._items, self._find = nodes, items, find
        self._clock = clock
        self._numbered = Numbered(nodes, items, list_seconds=list_seconds, clock=lambda: self._clock())
        self.changed: Callable[[Sequence[str]], None] = lambda _: None
        self._lock, self._turns = threading.Lock(), Turns()
        self._kept: Lru[str, Listed] = Lru(_WEIGHT, lambda listed: max(_LEAST_WEIGHT, len(listed.names)))

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Any] | None:
        """The folder of a query, whatever it is, or an entry of what it found. Raises BadNameError for a name that is
        no text, and what the query raises."""
        if folder.branch is not self:
            return self._top(folder) if not folder.parent and key == name_key(FOLDER) else None
        if not folder.own:
            return self._folder(folder, name or key)
        listed = self._kept_of(folder.own)
        if listed is None and (key == name_key(_README) or _RESULT.match(key)):
            listed = self._listed(folder)
        return next(self._entries(folder, listed, key=key), None) if listed is not None else None

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Any]]:
        """What the query of a folder finds; of `.search` itself nothing."""
        if folder.branch is not self or not folder.own:
            return iter(())
        listed = self._listed(folder, again=not after_key)
        entries = self._entries(folder, listed, after_key)
        return self._numbered.with_sizes(entries) if sized else entries

    def is_current(self, entry: Entry[Any]) -> bool:
        """As in the library."""
        return not entry.item or self._items.is_current(entry.own)

    def size(self, entry: Entry[Any]) -> int:
        """The exact size of a file in bytes."""
        return self._items.size(entry.item) if entry.item else len(entry.own)

    def layout(self, entry: Entry[Any]) -> FileContent | None:
        """The item as the view serves it, or why there is none."""
        if entry.item:
            return self._items.layout(entry.item)
        return FileContent(Layout([Inline(entry.own, "why a search failed")]), entry.version, 0, entry.mtime_ns)

    def forget(self, folders: Set[int] | None) -> None:
        """What was found stays: only where it lies is asked anew each time."""

    def _top(self, root: Entry[Any]) -> Entry[Any]:
        return Entry(
            self, number_of_name(root.id, FOLDER), root.id, FOLDER, NodeKind.FOLDER, root.mtime_ns, "", 0, lasting=False
        )

    def _folder(self, top: Entry[Any], name: str) -> Entry[Any] | None:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise BadNameError(f"{FOLDER}: a query is text in UTF-8, which this name is not") from None
        text = name[:_CHARACTERS].translate(_SIGNS)
        if not text.strip() or _PROBES.match(name):
            return None
        return Entry(
            self, number_of_spelling(top.id, name), top.id, name, NodeKind.FOLDER, top.mtime_ns, text, 0, lasting=False,
            facts={"query": text},
        )  # fmt: skip

    def _kept_of(self, text: str) -> Listed | None:
        with self._lock:
            return self._kept.get(text)

    def _listed(self, folder: Entry[Any], again: bool = False) -> Listed:
        """What a query found, within five minutes before, or where it is not to look `again`, whenever that was."""
        text, now = folder.own, self._clock()
        before = self._kept_of(text)
        if before is not None and (not again or now - before.made < _SECONDS):
            return before
        with self._turns.taken(f"{FOLDER}/{folder.name}"):
            kept = self._kept_of(text)
            if kept is not None and kept is not before:  # another thread looked meanwhile
                return kept
            found = self._look(text, now)
            with self._lock:
                self._kept.put(text, found)
        replaced = dict(before.names).items() - dict(found.names).items() if before is not None else ()
        paths = sorted(name for name, _ in replaced)
        if before is not None and before.problem and not found.problem:
            paths.append(_README)
        if paths:
            self.changed([f"{FOLDER}/{folder.name}", *(f"{FOLDER}/{folder.name}/{name}" for name in paths)])
        return found

    def _look(self, text: str, now: float) -> Listed:
        mtime_ns = self._nodes.root().mtime_ns or 1
        try:
            found = self._find(text, MOST)
        except ConfigError as error:
            return Listed(now, mtime_ns, problem=str(error))
        except TooSlowError as error:
            return Listed(now - _SECONDS + _SLOW_SECONDS, mtime_ns, problem=str(error))
        told = [(one.id, one.tags.first("artist") or "", one.tags.first("title") or "") for one in found]
        return Listed(now, mtime_ns, self._numbered.names(told))

    def _entries(
        self, folder: Entry[Any], listed: Listed, after_key: str = "", key: str | None = None
    ) -> Iterator[Entry[Any]]:
        """The entries that are there behind a name key, or the one with the name key `key`."""
        if not listed.problem:
            yield from self._numbered.entries(self, folder, listed.names, after_key, key)
        elif (name_key(_README) > after_key) if key is None else key == name_key(_README):
            yield self._readme(folder, listed)

    def _readme(self, folder: Entry[Any], listed: Listed) -> Entry[Any]:
        text = f"This search cannot be made.\n\n{listed.problem}\n{_HELP}".encode("utf-8", "replace")
        number, version = number_of_spelling(folder.id, _README), str(crc32(text))
        return Entry(self, number, folder.id, _README, NodeKind.FILE, listed.mtime_ns, text, len(text), version)
