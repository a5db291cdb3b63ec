"""Where the originals of a test of the drive lie: in a folder here, in the same folder behind an SSH server or a server
of S3, or as copies in a bucket. `--originals` says which, tests ask for `add_music` and `place`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from s3servers import S3Server
from sshd import Sshd

from musfuse.errors import SourceChangedError
from musfuse.library.options import ViewOptions

if TYPE_CHECKING:
    from musfuse.app.library import Library

CHOICES = ("local", "sftp", "s3", "s3-moto", "s3-swift")
KEYS = ["access_key=env:S3_TEST_ACCESS", "secret_key=env:S3_TEST_SECRET"]


class Originals(Protocol):
    """Where those of one test lie; `keeps_times`: they have the mtimes of the files in `music`, once it is added;
    `older`: what who reads on may get where another file took the place of the one he has open, beside its bytes."""

    keeps_times: bool
    older: tuple[type[Exception], ...]

    def place(self, path: Path) -> str:
        """What a file or folder below `music` is called there."""

    def add(self, library: "Library") -> None:
        """Make `music` a source of a library."""


class Here:
    """In the folder itself."""

    keeps_times = True
    older: tuple[type[Exception], ...] = ()

    def __init__(self, music: Path) -> None:
        self._music = music

    def place(self, path: Path) -> str:
        return str(path)

    def add(self, library: "Library") -> None:
        library.add_sources([self._music])


class OverSsh:
    """In the same folder, asked for over SSH."""

    keeps_times = True
    older: tuple[type[Exception], ...] = ()

    def __init__(self, music: Path, sshd: Sshd) -> None:
        self._music, self._sshd = music, sshd

    def place(self, path: Path) -> str:
        return self._sshd.uri(path)

    def add(self, library: "Library") -> None:
        _settle(self._music)
        _add(library, self.place(self._music), self._sshd.assignments)


class Served:
    """In the same folder, which is one of a bucket: the test's own folder, of a server over those of all tests."""

    keeps_times = True
    older: tuple[type[Exception], ...] = (SourceChangedError,)

    def __init__(self, music: Path, server: S3Server) -> None:
        self._folder, self._music, self._server = music.parent, music, server

    def place(self, path: Path) -> str:
        return f"s3://{self._folder.name}/{path.relative_to(self._folder)}"

    def add(self, library: "Library") -> None:
        _settle(self._music)
        _add(library, self.place(self._music), _options(self._server))


class Copied:
    """As copies in a bucket, made before each scan."""

    keeps_times = False
    older: tuple[type[Exception], ...] = (SourceChangedError,)

    def __init__(self, music: Path, server: S3Server) -> None:
        self._music, self._server, self._folder = music, server, os.urandom(8).hex()
        self._there = dict[str, tuple[int, int]]()

    def place(self, path: Path) -> str:
        return f"s3://music/{self._folder}/{path.relative_to(self._music)}"

    def add(self, library: "Library") -> None:
        self._copy()
        scan_all = library.scan_all

        def copy_and_scan(*args: object, **options: object) -> object:
            self._copy()
            return scan_all(*args, **options)  # type: ignore[arg-type]

        library.scan_all = copy_and_scan  # type: ignore[method-assign,assignment]
        _add(library, f"s3://music/{self._folder}", _options(self._server))

    def _copy(self) -> None:
        import obstore

        here = {str(path.relative_to(self._music)): path for path in self._music.rglob("*") if path.is_file()}
        for name, path in here.items():
            facts = (path.stat().st_size, path.stat().st_mtime_ns)
            if self._there.get(name) != facts:
                self._server.write(f"{self._folder}/{name}", path.read_bytes())
                self._there[name] = facts
        for name in self._there.keys() - here.keys():
            obstore.delete(self._server.store(), f"{self._folder}/{name}")
            del self._there[name]


def originals_at(where: str, music: Path, fixture: Callable[[str], object], patch: pytest.MonkeyPatch) -> Originals:
    """Those of a test that has its files in `music`. Facts of far ones are believed for no time, as no test waits."""
    if where == "local":
        return Here(music)
    if where == "sftp":
        sshd = fixture("sshd")
        assert isinstance(sshd, Sshd)
        from musfuse.origins.sftp import origin as sftp_origin

        patch.setattr(sftp_origin, "FRESH_SECONDS", 0.0)
        return OverSsh(music, sshd)
    server = fixture("served_folders") if where == "s3" else fixture("s3server")
    from musfuse.origins.s3 import origin as s3_origin

    patch.setattr(s3_origin, "FRESH_SECONDS", 0.0)
    if where == "s3":
        assert isinstance(server, S3Server)
        return Served(music, server)
    assert callable(server)
    return Copied(music, server(where.removeprefix("s3-")))


def _settle(music: Path) -> None:
    """Files there have not changed for a while, and did so in a whole second: more is not told of it, and what may have
    changed twice in one is not believed."""
    for path in music.rglob("*"):
        facts = path.lstat()
        if facts.st_mtime_ns % 1_000_000_000 and not path.is_symlink():
            os.utime(path, (int(facts.st_mtime) - 10,) * 2)


def _options(server: S3Server) -> list[str]:
    return [*(f"{key}={value}" for key, value in server.options.items()), *KEYS]


def _add(library: "Library", uri: str, options: list[str]) -> None:
    """Add a source whose files are indexed and shown as those of a folder here are."""
    shown = library.config[ViewOptions].unindexed
    library.sourcing.add([(uri, "")], assignments=[*options, "index=eager", f"unindexed={shown}"])
