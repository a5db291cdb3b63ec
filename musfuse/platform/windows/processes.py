"""Other processes: started, waited for, and how they ended."""

import contextlib
import ctypes
import logging
import msvcrt
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from ctypes import wintypes
from pathlib import Path, PureWindowsPath
from typing import BinaryIO

assert sys.platform == "win32"

from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

logger = logging.getLogger(__name__)

_CREATE_NO_WINDOW, _CREATE_NEW_PROCESS_GROUP, _CREATE_BREAKAWAY_FROM_JOB = 0x08000000, 0x00000200, 0x01000000
_ERROR_INVALID_PARAMETER, _SYNCHRONIZE, _QUERY_LIMITED = 87, 0x00100000, 0x1000
_LONGEST_NAME, _PIPE_BYTES = 32_768, 64 << 10
_EXIT_TERMINATED, _STATUS_NO_MEMORY, _STATUS_COMMITMENT_LIMIT = 1, 0xC0000017, 0xC000012D


def was_killed(status: int) -> bool:
    """Whether a process that ended so was ended by somebody, or for want of memory, not by itself."""
    return status in (_EXIT_TERMINATED, _STATUS_NO_MEMORY, _STATUS_COMMITMENT_LIMIT)


def was_out_of_time(status: int) -> bool:
    """False: nobody ends processes for that here."""
    del status
    return False


def spawn_group(argv: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a program without input and without a console, whose output is read from a pipe and whose complaints nobody
    reads. Raises OSError."""
    return subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        creationflags=_CREATE_NO_WINDOW,
    )  # fmt: skip


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End what `spawn_group` started, where it was not seen to end yet; what that started itself goes on."""
    if process.returncode is None:
        process.kill()


def spawn_detached(argv: Sequence[str], log: Path, inherited: int) -> "subprocess.Popen[bytes]":
    """Start a process that outlives this one, its console, and the job that a session over ssh runs in; it inherits one
    handle and writes to `log`."""
    apart = _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP
    try:
        return _spawned(argv, log, inherited, apart | _CREATE_BREAKAWAY_FROM_JOB)
    except PermissionError:  # the job lets nobody go
        logger.warning("what runs in this session ends with it, and so does what is started now in the background")
        return _spawned(argv, log, inherited, apart)


def _spawned(argv: Sequence[str], log: Path, inherited: int, flags: int) -> "subprocess.Popen[bytes]":
    startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [inherited]})
    with log.open("ab") as out:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, startupinfo=startup, creationflags=flags
        )


def spawn_piped(
    argv: Sequence[str], environment: Mapping[str, str]
) -> "tuple[subprocess.Popen[bytes], BinaryIO, BinaryIO]":
    """Start a process with a pipe to its standard input and one from its output, which hold 64 KiB each: those that
    subprocess makes hold 4. Raises OSError."""
    with contextlib.ExitStack() as its, contextlib.ExitStack() as ours:
        reads, to_it = _pipe()
        its.callback(os.close, reads)
        ours.callback(os.close, to_it)
        from_it, writes = _pipe()
        its.callback(os.close, writes)
        ours.callback(os.close, from_it)
        process = subprocess.Popen(argv, stdin=reads, stdout=writes, env=environment)
        ours.pop_all()
        return process, os.fdopen(to_it, "wb"), os.fdopen(from_it, "rb")


def _pipe() -> tuple[int, int]:
    """The descriptors of the two ends, from which is read and to which is written."""
    ends = wintypes.HANDLE(), wintypes.HANDLE()
    if not kernel32.CreatePipe(*map(ctypes.byref, ends), None, _PIPE_BYTES):
        raise ctypes.WinError(ctypes.get_last_error())
    read, written = (end.value or 0 for end in ends)
    return msvcrt.open_osfhandle(read, os.O_RDONLY), msvcrt.open_osfhandle(written, os.O_WRONLY)


def fork_detached(log: Path, kept: int) -> int | None:
    """None: there is no fork."""
    del log, kept
    return None


def wait_for_end(pid: int, seconds: float) -> bool:
    """Wait until a process is gone, and its files are closed with it; False where it is still there after `seconds`."""
    handle = kernel32.OpenProcess(_SYNCHRONIZE, False, pid)
    if not handle:
        return ctypes.get_last_error() == _ERROR_INVALID_PARAMETER  # no such process
    try:
        return bool(kernel32.WaitForSingleObject(handle, int(seconds * 1000)) == 0)
    finally:
        kernel32.CloseHandle(handle)


def program_of(pid: int) -> str:
    """What a process is called: `foobar2000.exe (4711)`."""
    handle = kernel32.OpenProcess(_QUERY_LIMITED, False, pid)
    if not handle:  # an elevated one, or gone
        return f"process {pid}"
    try:
        name, length = ctypes.create_unicode_buffer(_LONGEST_NAME), wintypes.DWORD(_LONGEST_NAME)
        found = kernel32.QueryFullProcessImageNameW(handle, 0, name, ctypes.byref(length))
    finally:
        kernel32.CloseHandle(handle)
    return f"{PureWindowsPath(name.value).name} ({pid})" if found else f"process {pid}"


def inheritable(fd: int) -> int:
    """The number under which a child process can open what `fd` is."""
    handle = msvcrt.get_osfhandle(fd)
    os.set_handle_inheritable(handle, True)
    return handle


def open_inherited(number: int) -> int:
    """The file descriptor for a number that the parent process passed on."""
    return msvcrt.open_osfhandle(number, os.O_WRONLY)
