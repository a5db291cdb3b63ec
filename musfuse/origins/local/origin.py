"""Originals in a folder of this machine (or of a network mounted into it)."""

import errno
import os
import stat as statmod
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import NoReturn

from musfuse.errors import NotFoundError, OriginError, RefusedError, SourceChangedError, UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins.local.filepool import FilePool, OpenFile
from musfuse.origins.local.uris import to_uri
from musfuse.origins.places import place_in
from musfuse.origins.port import Entry, SourceStat, checked_path
from musfuse.origins.registry import LOCAL, OpenContext, spec_values
from musfuse.origins.spec import SourceSpec
from musfuse.origins.traits import Traits
from musfuse.origins.watching import Watch, WatchListener
from musfuse.platform import system

_NOTHING_TO_READ = "neither a file nor a folder"


class LocalOrigin:
    """A folder; it is never left, neither by `..` nor by a symbolic link that leads out (unless allowed)."""

    traits = Traits(local=True, stable_ids=True, watchable=True)

    def __init__(self, uid: str, root: str, *, follow_links_out: bool = False, open_files: int = 64) -> None:
        self.uid = uid
        self.name = root
        self._root = system.real_path(root)
        self._follow_links_out = follow_links_out
        self._open_files = open_files
        self._files = FilePool(open_files)

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder, sorted by name; devices, sockets and links that lead out carry their problem."""
        try:
            with system.opened_folder(self._joined(path)) as (names, place, facts_of):
                self._check_inside(path, place)
                return iter([self._entry(path, name, facts_of) for name in sorted(names)])
        except OSError as error:
            self._fail(path, error)

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""
        try:
            facts = self._facts(path)
        except OSError as error:
            self._fail(path, error)
        found = _source_stat(facts)
        if found is None:
            raise RefusedError(f"{self._describe(path)}: {_NOTHING_TO_READ}")
        return found

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file, of the version `stamp` where one is given.

        The version is checked after the bytes were read, so that a rewrite in between is noticed.
        """
        key, same = (path, stamp), True

        def fetch(file: OpenFile) -> bytes:
            nonlocal same
            got = _read_all(file.fd, offset, size)
            if stamp is not None:
                same = self._is_still(path, stamp, file)
            return got

        try:
            data = self._files.use(key, lambda: self._open(path), fetch)
        except OSError as error:
            self._fail(path, error)
        if not same:
            self._files.forget(key)
            raise SourceChangedError(f"{self._describe(path)}: changed since it was opened; open it again")
        return data

    def spec(self) -> Mapping[str, object]:
        """What another process needs to build the same origin."""
        spec = SourceSpec(self.uid, LOCAL, to_uri(PurePath(system.absolute_path(self._root))))
        return spec_values(spec, OpenContext(self._follow_links_out, self._open_files), local=self.traits.local)

    def watch(self, listener: WatchListener) -> Watch:
        """Have somebody hear of changes, as the system tells them."""
        from musfuse.origins.local.watching import watch_folder

        return watch_folder(self._root, listener)

    def let_go(self) -> None:
        """Close pooled files, but be ready for others."""
        self._files.let_go()

    def close(self) -> None:
        """Close all pooled files."""
        self._files.close()

    def _entry(self, folder: str, name: str, facts_of: Callable[[str], os.stat_result]) -> Entry:
        """An entry of an open folder that lies inside; only a link may lead elsewhere."""
        path = f"{folder}/{name}" if folder else name
        try:
            try:
                facts = facts_of(name)
            except OSError as error:
                self._fail(path, error)
            if system.is_link(facts):
                return Entry(name, self.stat(path))
            found = _source_stat(facts)
            if found is None:
                raise RefusedError(f"{self._describe(path)}: {_NOTHING_TO_READ}")
            return Entry(name, found)
        except OriginError as error:
            return Entry(name, None, str(error), error.may_retry)

    def _open(self, path: str) -> int:
        full = self._joined(path)
        self._check_regular(path, os.stat(full))  # before it is opened: that may do something to a device
        fd = system.open_shared(full)
        try:
            self._check_inside(path, system.place_of(fd))
            self._check_regular(path, os.fstat(fd))
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _check_regular(self, path: str, facts: os.stat_result) -> None:
        if not statmod.S_ISREG(facts.st_mode):
            raise RefusedError(f"{self._describe(path)}: not a regular file")

    def _is_still(self, path: str, stamp: Stamp, file: OpenFile) -> bool:
        """Whether an open file is the version `stamp` now.

        A change time moves with the bytes, but also with permissions, links and the name. A file that was this version
        when it was looked at last, and shows what else changed of it, goes on being read: a player must not stop
        because somebody moves the album. Where nothing explains the change time, the bytes may have been rewritten
        with size and mtime kept.
        """
        facts = os.fstat(file.fd)
        if file.known and _told(facts) == _told(file.facts):  # as at nearly every read: no text is made for it
            return True
        before, now = _stamp(file.facts), _stamp(facts)
        if not file.known and not stamp.agrees_with(before):
            return False
        if now != before and not before.agrees_with(now):
            renamed = before.looks_like(now) and not self._lies_at(path, facts)
            if not renamed:
                return False
        file.facts, file.known = facts, True
        return True

    def _lies_at(self, path: str, facts: os.stat_result) -> bool:
        try:
            return os.path.samestat(self._facts(path), facts)
        except (OSError, OriginError):
            return False

    def _joined(self, path: str) -> str:
        return os.path.join(self._root, *checked_path(path).split("/")) if path else self._root

    def _facts(self, path: str) -> os.stat_result:
        """Facts of what a path leads to. Raises OSError, RefusedError where that lies outside."""
        facts, place = system.placed_facts(self._joined(path))
        self._check_inside(path, place)
        return facts

    def _check_inside(self, path: str, place: str) -> None:
        """Raise RefusedError where what was opened by a path lies outside. Where it lies by what the system says of it
        decides, since a link may have stood in its path only when it was opened; where the system says nothing, where
        the path leads now."""
        if self._follow_links_out:
            return
        place = place or system.real_path(self._joined(path))
        if not (self._holds(place) or self._holds_otherwise_spelled(place)):
            raise RefusedError(
                f"{self._describe(path)}: a symbolic link leads out of the source; "
                "set scan.follow_links_out to follow it"
            )

    def _holds(self, place: str) -> bool:
        """Whether a place without links is the root, or lies inside."""
        return place == self._root or place.startswith(self._root.rstrip(os.sep) + os.sep)

    def _holds_otherwise_spelled(self, place: str) -> bool:
        """Whether a place lies inside on a file system that ignores case, or spells otherwise: there the root may be
        told of by another name than the one that it was given by."""
        above = os.sep.join(place.split(os.sep)[: self._root.rstrip(os.sep).count(os.sep) + 1])
        if above == self._root or _plain(above) != _plain(self._root):
            return False
        try:
            return os.path.samefile(above, self._root)
        except OSError:
            return False

    def _describe(self, path: str) -> str:
        return place_in(self.name, path)

    def _fail(self, path: str, error: OSError) -> NoReturn:
        shown = self._describe(path)
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise NotFoundError(f"{shown}: no such file or folder") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP):
            raise RefusedError(f"{shown}: {error.strerror}; check its permissions") from error
        raise UnavailableError(f"{shown}: {error.strerror}") from error


def _plain(path: str) -> str:
    """A path without what file systems may ignore in names."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _read_all(fd: int, offset: int, size: int) -> bytes:
    data = system.read_at(fd, size, offset)
    if len(data) == size or not data:
        return data
    parts, have = [data], len(data)
    while have < size and (piece := system.read_at(fd, size - have, offset + have)):
        parts.append(piece)
        have += len(piece)
    return b"".join(parts)


def _stamp(facts: os.stat_result) -> Stamp:
    return Stamp(facts.st_size, facts.st_mtime_ns, system.version_tag(facts))


def _told(facts: os.stat_result) -> tuple[int, ...]:
    """All that a stamp is made of, of a file that is open already and so keeps its number."""
    return (
        facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_mode, facts.st_uid, facts.st_gid, facts.st_nlink
    )  # fmt: skip


def _source_stat(facts: os.stat_result) -> SourceStat | None:
    """What these facts mean; None for what is neither a file nor a folder."""
    if statmod.S_ISDIR(facts.st_mode):
        # with the device: roots of file systems mounted into each other have the same number
        return SourceStat(NodeKind.FOLDER, Stamp(0, facts.st_mtime_ns), f"{facts.st_dev}:{facts.st_ino}")
    if statmod.S_ISREG(facts.st_mode):
        return SourceStat(NodeKind.FILE, _stamp(facts), str(facts.st_ino))
    return None
