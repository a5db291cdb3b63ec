"""Who may do what: access lists that name this user, and whom things belong to.

A mode of POSIX means nothing here: `mkdir(0o700)` takes what the folder above hands down. So what is to be private gets
its own list at birth, and hands it down itself.
"""

import ctypes
import msvcrt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

_ADMINISTRATORS = "S-1-5-32-544"
_TOKEN_QUERY, _TOKEN_USER = 0x8, 1
_REVISION, _OWNER, _DACL, _PROTECTED_DACL = 1, 0x1, 0x4, 0x80000000
_FILE_OBJECT, _KERNEL_OBJECT = 1, 6
_ERROR_ALREADY_EXISTS = 183
_GENERIC_WRITE, _CREATE_NEW, _ATTRIBUTE_NORMAL = 0x40000000, 1, 0x80

_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_pointer = ctypes.POINTER(ctypes.c_void_p)
_advapi32.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
_advapi32.GetTokenInformation.argtypes = (
    wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip
_advapi32.ConvertSidToStringSidW.argtypes = (ctypes.c_void_p, _pointer)
_advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
    wintypes.LPCWSTR, wintypes.DWORD, _pointer, ctypes.c_void_p,
)  # fmt: skip
_advapi32.GetSecurityInfo.argtypes = (
    wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, _pointer, _pointer, _pointer, _pointer, _pointer,
)  # fmt: skip
_advapi32.GetNamedSecurityInfoW.argtypes = (
    wintypes.LPCWSTR, ctypes.c_int, wintypes.DWORD, _pointer, _pointer, _pointer, _pointer, _pointer,
)  # fmt: skip
_advapi32.SetFileSecurityW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p)
kernel32.LocalFree.argtypes = (ctypes.c_void_p,)
kernel32.CreateDirectoryW.argtypes = (wintypes.LPCWSTR, ctypes.c_void_p)


class Attributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES: the access list that something is made with."""

    _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit_handle", wintypes.BOOL))


def this_user() -> str:
    """The SID of the user whose process this is. Raises OSError."""
    token, needed = wintypes.HANDLE(), wintypes.DWORD()
    _check(_advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
    try:
        _advapi32.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(needed))
        buffer = ctypes.create_string_buffer(needed.value)
        _check(_advapi32.GetTokenInformation(token, _TOKEN_USER, buffer, needed, ctypes.byref(needed)))
    finally:
        kernel32.CloseHandle(token)
    return _sid(ctypes.c_void_p.from_buffer(buffer))


@contextmanager
def for_this_user() -> Iterator[Attributes]:
    """The access list of something that nobody but this user may open. Raises OSError."""
    user = this_user()
    with _descriptor(f"O:{user}D:P(A;;FA;;;{user})") as made:
        yield Attributes(ctypes.sizeof(Attributes), made, False)


def make_private(path: Path) -> None:
    """Make a folder, and those above it that are missing, which with all in it is this user's and the system's alone;
    one that is there stays as it is. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _descriptor(_private_folder()) as made:
        attributes = Attributes(ctypes.sizeof(Attributes), made, False)
        if not kernel32.CreateDirectoryW(str(path), ctypes.byref(attributes)):
            code = ctypes.get_last_error()
            if code != _ERROR_ALREADY_EXISTS or not os.path.isdir(path):
                raise ctypes.WinError(code)


def close_to_others(path: Path) -> None:
    """Have a folder that is there be as `make_private` makes one; what is in it stays as it is. Raises OSError."""
    with _descriptor(_private_folder()) as made:
        _check(_advapi32.SetFileSecurityW(str(path), _DACL | _PROTECTED_DACL, made))


def write_private(path: Path, data: bytes) -> None:
    """Have a file that only this user can open hold these bytes; it holds what it held before until all of them are on
    the disk, also after a kill. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)  # of a write that was killed
    with for_this_user() as attributes:
        handle: int | None = kernel32.CreateFileW(
            str(new), _GENERIC_WRITE, 0, ctypes.byref(attributes), _CREATE_NEW, _ATTRIBUTE_NORMAL, None
        )
    if handle is None or handle == wintypes.HANDLE(-1).value:
        raise ctypes.WinError(ctypes.get_last_error())
    with open(msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_BINARY), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def is_ours(path: Path) -> bool:
    """Whether a folder belongs to this user, or to the administrators, who may do anything anyway. Raises OSError."""
    owner, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
    _check_code(
        _advapi32.GetNamedSecurityInfoW(
            str(path), _FILE_OBJECT, _OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
        )
    )
    try:
        return _sid(owner) in (this_user(), _ADMINISTRATORS)
    finally:
        kernel32.LocalFree(descriptor)


def owner_of(handle: int) -> str:
    """The SID of whom an open pipe belongs to, which is who made it. Raises OSError."""
    owner, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
    _check_code(
        _advapi32.GetSecurityInfo(
            handle, _KERNEL_OBJECT, _OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
        )
    )
    try:
        return _sid(owner)
    finally:
        kernel32.LocalFree(descriptor)


def _private_folder() -> str:
    """Full access, handed down: to this user, to the system and to administrators, as in a user's own folder."""
    user = this_user()
    return f"O:{user}D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@contextmanager
def _descriptor(text: str) -> Iterator[ctypes.c_void_p]:
    made = ctypes.c_void_p()
    convert = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    _check(convert(text, _REVISION, ctypes.byref(made), None))
    try:
        yield made
    finally:
        kernel32.LocalFree(made)


def _sid(sid: ctypes.c_void_p) -> str:
    text = ctypes.c_void_p()
    _check(_advapi32.ConvertSidToStringSidW(sid, ctypes.byref(text)))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        kernel32.LocalFree(text)


def _check(done: int) -> None:
    if not done:
        raise ctypes.WinError(ctypes.get_last_error())


def _check_code(code: int) -> None:
    if code:
        raise ctypes.WinError(code)
