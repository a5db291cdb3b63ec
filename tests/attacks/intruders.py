"""What strangers say to the control socket and put into files to be imported: never a traceback, never a hang."""

import json
import os
import random
import socket
from collections import Counter
from pathlib import Path

import sound
from mount.conftest import Program
from warm import musfuse

from musfuse.control.protocol import endpoint

TIMEOUT = 60
METHODS = (
    "status", "progress", "mount", "unmount", "scan", "index", "info", "tag.set", "tag.clear", "tag.lock", "tag.undo",
    "tag.import", "tag.plan_import", "tag.show", "tag.export", "tag.log", "tag.count", "tag.check", "art.set",
    "art.clear", "source.list", "source.show", "source.add", "source.set", "source.move", "source.remove",
    "source.restore", "nothing",
)  # fmt: skip
PARAMETERS = (
    "sources", "everything", "mountpoint", "options", "force", "path", "targets", "fields", "author", "source",
    "number", "picture", "kind", "kinds", "hide", "places", "old", "new", "assignments", "removed", "dry_run",
)  # fmt: skip


def _value(rng: random.Random, depth: int = 0) -> object:
    made: list[object] = [
        None, True, -1, 1 << 70, 0.5, float("nan"), "", "\0", "\ud800", "x" * 70_000, "../../etc/passwd", "/dev/zero",
    ]  # fmt: skip
    if depth < 3:
        made += [[_value(rng, depth + 1) for _ in range(3)], {"a": _value(rng, depth + 1)}]
    return rng.choice(made)


def _line(rng: random.Random) -> bytes:
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 5000)).replace(b"\n", b"")
    if kind == 1:
        return b"[" * rng.choice((10, 1_000, 1_000_000))
    if kind == 2:
        return b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    if kind == 3:
        return b"x" * (5 << 20)
    call: dict[str, object] = {"jsonrpc": "2.0", "id": _value(rng), "method": rng.choice(METHODS)}
    names = rng.sample(PARAMETERS, rng.randrange(6))
    call["params"] = {name: _value(rng) for name in names} if kind == 4 else _value(rng)
    return json.dumps(call).encode()


def _say(path: Path, line: bytes, wait: bool) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(TIMEOUT)
        client.connect(str(path))
        try:
            client.sendall(line + b"\n")
            if wait:
                client.recv(65_536)
        except (BrokenPipeError, ConnectionResetError):
            pass  # hung up on a line that is too long


def attack_socket(folder: Path, lines: int, seed: int) -> Counter[str]:
    """Say strange things to the owner; it goes on answering, and its log has no traceback."""
    rng = random.Random(seed)
    sound.write(folder / "music/1.flac", artist="A", album="B", title="T")
    program = Program(folder, folder / "music")
    program.mount()
    program.wait_for_scan()
    try:
        for number in range(lines):
            _say(endpoint(program.library), _line(rng), wait=number % 3 > 0)
            if number % 20 == 0:
                assert program.status()[0]["mounts"] == [str(program.mnt)]
        (path,) = program.files()
        assert path.read_bytes() == (folder / "music/1.flac").read_bytes()
        assert "Traceback" not in program.log(), program.log()
    finally:
        program.unmount("--force")
    return Counter(lines=lines)


def _imports(folder: Path) -> dict[str, Path]:
    """Files that are no export of ours, by what is wrong with them."""
    made = {"endless": Path("/dev/zero"), "a folder": folder, "missing": folder / "no such file"}
    os.mkfifo(folder / "fifo.json")
    made["a pipe"] = folder / "fifo.json"
    texts: dict[str, bytes] = {
        "empty": b"",
        "bytes": bytes(range(256)) * 100,
        "deep": b"[" * 100_000,
        "deep objects": b'{"a":' * 100_000,
        "null": b'[{"path": "x", "tags": {"genre": [null]}}]',
        "NaN": b'[{"path": "x", "tags": {"genre": [NaN]}}]',
        "nested": b'[{"path": "x", "tags": {"genre": [["a"]]}}]',
        "no list": b'{"path": "x"}',
        "a column twice": b"path,genre,genre\nx,a,b\n",
        "cells": b"path,genre\nx\n",
        "NUL": b"path,genre\nx,\0\n",
        "a long cell": b"path,genre\nx," + b"y" * (2 << 20) + b"\n",
        "surrogates": b'[{"path": "\\ud800", "tags": {"\\ud800": ["\\ud800"]}}]',
    }
    for name, data in texts.items():
        made[name] = folder / f"{name}.{'csv' if b',genre' in data[:20] else 'json'}"
        made[name].write_bytes(data)
    return made


def attack_imports(folder: Path) -> Counter[str]:
    """Import each of them; each ends by itself, with one line that names the file."""
    program = Program(folder, folder / "music")
    sound.write(folder / "music/1.flac", artist="A", album="B", title="T")
    program.run("scan", "--library", program.library, program.music)
    (folder / "files").mkdir()
    counts: Counter[str] = Counter()
    for name, path in _imports(folder / "files").items():
        done = musfuse("tag", "import", "--library", program.library, path, seconds=TIMEOUT)
        assert done.returncode in (0, 1, 2), (name, done)
        assert "Traceback" not in done.stderr, (name, done.stderr)
        assert done.returncode == 0 or str(path) in done.stderr or "row" in done.stderr, (name, done.stderr)
        counts["imports"] += 1
    return counts
