"""Access lists on Windows: what is private names this user, and hands that down."""

import ctypes
import secrets
import sys
from contextlib import closing
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

from musfuse.app.state import StateFolder
from musfuse.platform.windows import acl, pipes


def entries(path: Path) -> str:
    """The access list of a folder, as text."""
    found, descriptor, text = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    dacl = ctypes.c_void_p()
    assert not acl._advapi32.GetNamedSecurityInfoW(
        str(path), 1, 0x4, None, None, ctypes.byref(dacl), None, ctypes.byref(descriptor)
    )
    convert = acl._advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
    convert.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p)
    assert convert(descriptor, 1, 0x4, ctypes.byref(text), None)
    del found
    return ctypes.wstring_at(text.value or 0)


def test_this_user_has_a_sid() -> None:
    assert acl.this_user().startswith("S-1-5-21-")


def test_a_private_folder_admits_nobody_else(tmp_path: Path) -> None:
    acl.make_private(tmp_path / "above" / "private")
    acl.make_private(tmp_path / "above" / "private")  # is there
    for group in ("WD", "AU", "BU", "S-1-1-0"):
        assert f";{group})" not in entries(tmp_path / "above" / "private")
    assert acl.is_ours(tmp_path / "above" / "private")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        acl.make_private(tmp_path / "file")


def test_a_folder_that_is_there_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    acl.close_to_others(tmp_path / "open")
    assert ";WD)" not in entries(tmp_path / "open")
    with pytest.raises(OSError):
        acl.close_to_others(tmp_path / "missing")
    with pytest.raises(OSError):
        acl.is_ours(tmp_path / "missing")


def test_the_folder_of_a_library_is_private(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "library").made():
        assert ";WD)" not in entries(tmp_path / "library")


def test_a_pipe_belongs_to_who_made_it() -> None:
    name = f"\\\\.\\pipe\\musfuse-{secrets.token_hex(16)}"
    with closing(pipes.PipeListener(name)), pipes.connect_pipe(name, 5) as client:
        assert acl.owner_of(client._handle) == acl.this_user()
