"""`musfuse doctor`"""

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    config_option,
    json_option,
    library_folder,
    library_option,
    load,
    print_json,
    print_table,
    size,
)
from musfuse.cli.typed import typed
from musfuse.errors import ConfigError, MusfuseError, plainly

if TYPE_CHECKING:
    from musfuse_fuse.options import FuseOptions

_Check = Callable[[], str]


class _DoubtError(Exception):
    pass


@click.command("doctor", epilog="Example: musfuse doctor")
@library_option
@config_option
@json_option
def command(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """Check what musfuse needs on this machine; exits with 1 where something is missing."""
    folder = library_folder(library)
    checks: dict[str, _Check] = {
        "python": lambda: f"{platform.python_version()} at {sys.executable}",
        "configuration": lambda: _configuration(config_file),
        "face": lambda: _face(config_file),
        "fusermount3": _fusermount,
        "decoder": _decoder,
        "encoder": lambda: _encoder(config_file),
        "gRPC": lambda: _grpc(config_file, folder),
        "chunk cache": lambda: _chunks(config_file),
        "library": lambda: _library(folder),
        "open files": _open_files,
        "address space": lambda: _address_space(config_file),
        "drives": _drives,
    }
    restore = typed().restore
    rows = [(name, state, restore(detail)) for name, state, detail in (_run(*check) for check in checks.items())]
    if as_json:
        print_json([{"check": name, "state": state, "detail": detail} for name, state, detail in rows])
    else:
        print_table(("check", "state", "detail"), rows)
    if any(state == "fails" for _, state, _ in rows):
        raise SystemExit(1)


def _run(name: str, check: _Check) -> tuple[str, str, str]:
    try:
        return name, "ok", check()
    except _DoubtError as warning:
        return name, "warning", str(warning)
    except (MusfuseError, ImportError) as error:
        return name, "fails", str(error)
    except OSError as error:
        return name, "fails", f"{error.filename}: {plainly(error)}" if error.filename else plainly(error)


def _configuration(config_file: Path | None) -> str:
    load(config_file)
    return "readable"


def _face(config_file: Path | None) -> str:
    if sys.platform == "win32":
        from musfuse_winfsp.binding import load_binding as load_winfspy
        from musfuse_winfsp.notices import what_is_told

        winfspy = load_winfspy()
        return f"winfspy {winfspy.__version__}; {what_is_told(winfspy)}"
    from musfuse_fuse.binding import load_binding, major_version
    from musfuse_fuse.options import FuseOptions

    name = load(config_file)[FuseOptions].binding
    binding = load_binding(name)
    if sys.platform == "linux":
        from musfuse.platform.fuse_device import check_fuse

        check_fuse()
    return f"{name} over libfuse {major_version(binding)}; {_memory(binding, load(config_file)[FuseOptions])}"


def _memory(binding: Any, options: "FuseOptions") -> str:
    from musfuse_fuse.binding import major_version
    from musfuse_fuse.kernel import function_of, libfuse_of

    if not options.cache_seconds:
        return "the kernel asks each time (fuse.cache_seconds = 0)"
    if major_version(binding) < 3 or function_of(libfuse_of(binding)) is None:
        return "the kernel cannot be told to forget, and asks each time: walks are slower"
    return f"the kernel keeps names and attributes for {options.cache_seconds} s, and forgets what changes"


def _fusermount() -> str:
    from musfuse.platform import system

    missing = "none" if sys.platform == "linux" and not system.is_privileged() else "not needed here"
    return shutil.which("fusermount3") or shutil.which("fusermount") or missing


def _decoder() -> str:
    import soundfile

    return f"libsndfile {soundfile.__libsndfile_version__}"


def _encoder(config_file: Path | None) -> str:
    from musfuse.media.flac.encoder import Encoder, frame_maker
    from musfuse.media.flac.options import FlacOptions

    options = load(config_file)[FlacOptions]
    version, began = frame_maker(options.encoder).version, time.perf_counter()
    fingerprint = Encoder(options.level, options.encoder).fingerprint()
    return f"{version}, fingerprint {fingerprint} in {(time.perf_counter() - began) * 1e3:.0f} ms"


def _grpc(config_file: Path | None, folder: Path) -> str:
    from musfuse.app.build.faces import grpc_face
    from musfuse.app.state import StateFolder

    face = grpc_face(load(config_file), StateFolder(folder))
    if face is None:
        return "off (grpc.enabled)"
    face.check()
    return f"grpcio {version('grpcio')}, {face.name}"


def _chunks(config_file: Path | None) -> str:
    from musfuse.store.options import CacheOptions

    limit = load(config_file)[CacheOptions].content
    if not limit:
        return "off (cache.content is 0)"
    missing = [name for name in ("blake3", "pyfastcdc") if find_spec(name) is None]
    if missing:
        said = f"{' and '.join(missing)} not installed, so nothing is kept of sources on other machines"
        if find_spec("asyncssh") or find_spec("obstore"):
            raise _DoubtError(f"{said}; pip install 'musfuse[cache]' brings it")
        return f"{said}; such sources are not spoken here either"
    return f"blake3 {version('blake3')}, pyfastcdc {version('pyfastcdc')}, up to {size(limit)}"


def _library(folder: Path) -> str:
    parent = next(p for p in (folder, *folder.parents) if os.path.exists(p))  # also below what cannot be looked into
    if not parent.is_dir():
        raise ConfigError(f"{folder}: cannot be made: {parent} is a file; name another folder with --library")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _DoubtError(f"{folder}: {parent} is not writable; name another folder with --library")
    if damaged := _damaged(folder):
        raise _DoubtError(damaged)
    free = shutil.disk_usage(parent).free
    return f"{folder}, {free >> 20} MiB free"


def _damaged(folder: Path) -> str:
    """What is said of databases of a library that seem to be damaged, with what to do; '' for none."""
    from musfuse.app.care.damage import suspected
    from musfuse.app.state import StateFolder
    from musfuse.control.client import find_owner

    client = find_owner(folder)
    if client is not None:
        client.close()
    return "; ".join(suspected(StateFolder(folder), owned=client is not None))


def _open_files() -> str:
    from musfuse.platform import system

    limit = system.raise_open_file_limit()
    if limit < 1024:
        raise _DoubtError(f"only {limit} files may be open, so fewer are read at once; raise it with `ulimit -n`")
    return f"{limit} may be open"


def _address_space(config_file: Path | None) -> str:
    from musfuse_fuse.options import FuseOptions

    from musfuse.platform import system

    threads, limit = load(config_file)[FuseOptions].threads, system.address_space()
    needed = system.address_space_needed(threads) >> 20
    if limit is None:
        return f"not limited; a drive takes up to {needed} MiB"
    if limit >> 20 < needed:
        raise _DoubtError(
            f"limited to {limit >> 20} MiB, a drive with fuse.threads = {threads} needs {needed}: it runs"
            f" {system.face_threads(threads)} threads; raise the limit with `ulimit -v unlimited`"
        )
    return f"limited to {limit >> 20} MiB; a drive takes up to {needed}"


def _drives() -> str:
    from musfuse.control import progress_of_owners

    return ", ".join(mount for status in progress_of_owners() for mount in status["mounts"]) or "none is mounted"
