"""What the installer and the uninstaller have the installed Python do: what is beyond the means of their script.

    python -m musfuse_setup ACTION ANSWER [ARGUMENT]...

ANSWER is a file for what is to be said, in UTF-16, as the script reads it. NSIS holds texts of up to 1,024 characters,
and many users' PATH is longer: it would be cut.

Exit codes: 0 done, 2 failed, 3 a drive is in use.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import reduce
from pathlib import Path

DONE, FAILED, IN_USE = 0, 2, 3
_END_SECONDS = 60.0
_MOST_SAID = 800
"""Characters of an answer."""
_ENVIRONMENT, _RUN = "Environment", r"Software\Microsoft\Windows\CurrentVersion\Run"
_NAME = "musfuse"
_ONLY_THERE = "only Windows has a registry"


def with_entry(path: str, folder: str) -> str:
    """A PATH that has a folder, once: at its end where it was missing."""
    if any(_same(entry, folder) for entry in path.split(";")):
        return path
    return f"{path.rstrip(';')};{folder}".lstrip(";")


def without_entry(path: str, folder: str) -> str:
    """A PATH without a folder; all other entries stay as they are."""
    return ";".join(entry for entry in path.split(";") if not _same(entry, folder))


def command_line(program: str, source: str, drive: str) -> str:
    """What runs at a logon: the drive of the library with one more source, or with those that it has where `source` is
    empty."""
    import subprocess

    return subprocess.list2cmdline([program, "mount", *([source] if source else []), drive])


def add_to_path(folder: str) -> str:
    """Add a folder to this user's PATH."""
    _change_path(lambda path: with_entry(path, folder))
    return ""


def remove_from_path(*folders: str) -> str:
    """Remove a folder, which may have several names, from this user's PATH."""
    _change_path(lambda path: reduce(without_entry, folders, path))
    return ""


def mount_at_logon(program: str) -> str:
    """Have a drive mounted whenever this user logs on. The script hands source and drive in as variables: on a command
    line the backslash of `D:\\` would take its quotation mark away."""
    if sys.platform != "win32":
        raise OSError(_ONLY_THERE)
    import winreg

    source, drive = os.environ.get("MUSFUSE_SETUP_SOURCE", ""), os.environ.get("MUSFUSE_SETUP_DRIVE") or "*"
    line = command_line(program, source, drive)
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
        winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, line)
    return ""


def mount_no_more() -> str:
    """Have nothing mounted at a logon."""
    if sys.platform != "win32":
        raise OSError(_ONLY_THERE)
    import winreg

    with suppress(FileNotFoundError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN, 0, winreg.KEY_SET_VALUE) as key:
        winreg.DeleteValue(key, _NAME)
    return ""


def end(force: str = "") -> str:
    """End all processes of this user that own a library; their drives go. Raises BlockingIOError, and leaves that
    process and those behind it alone, where files are open on a drive, unless it is forced."""
    from musfuse.control import owners
    from musfuse.errors import ControlError
    from musfuse.platform import system

    for client in owners():
        with client:
            state = client.call("progress")
            if not force:
                _unmount(Path(state["library"]), state["mounts"])
            with suppress(ControlError):  # who unmounted its last drive may be gone
                client.call("stop")
        if not system.wait_for_end(state["pid"], _END_SECONDS):
            raise OSError(f"process {state['pid']} of musfuse was told to end, and goes on; end it in the Task Manager")
    return ""


def remove_library(program: str) -> str:
    """Remove this user's library and configuration from their usual folder; the program may lie below it, and stays."""
    import platformdirs

    from musfuse.platform import system

    home, kept = Path(platformdirs.user_data_dir(_NAME, appauthor=False)), Path(program)
    for entry in _entries(home):
        if entry == kept or entry in kept.parents:
            continue
        if entry.is_dir() and not system.is_link(os.lstat(entry)):
            shutil.rmtree(entry)
        else:
            entry.unlink()  # of a link to a folder the link
    with suppress(OSError):
        home.rmdir()
    return ""


ACTIONS: dict[str, Callable[..., str]] = {
    "path-add": add_to_path,
    "path-remove": remove_from_path,
    "logon-on": mount_at_logon,
    "logon-off": mount_no_more,
    "end": end,
    "remove-library": remove_library,
}


def main(arguments: list[str]) -> int:
    """Do what the script asks for; the exit code."""
    action, answer, *rest = arguments
    try:
        said, code = ACTIONS[action](*rest), DONE
    except BlockingIOError as error:
        said, code = str(error), IN_USE
    except Exception as error:  # the script has to be told, whatever it is
        said, code = f"{error}" or type(error).__name__, FAILED
    Path(answer).write_bytes(said[:_MOST_SAID].encode("utf-16-le", "replace"))
    return code


def _unmount(library: Path, mounts: list[str]) -> None:
    """Unmount where nobody has files open. Raises BlockingIOError."""
    from musfuse.cli.common import connect
    from musfuse.errors import MusfuseError
    from musfuse.service.requests.owner import UnmountFrom

    for mount in mounts:
        try:
            with connect(library) as service:
                service.call(UnmountFrom(Path(mount)))
        except MusfuseError as error:
            raise BlockingIOError(str(error)) from error


def _same(entry: str, folder: str) -> bool:
    return entry.strip().strip('"').rstrip("\\").casefold() == folder.rstrip("\\").casefold()


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from list(folder.iterdir())


def _change_path(change: Callable[[str], str]) -> None:
    """Change this user's PATH in the registry, and tell all programs; of the same kind as it was, or one that expands
    variables where it is new."""
    if sys.platform != "win32":
        raise OSError(_ONLY_THERE)
    import winreg

    access = winreg.KEY_QUERY_VALUE | winreg.KEY_SET_VALUE
    with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, _ENVIRONMENT, 0, access) as key:
        try:
            before, kind = winreg.QueryValueEx(key, "Path")
        except FileNotFoundError:
            before, kind = "", winreg.REG_EXPAND_SZ
        if not isinstance(before, str):
            raise OSError("your PATH in the registry is no text; musfuse leaves it as it is")
        after = change(before)
        if after == before:
            return
        if after:
            winreg.SetValueEx(key, "Path", 0, kind, after)
        else:
            winreg.DeleteValue(key, "Path")
    _tell_programs()


def _tell_programs() -> None:
    """Have those that run take note of changed variables, as Explorer does for what it starts."""
    if sys.platform != "win32":
        raise OSError(_ONLY_THERE)
    import ctypes

    everybody, changed, unless_hung, milliseconds = 0xFFFF, 0x1A, 0x2, 2000
    ctypes.windll.user32.SendMessageTimeoutW(everybody, changed, 0, "Environment", unless_hung, milliseconds, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
