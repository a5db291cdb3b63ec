"""Runs the cases of winfstest, which winfspy's wheel carries, against a volume that nobody can write to.

A case makes files and folders, and then asks for them. Here they are refused, which is checked, and taken for made: what
is asked then is asked of files and folders that the volume has. So each command either gets the answer that the case
wants, or is refused as every change is, or asks for a fact that is the volume's own.
"""

import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from winfsp import win32
from winfsp.win32 import Win32, Win32Error

REFUSED = ("ERROR_WRITE_PROTECT", "ERROR_ACCESS_DENIED")
FILE, ONE, FOLDERS = ".mp3", "\\one\\one.mp3", {frozenset(("foo", "bar")): "\\fb", frozenset(("foo",)): "\\f"}
_CONSTANTS = {
    "FILE_SHARE_READ": 1, "FILE_SHARE_WRITE": 2, "FILE_SHARE_DELETE": 4, "DELETE": 0x10000,
    **{n: getattr(win32, n) for n in ("GENERIC_READ", "GENERIC_WRITE", "CREATE_NEW", "CREATE_ALWAYS", "OPEN_EXISTING", "OPEN_ALWAYS", "TRUNCATE_EXISTING")},
}  # fmt: skip
_MAKING = ("CREATE_NEW", "CREATE_ALWAYS", "OPEN_ALWAYS")
_CHANGES = ("DeleteFile", "SetFileAttributes", "CreateDirectory", "RemoveDirectory", "MoveFileEx", "SetEndOfFile", "SetFileTime", "SetFileSecurity")  # fmt: skip
Facts = list[dict[str, Any]]


class CaseError(AssertionError):
    """The volume answered otherwise than it may."""


class ReadOnlyRun:
    """One run of a case. `counts` tells how many commands had the wanted answer (same), were refused as a change, wanted
    what only follows from a change that was refused (follows), asked for a fact that is the volume's own (own), or for an
    empty folder, which a drive never has (empty)."""

    def __init__(self, calls: Win32) -> None:
        self._calls = calls
        self._made: dict[str, str] = {}  # what the case takes for made: path to kind
        self._names = 0
        self._doubted = self._held = False
        self._changed: set[str] = set()  # what nobody can open once it is changed as the case wants
        self._going: set[str] = set()  # what would be gone once it is closed
        self.counts: Counter[str] = Counter()

    def module(self) -> types.ModuleType:
        """What `from winfstest import *` gives a case."""
        module = types.ModuleType("winfstest")
        for name in ("uniqname", "expect", "expect_task", "testeval", "testdone"):
            setattr(module, name, getattr(self, name))
        return module

    def uniqname(self) -> str:
        self._names += 1
        return f"name{self._names}"

    def testdone(self) -> None:
        self.counts["done"] += 1

    def testeval(self, so: bool) -> None:
        """Something that a case says of what it was told last."""
        if self._doubted:
            self.counts["own"] += 1
        elif not so:
            raise CaseError("what was found is not what the case wants")
        else:
            self.counts["same"] += 1

    def expect(self, command: str, wanted: Any) -> tuple[str | None, Facts]:
        verb, *arguments = command.removeprefix("-e ").split()
        error, facts = self._answer(verb, arguments)
        if callable(wanted):
            self._fact(wanted, error, facts, command)
        elif wanted and error is None and arguments[0].lower() in self._changed:
            self.counts["follows"] += 1
        elif wanted:
            raised = "ERROR_ALREADY_EXISTS" if command.startswith("-e ") and error in (None, *REFUSED) else error
            self._count("same" if raised == wanted else "refused", raised == wanted or error in REFUSED, command, error)
        elif self._changes(verb, arguments):
            self._count("refused", error in REFUSED, command, error)
            self._take_for_done(verb, arguments)
        elif error == "empty":
            self.counts["empty"] += 1
        elif error == "ERROR_SHARING_VIOLATION" and arguments[0].lower() in self._changed:
            self.counts["follows"] += 1  # who holds it reads, because nobody can write
        else:
            self._count("same", error is None, command, error)
        return error, facts

    @contextmanager
    def expect_task(self, command: str, _: Any) -> Iterator[None]:
        """A file that is held open: as far as somebody may read it."""
        _, path, access, share, _, how, *_ = command.split()
        if how in _MAKING:
            self.counts["refused"] += 1
            self._take_for_done("CreateFile", command.split()[1:])
        wanted = self._number(access) & ~win32.GENERIC_WRITE or win32.GENERIC_READ
        opened = self._calls.create_file(self._real(path), wanted, self._number(share))
        if self._number(access) & win32.GENERIC_WRITE:
            self._changed.add(path.lower())  # nobody else could open it as long as it is written to
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._calls.close(opened)
            for gone in self._going | {path.lower()}:
                self._changed.discard(gone)
            for gone in self._going:
                self._made.pop(gone, None)
            self._going.clear()

    def _count(self, kind: str, fine: bool, command: str, error: str | None) -> None:
        if not fine:
            raise CaseError(f"{command}: {error}")
        self.counts[kind] += 1

    def _fact(self, wanted: Callable[[Facts], bool], error: str | None, facts: Facts, command: str) -> None:
        if error is not None:
            raise CaseError(f"{command}: {error}")
        self.counts["same" if wanted(facts) else "own"] += 1

    def _changes(self, verb: str, arguments: list[str]) -> bool:
        if verb != "CreateFile":
            return verb in _CHANGES
        return bool(self._number(arguments[1]) & win32.GENERIC_WRITE) or arguments[4] in _MAKING

    def _answer(self, verb: str, arguments: list[str]) -> tuple[str | None, Facts]:
        self._doubted = False
        try:
            return None, self._call(verb, arguments)
        except Win32Error as error:
            return error.name, []
        except LookupError:
            self._doubted = True
            return "empty", []

    def _call(self, verb: str, arguments: list[str]) -> Facts:
        path, calls = self._real(arguments[0]), self._calls
        if verb == "CreateFile":
            access, share, how = (self._number(arguments[n]) for n in (1, 2, 4))
            calls.close(calls.create_file(path, access, share, how))
        elif verb == "GetFileInformation":
            info = calls.information(path)
            facts = {"FileAttributes": info.attributes, "FileSize": info.size, "FileIndex": info.index}
            self._doubted = True  # times are the volume's own
            return [
                {**facts, "CreationTime": info.written, "LastAccessTime": info.written, "LastWriteTime": info.written}
            ]
        elif verb == "FindFiles":
            return [{"FileName": self._back(name, arguments[0])} for name, _ in calls.find(self._pattern(arguments[0]))]
        elif verb in ("DeleteFile", "RemoveDirectory"):
            calls.delete(path, verb == "RemoveDirectory")
        elif verb == "CreateDirectory":
            calls.create_directory(path)
        elif verb == "MoveFileEx":
            calls.move(path, self._real(arguments[1]), arguments[2] != "0")
        elif verb in ("SetFileAttributes", "SetFileTime"):
            calls.set_basic_info(path)
        elif verb == "SetEndOfFile":
            calls.close(calls.create_file(path, win32.GENERIC_WRITE))
        elif verb == "SetFileSecurity":
            calls.set_security(path)
        elif verb == "GetFileSecurity":
            return [{"Sddl": calls.security(path)}]
        else:
            raise CaseError(f"no such command: {verb}")
        return []

    def _take_for_done(self, verb: str, arguments: list[str]) -> None:
        path = arguments[0].lower()
        if verb == "SetFileSecurity":
            self._changed.add(path)  # it would be closed to everybody
        elif self._held:
            self._changed.add(path)
            self._going.add(path)
        elif verb in ("DeleteFile", "RemoveDirectory"):
            self._made.pop(path, None)
            self._changed.discard(path)
        elif verb == "CreateDirectory":
            self._made[path] = "folder"
        elif verb == "MoveFileEx":
            self._made[arguments[1].lower()] = self._made.pop(path)
        elif verb == "CreateFile" and arguments[4] in _MAKING:
            self._made[path] = "file"

    def _children(self, path: str) -> frozenset[str]:
        return frozenset(p.rpartition("\\")[2] for p in self._made if p.rpartition("\\")[0] == path.lower())

    def _real(self, path: str) -> str:
        """The path of something on the volume that is what the case takes this for."""
        kind = self._made.get(path.lower())
        folder, _, leaf = path.lower().rpartition("\\")
        if kind == "folder":
            return FOLDERS.get(self._children(path), "\\fb")
        place = "\\one" if not folder else self._real(folder) if folder in self._made else "\\nowhere"
        if kind is None:
            return f"{place}\\no {leaf}{FILE}"
        return ONE if place == "\\one" else f"{place}\\{leaf}{FILE}" if leaf in ("foo", "bar") else "\\fb\\foo.mp3"

    def _pattern(self, path: str) -> str:
        if not path.endswith("\\*"):
            return self._real(path)
        return FOLDERS[self._children(path[:-2])] + "\\*"

    def _back(self, name: str, path: str) -> str:
        """What the case calls it."""
        found = path.rpartition("\\")[2] if "\\" + name in FOLDERS.values() else name
        return found.removesuffix(FILE)

    @staticmethod
    def _number(text: str) -> int:
        return sum(_CONSTANTS[part] if part in _CONSTANTS else int(part) for part in text.split("+"))
