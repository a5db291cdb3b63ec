"""Originals in a folder of an SSH server."""

import asyncio
import stat as statmod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import asyncssh

from musfuse.errors import AwayError, NotFoundError, OriginError, RefusedError, SourceChangedError, UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins.beats import beats
from musfuse.origins.places import place_in
from musfuse.origins.port import Entry, Range, SourceStat, checked_path
from musfuse.origins.sftp.files import Ranges, RemoteFiles
from musfuse.origins.sftp.listing import names_in
from musfuse.origins.sftp.loop import EventLoop
from musfuse.origins.sftp.rush import Rush, Wanted
from musfuse.origins.sftp.session import Credentials, Session, translated
from musfuse.origins.sftp.uris import SftpPlace
from musfuse.origins.traits import IndexWhen, Traits

T = TypeVar("T")
FRESH_SECONDS = 10.0
"""Seconds that facts about a file are believed: each read compares the version anyway."""
_MAX_SECONDS = 60.0
"""Seconds after which a call is given up by itself. Who asked through a lane has done so long before."""
_NOTHING_TO_READ = "neither a file nor a folder"
_LINKS_AT_ONCE = 32
_AT_ONCE = 32
"""Reads that are asked for together, each of a file that the server has to open."""


class SftpOrigin:
    """A folder, with one connection and a thread for it. A version is size and mtime in whole seconds: SFTP tells no
    more."""

    def __init__(
        self, uid: str, place: SftpPlace, credentials: Credentials, index: IndexWhen, open_files: int = 64
    ) -> None:
        self.uid, self.name = uid, place.shown
        self.traits = Traits(
            index=index, mtime_step_ns=1_000_000_000, freshness_seconds=FRESH_SECONDS, at_once=_AT_ONCE
        )
        self._place = place
        self._loop = EventLoop(f"sftp-{place.host[:8]}")
        self._session = Session(place, credentials)
        self._files, self._rush = RemoteFiles(open_files), Rush()
        self._root: tuple[asyncssh.SFTPClient, bytes] | None = None

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder, sorted by name; what can be no original carries its problem."""
        return iter(self._run(path, lambda: self._listed(path)))

    def stat(self, path: str) -> SourceStat:
        """Facts about a path. The root has an id: that of its file system, by which a disk that is not mounted is
        told."""
        return self._run(path, lambda: self._facts(path))

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file, of the version `stamp` where one is given."""
        came = beats()
        return self._run(path, lambda: self._read(path, [(offset, size)], stamp, came))[0]

    def read_each(self, ranges: Sequence[Range]) -> Sequence[bytes | OriginError]:
        """The same of many files at once: their requests travel together."""
        came = beats()
        return self._run("", lambda: self._read_each(ranges, came))

    def spec(self) -> Mapping[str, object]:
        """The uid alone: no other process has this connection."""
        return {"local": False, "uid": self.uid}

    def let_go(self) -> None:
        """Close files that nobody reads."""
        self._loop.call_soon(self._files.let_go)

    def close(self) -> None:
        """Break the connection off, and end the thread."""
        self._loop.call_soon(self._session.drop)
        self._loop.close()

    def _run(self, path: str, work: Callable[[], Awaitable[T]]) -> T:
        checked_path(path)

        async def done() -> T:
            return await work()

        try:
            return self._loop.run(done(), _MAX_SECONDS)
        except OriginError:
            raise
        except TimeoutError as error:
            self._loop.call_soon(self._session.drop)
            raise AwayError(f"{self._place.server}: {error}") from error
        except (asyncssh.Error, OSError, ValueError) as error:
            self._fail(path, error)

    async def _listed(self, path: str) -> Sequence[Entry]:
        client = await self._session.sftp()
        full = self._full(path)
        found = await names_in(client, full, self._files.later)
        real = await self._real(client, full) if any(_is_link(facts) for _, facts in found) else b""
        gate = asyncio.Semaphore(_LINKS_AT_ONCE)

        async def looked_up(name: bytes, facts: Any) -> Entry:
            try:
                async with gate:
                    if _is_link(facts):
                        facts = await self._behind(client, full, name, real)
                    else:  # a server may leave facts out of a listing
                        facts = await client.stat(full + b"/" + name)
            except asyncssh.SFTPNoConnection:
                raise
            except asyncssh.SFTPError as error:
                return self._unusable(path, _text(name), error)
            except OriginError as error:
                return Entry(_text(name), None, str(error))
            return self._entry(path, name, facts)

        odd = [(name, facts) for name, facts in found if _is_link(facts) or facts.permissions is None]
        plain = [(name, facts) for name, facts in found if not (_is_link(facts) or facts.permissions is None)]
        entries = await asyncio.gather(*(looked_up(name, facts) for name, facts in odd))
        entries += [self._entry(path, name, facts) for name, facts in plain]
        return sorted(entries, key=lambda entry: entry.name)

    def _entry(self, path: str, name: bytes, facts: Any) -> Entry:
        kept = _source_stat(facts)
        if kept is None:
            return Entry(_text(name), None, f"{self._describe(path)}/{_text(name)}: {_NOTHING_TO_READ}")
        return Entry(_text(name), kept)

    async def _behind(self, client: asyncssh.SFTPClient, folder: bytes, name: bytes, real: bytes) -> Any:
        """Facts of what a link leads to. Raises RefusedError where that lies outside of the source, or is a folder
        above the link."""
        full = folder + b"/" + name
        facts, target = await asyncio.gather(client.stat(full), self._real(client, full))
        root = await self._root_of(client)
        shown = f"{self._place.server}: {name.decode('utf-8', 'replace')}"
        if target != root and not target.startswith(root.rstrip(b"/") + b"/"):
            raise RefusedError(f"{shown}: a symbolic link leads out of the source; add what it leads to as another one")
        if real == target or real.startswith(target.rstrip(b"/") + b"/"):
            raise RefusedError(f"{shown}: a symbolic link back to a folder above it; not followed")
        return facts

    def _unusable(self, folder: str, name: str, error: asyncssh.SFTPError) -> Entry:
        try:
            self._fail(f"{folder}/{name}".lstrip("/"), error)
        except OriginError as told:
            return Entry(name, None, str(told), told.may_retry)

    async def _facts(self, path: str) -> SourceStat:
        client = await self._session.sftp()
        full = self._full(path)
        if path:
            found = await self._facts_and_file(client, full)
        else:
            facts, ident = await asyncio.gather(client.stat(full), _file_system(client, full))
            found = _source_stat(facts, ident)
        if found is None:
            raise RefusedError(f"{self._describe(path)}: {_NOTHING_TO_READ}")
        return found

    async def _facts_and_file(self, client: asyncssh.SFTPClient, full: bytes) -> SourceStat | None:
        """Facts about a path. Who asks for those of a file reads it next, most of the time, so it is opened along with
        that, which saves a trip."""
        opened = self._files.begin(client, full)
        found = None
        try:
            found = _source_stat(await client.stat(full))
        finally:
            version = found.stamp if found is not None and found.kind is NodeKind.FILE else None
            self._files.keep(full, version, opened)
        return found

    async def _read(
        self, path: str, ranges: Ranges, stamp: Stamp | None, came: Callable[[int], None]
    ) -> Sequence[bytes]:
        client = await self._session.sftp()
        full = self._full(path)
        version = None if stamp is None else Stamp(stamp.size, stamp.mtime_ns)
        try:
            found, facts = await self._files.read(client, full, ranges, version, came)
        except asyncssh.SFTPError:
            self._files.forget(full, version)
            raise
        now = _source_stat(facts)
        if now is None or now.kind is not NodeKind.FILE:
            self._files.forget(full, version)
            raise RefusedError(f"{self._describe(path)}: not a regular file")
        whole = all(
            len(data) == max(0, min(size, now.stamp.size - offset))
            for data, (offset, size) in zip(found, ranges, strict=True)
        )
        if not whole or (version is not None and not version.looks_like(now.stamp)):
            self._files.forget(full, version)
            raise SourceChangedError(f"{self._describe(path)}: changed since it was opened; open it again")
        return found

    async def _read_each(self, ranges: Sequence[Range], came: Callable[[int], None]) -> Sequence[bytes | OriginError]:
        await self._session.sftp()
        of_file: dict[tuple[str, Stamp], list[int]] = {}
        for place, wanted in enumerate(ranges):
            of_file.setdefault((checked_path(wanted.path), wanted.stamp), []).append(place)
        answers: dict[int, bytes | OriginError] = {}
        outcomes = await self._outcomes({file: [ranges[place] for place in of_file[file]] for file in of_file}, came)
        for ((path, _), places), outcome in zip(of_file.items(), outcomes, strict=True):
            if isinstance(outcome, BaseException):
                answers.update(dict.fromkeys(places, self._error_of(path, outcome)))
            else:
                answers.update(zip(places, outcome, strict=True))
        return [answers[place] for place in range(len(ranges))]

    async def _outcomes(
        self, of_file: Mapping[tuple[str, Stamp], Sequence[Range]], came: Callable[[int], None]
    ) -> Sequence[Sequence[bytes] | BaseException]:
        """What each file gives, or what comes of asking: the usual quickly, and the rest as any read."""
        wanted = [
            Wanted(self._full(path), Stamp(stamp.size, stamp.mtime_ns), [(one.offset, one.size) for one in ranges])
            for (path, stamp), ranges in of_file.items()
        ]
        found = await self._rush.read(self._session.connection, wanted, came)
        left = [place for place, parts in enumerate(found) if parts is None]
        files = list(of_file)
        reads = (self._read(files[place][0], wanted[place].ranges, files[place][1], came) for place in left)
        slow = dict(zip(left, await asyncio.gather(*reads, return_exceptions=True), strict=True))
        return [slow[place] if parts is None else parts for place, parts in enumerate(found)]

    def _error_of(self, path: str, error: BaseException) -> OriginError:
        """What is told of one file. Raises AwayError, and what is no error of an origin at all."""
        try:
            if isinstance(error, (asyncssh.Error, OSError, ValueError)):
                self._fail(path, error)
            raise error
        except AwayError:
            raise
        except OriginError as told:
            return told

    async def _root_of(self, client: asyncssh.SFTPClient) -> bytes:
        if self._root is None or self._root[0] is not client:
            self._root = client, await self._real(client, self._place.remote)
        return self._root[1]

    async def _real(self, client: asyncssh.SFTPClient, full: bytes) -> bytes:
        found = await client.realpath(full)
        return found if isinstance(found, bytes) else str(found).encode("utf-8", "surrogateescape")

    def _full(self, path: str) -> bytes:
        root = self._place.remote
        return root.rstrip(b"/") + b"/" + path.encode("utf-8", "surrogateescape") if path else root

    def _describe(self, path: str) -> str:
        return place_in(self.name, path)

    def _fail(self, path: str, error: BaseException) -> NoReturn:
        shown = self._describe(path)
        lost = translated(self._place, error)
        if lost is not None:
            raise lost from error
        gone = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory)
        if isinstance(error, gone):
            raise NotFoundError(f"{shown}: no such file or folder") from error
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            raise RefusedError(f"{shown}: the server denies access; check its permissions there") from error
        raise UnavailableError(f"{shown}: {error or type(error).__name__}") from error


async def _file_system(client: asyncssh.SFTPClient, full: bytes) -> str:
    """The id of the file system that a folder lies on; '' where the server does not tell."""
    try:
        return f"fs:{(await client.statvfs(full)).fsid}"
    except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure, asyncssh.SFTPPermissionDenied):
        return ""


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _is_link(facts: Any) -> bool:
    return facts.permissions is not None and statmod.S_ISLNK(facts.permissions)


def _source_stat(facts: Any, ident: str = "") -> SourceStat | None:
    """What these facts mean; None for what is neither a file nor a folder. Where no mode is told, the type is."""
    mode, kind = facts.permissions or 0, facts.type
    mtime_ns = (facts.mtime or 0) * 1_000_000_000 + (facts.mtime_ns or 0)
    if statmod.S_ISDIR(mode) or (not statmod.S_IFMT(mode) and kind == asyncssh.FILEXFER_TYPE_DIRECTORY):
        return SourceStat(NodeKind.FOLDER, Stamp(0, mtime_ns), ident)
    if statmod.S_ISREG(mode) or (not statmod.S_IFMT(mode) and kind == asyncssh.FILEXFER_TYPE_REGULAR):
        return SourceStat(NodeKind.FILE, Stamp(facts.size or 0, mtime_ns), ident)
    return None
