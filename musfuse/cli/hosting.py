"""A process that owns a library: in this one, or started in the background and waited for."""

import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import absolute, known_sections
from musfuse.config import Config, load_config
from musfuse.config.load import Stated
from musfuse.errors import FaceError, MountError, MusfuseError
from musfuse.logs.files import make_room
from musfuse.platform import system

if TYPE_CHECKING:
    from musfuse.app.build.faces import MakeFace
    from musfuse.service.face import Face

_END_SECONDS = 10.0


class Ready(NamedTuple):
    """What a process in the background says once it answers: names of its faces, sources that no scan saw whole, and
    what its faces have to tell whoever started it."""

    names: Sequence[str]
    new: Sequence[str]
    said: Sequence[str] = ()


def stated(config_file: Path | None, **flags: Any) -> Stated:
    """The configuration, with flags by option name (`__` for the dot), and how to read it anew, from wherever this
    process has gone meanwhile. Raises ConfigError."""
    named = config_file or (Path(os.environ["MUSFUSE_CONFIG"]) if os.environ.get("MUSFUSE_CONFIG") else None)
    file, sections = absolute(named) if named else None, known_sections()
    given = {name.replace("__", "."): value for name, value in flags.items()}

    def read() -> Config:
        return load_config(sections, file, given).config

    return Stated(read(), read)


def host(
    folder: Path,
    told: Stated,
    sources: Sequence[str],
    faces: "Sequence[MakeFace]",
    on_ready: Callable[[list[str]], None],
    ready_fd: int | None,
    *,
    nothing: str = "",
    stays: bool = False,
) -> None:
    """Own the library in `folder` until the end, showing it by `faces`, with the configuration that was `told`. Who
    started this process in the background reads at `ready_fd` that it is ready or why not; else `on_ready` hears the
    names of the faces. Where the library has no sources, `nothing` is the error, unless it is empty. Raises
    MusfuseError, unless there is a `ready_fd`."""
    from musfuse.app.build.faces import choose_mounter
    from musfuse.app.host import Host
    from musfuse.app.library import open_library

    config = told.config
    system.spare_address_space()
    try:
        with ExitStack() as closing:
            for make in faces:
                make(config).check()
            library = open_library(folder, config, closing, sources=sources)
            if nothing and not library.sources.rows():
                raise MountError(nothing)
            hosting = Host(library, lambda: choose_mounter(library.config), stays=stays, stated=told)

            def tell(names: list[str]) -> None:
                system.on_hangup(hosting.reload)
                if ready_fd is None:
                    on_ready(names)
                    for said in _greetings(made):
                        click.echo(said)
                else:
                    new = library.catalog.sources.unscanned()
                    _tell(
                        ready_fd,
                        {"names": names, "new": new, "healed": list(library.upkeep.healed), "said": _greetings(made)},
                    )

            # The library's configuration fits what this process may open: a face has no more threads than that.
            made = [make(library.config) for make in faces]
            hosting.run(made, tell)
    except MusfuseError as error:
        if ready_fd is None:
            raise
        logging.getLogger(__name__).error("%s", error)
        with suppress(OSError):  # already told that it was ready
            _tell(ready_fd, {"error": str(error), "exit_code": error.exit_code})
        sys.exit(error.exit_code)


def _greetings(faces: "Sequence[Face]") -> list[str]:
    """What faces have to tell whoever started them."""
    return [said for face in faces if (said := getattr(face, "greeting", ""))]


def _tell(ready_fd: int, message: dict[str, Any]) -> None:
    with os.fdopen(system.open_inherited(ready_fd), "wb") as pipe:
        pipe.write(json.dumps(message).encode() + b"\n")


def started(
    folder: Path, command: str, flags: Sequence[str], arguments: Sequence[str], run: Callable[[int], None]
) -> Ready:
    """Start what owns the library in `folder` in the background, and wait until it answers: `run`, which gets the
    descriptor to tell that at, in a fork of this process, which has loaded already what it needs; else `musfuse
    COMMAND`. Raises FaceError with its reason where it does not come to that."""
    log = _log_file(folder)
    read_fd, write_fd = os.pipe()
    pid = system.fork_detached(log, write_fd)
    if pid == 0:
        _run_and_exit(run, write_fd)
    if pid is None:
        passed = system.inheritable(write_fd)
        argv = [sys.executable, "-m", "musfuse", command, "--library", str(folder), "--foreground", "--ready-fd"]
        pid = system.spawn_detached([*argv, str(passed), *flags, "--", *arguments], log, passed).pid
    os.close(write_fd)
    with os.fdopen(read_fd, "rb") as pipe:
        line = pipe.readline()
    if not line:
        system.wait_for_end(pid, _END_SECONDS)
        raise FaceError(f"the background process ended before it was ready; {log} says why:\n{_tail(log)}")
    message = json.loads(line)
    if "error" in message:
        failure = FaceError(message["error"])
        failure.exit_code = message["exit_code"]  # type: ignore[misc]
        raise failure
    for said in message["healed"]:
        logging.getLogger(__name__).warning("%s", said)
    return Ready(message["names"], message["new"], message["said"])


def _run_and_exit(run: Callable[[int], None], ready_fd: int) -> NoReturn:
    """Run in the second process, which never gets back to where the first one goes on."""
    code: object = 1
    try:
        run(ready_fd)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        logging.getLogger(__name__).exception("the background process failed")
    finally:
        logging.shutdown()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def _log_file(folder: Path) -> Path:
    """The background process's log, which can be written. Raises MountError."""
    log = StateFolder(folder).log
    try:
        make_room(log)
        log.open("ab").close()
    except OSError as error:
        raise MountError(
            f"{folder}: cannot be written: {error.strerror}; name another folder with --library"
        ) from error
    return log


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:])
    except OSError:
        return ""
