"""Secrets that a program tells, such as a password manager. `[secret_commands]` of the user's own configuration file
names these programs, and nothing else can: a secret only names the entry, `command:NAME`, so that who may set a source
cannot have a program run by that.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from musfuse.errors import ConfigError, plainly
from musfuse.platform import system

SECTION = "secret_commands"
SECONDS = 10.0
"""Seconds that a program may take; it is ended then, with what it started."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_WANTED = 'write it as a list of the program and its arguments, such as nas = ["pass", "show", "nas"]'


@dataclass(frozen=True, slots=True)
class SecretCommands:
    """Programs, each with its arguments, by the name of their entry."""

    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def told_by(self, name: str, most: int, seconds: float = SECONDS) -> tuple[str, str]:
        """What a program says, without the line break at its end, and what is wrong with it ('' for nothing). No shell
        reads its words, it gets no input, and nothing of what it says on stderr is kept. Over `most` bytes are refused.
        """
        argv = self.by_name.get(name)
        if argv is None:
            return "", f"is not there; [{SECTION}] of the configuration file names such commands"
        try:
            data, problem = _said(argv, most, seconds)
        except (OSError, ValueError) as error:
            return "", f"cannot be run: {plainly(error) if isinstance(error, OSError) else error}"
        if problem:
            return "", problem
        try:
            return data.decode().removesuffix("\n").removesuffix("\r"), ""
        except UnicodeDecodeError:
            return "", "says no text in UTF-8"


NO_COMMANDS = SecretCommands()
"""Where no configuration file names any."""


def is_name(text: str) -> bool:
    """Whether an entry can have this name."""
    return _NAME.fullmatch(text) is not None


def read_commands(entries: Mapping[str, Any], guarded: bool, where: str) -> SecretCommands:
    """The commands of a file, which is `guarded` where nobody but its owner can write it. Raises ConfigError."""
    if entries and not guarded:
        raise ConfigError(
            f"{where}: [{SECTION}] stands in a file that others than you can write, who could have any program run;"
            " `chmod go-w` on it mends that"
        )
    found = dict[str, tuple[str, ...]]()
    for name, argv in entries.items():
        if not is_name(name):
            raise ConfigError(f"{where}: {SECTION}.{name[:60]}: can be no name; letters, digits, - and _ can")
        if not isinstance(argv, list) or not argv or not all(isinstance(word, str) and word for word in argv[:1]):
            raise ConfigError(f"{where}: {SECTION}.{name}: names no program; {_WANTED}")
        if not all(isinstance(word, str) and "\0" not in word for word in argv):
            raise ConfigError(f"{where}: {SECTION}.{name}: has an argument that is no text; {_WANTED}")
        found[name] = tuple(argv)
    return SecretCommands(MappingProxyType(found))


def _said(argv: tuple[str, ...], most: int, seconds: float) -> tuple[bytes, str]:
    """What a program writes, and what is wrong with how it ended. Raises OSError."""
    import threading

    with _running(argv) as process:
        assert process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            system.end_group(process)

        alarm = threading.Timer(seconds, end)
        alarm.daemon = True
        alarm.start()
        try:
            data = process.stdout.read(most + 1)
            if len(data) > most:
                return b"", f"says over {most:,} bytes"
            status = process.wait()
        finally:
            alarm.cancel()
            system.end_group(process)  # one that said too much; it is gone else
    if late.is_set():
        return b"", f"took over {seconds:g} s; is it waiting for somebody to unlock it?"
    return (data, "") if status == 0 else (b"", f"failed with status {status}; run it by hand to see why")


@contextmanager
def _running(argv: tuple[str, ...]) -> Iterator["subprocess.Popen[bytes]"]:
    process = system.spawn_group(argv)
    with process:
        yield process
