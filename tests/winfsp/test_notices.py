"""What WinFsp is handed: records as fsctl.h has them, in batches, between a beginning and an end."""

import ctypes
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from musfuse_winfsp.notices import Action, Notice, Notices, load_library


@dataclass
class Library:
    """C functions that write down what they get."""

    answers: dict[str, int] = field(default_factory=dict)
    calls: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        u32, pointer = ctypes.c_uint32, ctypes.c_void_p
        for name, arguments in (("Begin", (u32,)), ("", (pointer, ctypes.c_size_t)), ("End", ())):
            made = ctypes.CFUNCTYPE(u32, pointer, *arguments)(lambda *got, name=name: self._called(name, *got))
            setattr(self, f"FspFileSystemNotify{name}", made)

    def _called(self, name: str, file_system: int, *rest: int) -> int:
        assert file_system == 0x7FFF_0000_1234
        self.calls.append((name, ctypes.string_at(*rest) if name == "" else rest))
        return self.answers.get(name, 0)


def notices(library: Library) -> Notices:
    return Notices(library, 0x7FFF_0000_1234)


def test_a_record_is_padded_to_eight_bytes_and_its_size_is_without() -> None:
    packed = Notice("A/Bé", Action.ADDED).packed()
    assert len(packed) % 8 == 0
    size, kind, action = struct.unpack_from("<HxxII", packed)
    assert (size, kind, action) == (12 + 2 * len("\\A\\Bé"), 1, 1)
    assert packed[12:size].decode("utf-16-le") == "\\A\\Bé"
    assert struct.unpack_from("<HxxII", Notice("A", Action.REMOVED, folder=True).packed())[1:] == (2, 2)
    assert struct.unpack_from("<HxxII", Notice("A", Action.MODIFIED, folder=True).packed())[1:] == (0x18, 3)
    assert struct.unpack_from("<HxxII", Notice("A", Action.NONE).packed())[1:] == (0, 0)
    assert Notice("", Action.MODIFIED, folder=True).packed()[12:14] == b"\\\0"


def test_many_go_in_batches_and_none_is_cut() -> None:
    library = Library()
    wanted = [Notice(f"Folder/{n:05}" + "x" * 100, Action.MODIFIED) for n in range(1000)]
    assert notices(library).tell([*wanted, Notice("no\udce9name", Action.ADDED)])
    assert [name for name, _ in library.calls] == ["Begin", *[""] * (len(library.calls) - 2), "End"]
    assert len(library.calls) > 4
    sent = [data for name, data in library.calls if name == ""]
    assert max(map(len, sent)) <= 32_768
    assert b"".join(sent) == b"".join(notice.packed() for notice in wanted)


def test_while_something_is_renamed_nothing_is_sent() -> None:
    library = Library({"Begin": 0xC00000D8})
    assert not notices(library).tell([Notice("A", Action.ADDED)])
    assert [name for name, _ in library.calls] == ["Begin"]


def test_a_volume_that_goes_is_told_nothing() -> None:
    library = Library({"Begin": 0xC0000120})
    assert notices(library).tell([Notice("A", Action.ADDED)])
    assert [name for name, _ in library.calls] == ["Begin"]


def test_what_was_begun_is_ended_whatever_it_answers() -> None:
    library = Library({"": 0xC000009A})
    assert notices(library).tell([Notice("A", Action.ADDED)])
    assert [name for name, _ in library.calls] == ["Begin", "", "End"]


def test_there_is_no_such_library_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert load_library(None) is None
