"""One option written into a configuration file; all else in it stays as it is, comments too.

The file is changed line by line, and believed only where it reads back as what was there before with that one
difference: what a line editor does not understand is refused, never damaged.
"""

import os
import re
import stat
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from musfuse.config.template import toml_value
from musfuse.errors import ConfigError, plainly
from musfuse.platform import system
from musfuse.platform.regular import read_regular

_MOST = 1 << 20
_HEAD = re.compile(r"[ \t]*\[")


def save_option(path: Path, name: str, value: object) -> None:
    """Have an option, by its name, stand in a file with this value; the file is made where there is none. Raises
    ConfigError where that cannot be."""
    target = Path(os.path.realpath(path))  # one that is a link stays one
    text = _read(target)
    changed = edited(text, name, value)
    if changed is None:
        section, _, key = name.partition(".")
        raise ConfigError(
            f"{path}: is written in a way that is left to you; set {key} = {toml_value(value)} under [{section}] there"
        )
    if changed != text:
        _replace(target, changed)


def edited(text: str, name: str, value: object) -> str | None:
    """A file's text with an option set; None where no line of it can be changed for that."""
    before = _parsed(text)
    section, _, key = name.partition(".")
    if before is None or not isinstance(before.get(section, {}), dict):
        return None
    wanted = {**before, section: {**before.get(section, {}), key: value}}
    lines = text.splitlines(keepends=True)
    line = f"{key} = {toml_value(value)}\n"
    for tried in (_exchanged(lines, section, key, line), _inserted(lines, section, line), _added(text, section, line)):
        if tried is not None and _parsed(tried) == wanted:
            return tried
    return None


def _exchanged(lines: list[str], section: str, key: str, line: str) -> str | None:
    """The line of the option, in its section, in place of the one that is there."""
    of_key = re.compile(rf"[ \t]*{re.escape(key)}[ \t]*=")
    for number in _body(lines, section):
        if of_key.match(lines[number]):
            commented = line.rstrip("\n") + _comment(lines[number]) + "\n"
            return "".join([*lines[:number], commented, *lines[number + 1 :]])
    return None


def _comment(line: str) -> str:
    """The comment behind the value of a line, with the blanks before it; a `#` in a text is none: before it the text
    has no end."""
    found = (mark.start() for mark in re.finditer(r"[ \t]*#", line))
    return next((line[at:].rstrip("\r\n") for at in found if _parsed(line[:at]) is not None), "")


def _inserted(lines: list[str], section: str, line: str) -> str | None:
    """The line as the first one of its section."""
    head = _head(lines, section)
    if head is None:
        return None
    ended = [lines[head] if lines[head].endswith("\n") else lines[head] + "\n"]
    return "".join([*lines[:head], *ended, line, *lines[head + 1 :]])


def _added(text: str, section: str, line: str) -> str:
    """A section of its own at the end."""
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}[{section}]\n{line}"


def _head(lines: list[str], section: str) -> int | None:
    pattern = re.compile(rf"[ \t]*\[[ \t]*{re.escape(section)}[ \t]*\][ \t]*(#.*)?$")
    return next((number for number, line in enumerate(lines) if pattern.match(line.rstrip("\r\n"))), None)


def _body(lines: list[str], section: str) -> range:
    head = _head(lines, section)
    if head is None:
        return range(0)
    end = next((number for number in range(head + 1, len(lines)) if _HEAD.match(lines[number])), len(lines))
    return range(head + 1, end)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _read(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        return read_regular(path, _MOST).decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no text in UTF-8; mend it first") from error


def _replace(path: Path, text: str) -> None:
    """Put a whole file in place of another, with its mode; one that is new can be read by its owner alone."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        new.replace(path)
        with suppress(OSError):
            system.flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {plainly(error)}") from error
