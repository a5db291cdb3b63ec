"""A configuration file to begin with: every option with its default, as a comment."""

import textwrap
from pathlib import Path
from typing import TextIO

from musfuse.config.option import OptionInfo
from musfuse.config.secrets import MASK, REFERENCES, Secret
from musfuse.config.sections import Sections
from musfuse.errors import ConfigError, plainly

_HEAD = """\
# Options of musfuse. What begins with `#` is the default: take the `#` away in front of an option to change it.
# The environment (MUSFUSE_SECTION_KEY) and flags are stronger; `musfuse config show` prints what counts.
"""


def toml_value(value: object) -> str:
    """A value as TOML writes it; of a secret, that there is one."""
    if isinstance(value, Secret):
        return MASK if value else '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def commented_defaults(sections: Sections) -> str:
    """The file's text; it changes nothing until somebody edits it."""
    parts = [_HEAD]
    for section in sections:
        doc = " ".join((section.kind.__doc__ or "").split())
        if section.repeated:
            parts.append(_outline(section.name, doc, sections))
            continue
        parts.append(f"\n# {doc}\n[{section.name}]\n")
        parts += [_entry(info) for info in sections.options.values() if info.section == section.name]
    return "".join(parts)


def _outline(name: str, doc: str, sections: Sections) -> str:
    """A section that stands there as often as somebody likes, which has no defaults to begin from: as prose."""
    infos = [info for info in sections.repeated.values() if info.section == name]
    lines = [f"#   {info.key} = {toml_value(info.default)}: {info.help}" for info in infos]
    return "\n".join((f"\n# {doc}", f"#   [[{name}]]", *lines, ""))


def _entry(info: OptionInfo) -> str:
    text = textwrap.fill(info.help, 110, initial_indent="# ", subsequent_indent="# ")
    choices = f"# One of: {', '.join(info.choices)}\n" if info.choices else ""
    if info.type is Secret:
        choices = f"# A secret: {REFERENCES}, or itself, where nobody else can read this file.\n"
    return f"\n{text}\n{choices}#{info.key} = {toml_value(info.default)}\n"


def _write_whole(path: Path, file: TextIO, text: str) -> None:
    """All of it, or the file is gone again: it would be taken for one that somebody wrote."""
    try:
        file.write(text)
        file.flush()
    except OSError:
        path.unlink()
        raise


def write_defaults(path: Path, sections: Sections) -> None:
    """Write the file where none is; raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            _write_whole(path, file, commented_defaults(sections))
    except FileExistsError as error:
        what = "is there already; edit it, or move it away" if path.exists() else f"cannot be made: {plainly(error)}"
        raise ConfigError(f"{path}: {what}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {plainly(error)}") from error
