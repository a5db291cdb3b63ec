"""A process that has loaded what workers or programs need, and forks them.

`python forking.py MODULE LISTENER ADDRESS…` goes on until its standard input ends: each connection to its listener sends the
arguments, the environment and the working directory, and along with them the three standard streams and a pipe for how
it ends. At the addresses, workers are started by those that are forked here.
"""

import atexit
import gc
import importlib
import io
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from warm import use_workers

_LONGEST = 1 << 17
_MODULES = (
    "musfuse.app.background", "musfuse.app.build.collections", "musfuse.app.build.faces", "musfuse.app.care.caring",
    "musfuse.app.connection", "musfuse.app.follower", "musfuse.app.host", "musfuse.app.jobs", "musfuse.app.library",
    "musfuse.app.methods", "musfuse.app.opening", "musfuse.app.overview", "musfuse.app.reading",
    "musfuse.app.scanning", "musfuse.app.sections", "musfuse.app.service", "musfuse.app.sourcehealth",
    "musfuse.app.stages", "musfuse.app.views", "musfuse.app.watchdog", "musfuse.app.webhooks", "musfuse.cli.ending",
    "musfuse.control", "musfuse.control.remote", "musfuse.library.collecting", "musfuse.library.following",
    "musfuse.library.pipeline.built_in", "musfuse.library.scanner", "musfuse.media.encoded",
    "musfuse.media.flac.soundfile_encoder", "musfuse.origins.local.inotify", "musfuse.platform.posix",
    "musfuse.service.collections", "musfuse.service.edits", "musfuse.service.importing", "musfuse.service.info",
    "musfuse.service.mounting", "musfuse.service.tagfiles", "musfuse.service.tagging", "musfuse.service.tags",
    "musfuse.service.views", "musfuse.store",
    *(f"musfuse.service.requests.{name}" for name in (
        "care", "changes", "chunks", "collections", "configuration", "info", "jobs", "metadata", "monitoring", "overview", "owner",
        "playlists", "plays", "ratings", "sources", "tags", "views", "webhooks",
    )),
    "musfuse_fuse.mount", "musfuse_fuse.operations", "musfuse_fuse.plus", "platformdirs",
)  # fmt: skip
"""What commands and owners import when they run, but for what starts threads or has state that a fork would share."""


def load_readers() -> None:
    """Load what workers need when they look into files of every kind."""
    import mutagen
    import PIL.Image
    import soundfile  # noqa: F401
    import tinytag  # noqa: F401

    from musfuse.media.flac import soundfile_encoder  # noqa: F401
    from musfuse.media.formats import default_formats

    default_formats().load()
    PIL.Image.preinit()
    with suppress(mutagen.MutagenError):
        mutagen.File(io.BytesIO(bytes(64)))  # loads what it knows when it is first asked


def load_program() -> None:
    """Load what commands and owners need."""
    from musfuse_fuse.binding import load_binding

    from musfuse.cli import _COMMANDS
    from musfuse.errors import MountError

    with suppress(MountError):  # commands say so
        load_binding("mfusepy")

    for name in (*_MODULES, *(f"musfuse.cli.{name}_cmd" for name in _COMMANDS)):
        importlib.import_module(name)
    load_readers()


def end(run: Callable[[], object]) -> None:
    """Run and end as a program does, but for taking to pieces all that was loaded here."""
    code: object = 1
    try:
        run()
        code = None
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            print(f"Exception ignored in: {error}", file=sys.stderr)
            code = 120
    os._exit(code if isinstance(code, int) else int(code is not None))


class Forking:
    """Forks for whoever connects, and writes how each ended into its pipe."""

    def __init__(self, listener: socket.socket, run: Callable[[], object], argv0: str) -> None:
        self._listener, self._run, self._argv0 = listener, run, argv0
        self._running: dict[int, int] = {}
        self._woken, self._wake = os.pipe()
        for descriptor in (self._woken, self._wake):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake)

    def serve(self, until: int) -> None:
        """Go on until the end of what can be read at a descriptor."""
        with selectors.DefaultSelector() as selector:
            for end_ in (self._listener.fileno(), self._woken, until):
                selector.register(end_, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == until:
                        return
                    if key.fd == self._woken:
                        os.read(self._woken, 100)
                        self._reap()
                    else:
                        self._fork([selector.fileno(), until])  # type: ignore[attr-defined]

    def _fork(self, held: Sequence[int]) -> None:
        asking = self._listener.accept()[0]
        with asking:
            said, given, _, _ = socket.recv_fds(asking, _LONGEST, 4)
            if len(given) == 4:
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    asking.close()
                    self._listener.close()
                    for descriptor in (self._woken, self._wake, given[3], *self._running.values(), *held):
                        os.close(descriptor)
                    end(lambda: self._become(json.loads(said), given[:3]))
                self._running[pid] = given.pop()
                with suppress(OSError):  # whoever asked was killed
                    asking.send(str(pid).encode())
            for descriptor in given:
                os.close(descriptor)

    def _become(self, said: tuple[list[str], dict[str, str], str], streams: Sequence[int]) -> None:
        arguments, environment, folder = said
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdout.reconfigure(line_buffering=os.isatty(1))  # type: ignore[union-attr]
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [self._argv0, *arguments]
        self._run()

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            ends = self._running.pop(pid)
            with suppress(BrokenPipeError):
                os.write(ends, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(ends)


def main() -> None:
    """Fork those of a module until nobody is there any more who asks for them."""
    module, listener, *addresses = sys.argv[1:]
    until = os.dup(0)
    if module.startswith("musfuse.media."):
        run, argv0 = importlib.import_module(module).main, module
        load_readers()
    else:
        from musfuse.cli import main as run

        use_workers(dict(address.split("=", 1) for address in addresses))
        load_program()
        argv0 = str(Path(importlib.import_module("musfuse").__path__[0], "__main__.py"))
    gc.freeze()  # none that is forked looks through, and so copies, what was loaded here
    Forking(socket.socket(fileno=int(listener)), run, argv0).serve(until)


if __name__ == "__main__":
    main()
