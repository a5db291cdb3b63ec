"""The process that owns a library, asked wrongly: an answer to everything, no trace of a bug in its log."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sound

from mount.conftest import Program
from musfuse.control.protocol import endpoint
from musfuse.platform import system

TARGETS, ME = [["artist:x", "/x"]], {"author": "me"}
CALLS: dict[str, dict[str, Any]] = {
    "status": {},
    "progress": {},
    "stop": {},
    "mount": {"mountpoint": "/no", "options": [], "sources": []},
    "unmount": {"mountpoint": "/no", "force": False},
    "scan": {"sources": [], "everything": False},
    "index": {},
    "info": {"path": "nothing"},
    **{f"tag.{name}": {"targets": TARGETS, "fields": ["a=b"], "source": "user", **ME} for name in ("set", "clear", "lock", "unlock")},
    "tag.undo": {"number": 77, **ME},
    "tag.import": {"path": "/no", **ME},
    "tag.plan_import": {"path": "/no"},
    "tag.show": {"targets": TARGETS, "fields": ["a"]},
    "tag.export": {"targets": TARGETS},
    "tag.log": {"targets": TARGETS},
    "tag.count": {"targets": TARGETS},
    "tag.count_changed": {"number": 77},
    "tag.check": {"assignments": ["a=b"]},
    "tag.check_fields": {"fields": ["a"]},
    "source.list": {"removed": False},
    "source.show": {"source": ["x", "/x"]},
    "source.add": {"places": [["/no", "/no"]], "dry_run": True},
    "source.set": {"source": ["x", "/x"], "assignments": ["priority=5"]},
    "source.move": {"old": ["x", "/x"], "new": ["/no", "/no"]},
    "source.remove": {"source": ["x", "/x"]},
    "source.restore": {"source": ["x", "/x"]},
    "jobs.list": {"kind": "scan", "limit": 5},
    "jobs.show": {"job": 77},
    "jobs.cancel": {"job": 77},
    "jobs.wait": {"job": 77, "seconds": 0.0},
    "art.set": {"targets": TARGETS, "picture": "/no", "kind": "front", **ME},
    "art.clear": {"targets": TARGETS, "kinds": ["front"], "hide": False, **ME},
}  # fmt: skip
DEEP: list[Any] = []
for _ in range(400):
    DEEP = [DEEP]
HOSTILE: list[Any] = [
    None, True, -1, 10**30, 3.5, "", "x", "\0", "\ud800", "../..", "a" * 5000, [], [None], [1], ["\0"], ["\ud800"], [[]],
    [["a"]], [["\ud800", "\0"]], [["title:\ud800", "/"]], [["", ""]], {}, {"a": []}, DEEP,
]  # fmt: skip


def hostile_calls() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, params in CALLS.items():
        yield name, params | {"more": 1}
        for wrong in params:
            yield name, {key: value for key, value in params.items() if key != wrong}
            yield from ((name, params | {wrong: value}) for value in HOSTILE)


def test_wrong_parameters_are_answered(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", title="One", artist="x")
    program.mount()
    program.settle()
    asked = list(hostile_calls())
    with system.connect(endpoint(program.library), 60) as connection, connection.makefile() as answers:
        codes = [_code(connection, answers, name, params) for name, params in asked]
    assert len(codes) > 800
    assert set(codes) == {-32602, -32000, 0}
    assert codes.count(-32602) > len(codes) / 2
    (status,) = program.status()
    assert status["mounts"] == [str(program.mnt)]
    assert "Traceback" not in program.log()


def _code(connection: socket.socket, answers: Any, name: str, params: dict[str, Any]) -> int:
    connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": name, "params": params}).encode() + b"\n")
    said = json.loads(answers.readline())
    return int(said.get("error", {}).get("code", 0))
