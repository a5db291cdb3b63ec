"""A host that runs on a thread of a test."""

import threading
from contextlib import ExitStack
from pathlib import Path

from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive.mounts import Mounter


def no_mounter() -> Mounter:
    raise AssertionError("a mounter was asked for without a mount")


def run_host(state: Path, music: Path, closing: ExitStack, **flags: object) -> Host:
    """Run a host over `music` without a mount, with options as `section__key`, until `closing`. Where signals go has to be patched
    (`system.on_terminate`): only a main thread hears them."""
    given = {name.replace("__", "."): value for name, value in flags.items()}
    config = load_config(default_sections(), flags=given, env={}).config
    library = open_library(state, config, closing, sources=[music])
    made, ready = Host(library, no_mounter, stays=True), threading.Event()
    thread = threading.Thread(target=lambda: made.run((), lambda _: ready.set()))
    thread.start()
    closing.callback(thread.join)
    closing.callback(made.stop)
    assert ready.wait(60)
    assert made.ready.wait(60)
    return made
