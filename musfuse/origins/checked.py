"""An origin whose answers are checked, so that nothing that a place says can lead out of it, or into what keeps it.

The registry puts this around every origin that it opens: names of a listing are joined to paths, bound into SQL and
shown on the drive, and a far place may be hostile, or only old.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from musfuse.errors import OriginError, UnavailableError
from musfuse.model import Stamp
from musfuse.origins.places import place_in
from musfuse.origins.port import BatchOrigin, Entry, Origin, Range, SourceStat, WatchableOrigin
from musfuse.origins.traits import Traits
from musfuse.origins.watching import Watch, WatchListener

log = logging.getLogger(__name__)

_MAX_NUMBER = (1 << 63) - 1
_MAX_NAME = 1024
_MAX_WORD = 512


class CheckedOrigin:
    """`origin` with its listings, facts and lengths checked."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    @property
    def uid(self) -> str:
        return self._origin.uid

    @property
    def name(self) -> str:
        return self._origin.name

    @property
    def traits(self) -> Traits:
        return self._origin.traits

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder; one whose name can be none is renamed, and carries its problem."""
        return checked_entries(self._origin.list(path), place_in(self.name, path))

    def stat(self, path: str) -> SourceStat:
        """Facts about a path. Raises UnavailableError where they can be none."""
        found = self._origin.stat(path)
        problem = _odd_facts(found)
        if problem:
            raise UnavailableError(f"{place_in(self.name, path)}: {problem}")
        return found

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file, never more than were asked for."""
        data = self._origin.read(path, offset, size, stamp)
        if len(data) > size:
            raise UnavailableError(
                f"{place_in(self.name, path)}: its source gave {len(data)} bytes where {size} were asked for"
            )
        return data

    def read_each(self, ranges: Sequence[Range]) -> Sequence[bytes | OriginError]:
        """The same of many at once."""
        found = cast(BatchOrigin, self._origin).read_each(ranges)
        if len(found) != len(ranges):
            raise UnavailableError(f"{self.name}: its source gave {len(found)} answers to {len(ranges)} questions")
        return [self._fitting(wanted, one) for wanted, one in zip(ranges, found, strict=True)]

    def _fitting(self, wanted: Range, found: bytes | OriginError) -> bytes | OriginError:
        if isinstance(found, OriginError) or len(found) <= wanted.size:
            return found
        return UnavailableError(
            f"{place_in(self.name, wanted.path)}: its source gave {len(found)} bytes where {wanted.size} were asked for"
        )

    def spec(self) -> Mapping[str, object]:
        return self._origin.spec()

    def watch(self, listener: WatchListener) -> Watch:
        """Have somebody hear of changes; what is told of paths is only looked up again."""
        return cast(WatchableOrigin, self._origin).watch(listener)

    def let_go(self) -> None:
        """Close what can be opened again."""
        self._origin.let_go()

    def close(self) -> None:
        self._origin.close()


def checked_entries(entries: Iterator[Entry], shown: str) -> Iterator[Entry]:
    """What a folder lists. An entry whose name can be none in a folder gets one that can, `misnamed`, and a problem."""
    found = list(entries)
    names = {entry.name for entry in found}
    made = [_checked(entry, shown, names) for entry in found]
    if any(entry.misnamed for entry in made):
        made.sort(key=lambda entry: entry.name)
    return iter(made)


def _checked(entry: Entry, shown: str, names: set[str]) -> Entry:
    problem = _odd_name(entry.name)
    if problem:
        problem = f"{shown}: an entry {entry.name[:80]!r} is skipped, for {problem}"
        log.warning("%s", problem)
        name = _harmless(entry.name)
        while name in names:
            name += "_"
        names.add(name)
        return Entry(name, None, problem, misnamed=True)
    if entry.stat is not None and (problem := _odd_facts(entry.stat)):
        return replace(entry, stat=None, problem=f"{shown}/{entry.name}: {problem}")
    return entry


def _odd_name(name: str) -> str:
    """Why a text can be no name of an entry; '' where it can."""
    if not name:
        return "it has no name"
    if name in (".", ".."):
        return "its name means another folder"
    if "/" in name or "\0" in name:
        return "its name holds a slash or a NUL"
    if len(name) > _MAX_NAME:
        return f"its name has {len(name)} characters"
    return "" if _is_text(name) else "its name is no text"


def _odd_facts(stat: SourceStat) -> str:
    """Why these can be no facts about a file; '' where they can."""
    stamp = stat.stamp
    if not 0 <= stamp.size <= _MAX_NUMBER or not -_MAX_NUMBER <= stamp.mtime_ns <= _MAX_NUMBER:
        return "its source tells a size or a time that no file has"
    tag, ident = stamp.tag, stat.ident
    if len(tag) > _MAX_WORD or len(ident) > _MAX_WORD or not (_is_word(tag) and _is_word(ident)):
        return "its source tells an id or a version that is no text"
    return ""


def _is_text(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _is_word(word: str) -> bool:
    if word.isascii():
        return "\0" not in word
    try:
        return b"\0" not in word.encode("utf-8")
    except UnicodeEncodeError:
        return False


def _harmless(name: str) -> str:
    """A name that says what the wrong one was."""
    text = name[:200].encode("utf-8", "replace").decode("utf-8").replace("/", "\u2215").replace("\0", "\u2400")
    return {"": "_", ".": "_", "..": "__"}.get(text, text)
