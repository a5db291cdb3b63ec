"""Fill the options: defaults, then a TOML file, then the environment, then flags, each stronger than the one before."""

import difflib
import os
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from musfuse.config.option import OptionInfo
from musfuse.config.secretcommands import NO_COMMANDS, SECTION, SecretCommands, read_commands
from musfuse.config.secrets import REFERENCES, Secret, is_reference, unfit
from musfuse.config.sections import OF_SOURCES, OTHER_VARIABLES, TEXTS, Config, Sections
from musfuse.errors import ConfigError
from musfuse.platform.regular import read_guarded

_MAX_FILE = 1 << 20
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_Entries = list[tuple[str, Any]]
_Layer = dict[str, tuple[Any, str]]
"""What a file, the environment or the flags say: (value, where it stands) by option name."""


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Where secrets that options name are looked up."""

    env: Mapping[str, str]
    commands: SecretCommands = NO_COMMANDS


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, its values by option name, and where each of them came from (a phrase for people)."""

    config: Config
    values: Mapping[str, Any]
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a process was told when it was started, by file, environment and flags: as it was then, and how to read it
    anew (which may raise ConfigError)."""

    config: Config
    read: Callable[[], Config]


def default_file() -> Path:
    """Where the configuration file lies when nobody says otherwise."""
    import platformdirs

    return Path(platformdirs.user_config_dir("musfuse", appauthor=False)) / "config.toml"


def configuration_file(file: Path | None = None) -> Path:
    """The file that counts, whether it is there or not; `file` is the one that a flag names."""
    return file or _named_by(os.environ) or default_file()


def unknown_option(name: str, where: str, known: Iterable[str]) -> ConfigError:
    """The error for a name that is no option, with a suggestion; `where` it was read begins the message."""
    return ConfigError(f"{where}: no such option{_suggest(name, known)}")


def load_config(
    sections: Sections,
    file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
) -> Loaded:
    """Read and check all options of the sections.

    `file` must exist when given; the default file may be missing. `flags` maps option names (`view.policy`) to
    values, None meaning not given. Raises ConfigError with a suggestion for unknown names and unusable values, and for
    a secret that stands where others can read it.
    """
    env = os.environ if env is None else env
    options = sections.options
    values: dict[str, Any] = {name: info.default for name, info in options.items()}
    origins = dict.fromkeys(options, "default")
    from_file, repeated, commands = _from_file(file, env, sections)
    secrets = _Secrets(env, commands)
    layers = from_file, _from_env(secrets, options), _from_flags(flags or {}, secrets, options)
    for layer in layers:
        for name, (value, where) in layer.items():
            reference = value.reference if isinstance(value, Secret) else ""
            values[name], origins[name] = value, f"{where}, {reference}" if reference else where
    return Loaded(_build(sections, values, repeated).having(commands), values, origins)


def parsed_option(sections: Sections, name: str, text: str) -> Any:
    """The value of an option, by its name, that a text says, as a variable of the environment would. Raises
    ConfigError for an option that there is not, and for a value that cannot be its."""
    if name in sections.repeated:
        raise ConfigError(f"{name}: its section may be in the file many times; write it there")
    info = _known(name, sections.options, name)
    value = _checked(info, _parse(info, text, name), name, _Secrets(os.environ, NO_COMMANDS))
    if _stands_here(value):
        raise ConfigError(f"{name}: everybody can see a command line; name the secret: {REFERENCES}")
    return value


def _named_by(env: Mapping[str, str]) -> Path | None:
    return Path(env["MUSFUSE_CONFIG"]) if env.get("MUSFUSE_CONFIG") else None


def _build(sections: Sections, values: Mapping[str, Any], repeated: Sequence[tuple[str, _Layer]]) -> Config:
    made, each = [], dict[type[Any], tuple[Any, ...]]()
    for section in sections:
        if section.repeated:
            stated = [layer for name, layer in repeated if name == section.name]
            each[section.kind] = tuple(section.kind(**_own(layer)) for layer in stated)
            continue
        own = {entry.name: values[f"{section.name}.{entry.name}"] for entry in fields(section.kind)}
        made.append(section.kind(**own))
    return Config(*made, repeated=each)


def _own(layer: _Layer) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, (value, _) in layer.items()}


def _from_file(
    file: Path | None, env: Mapping[str, str], sections: Sections
) -> tuple[_Layer, Sequence[tuple[str, _Layer]], SecretCommands]:
    """What stands in the file: of options, of each of the sections that may be there many times, by its name, and the
    commands that tell secrets."""
    named = file or _named_by(env)
    path = named or default_file()
    try:
        entries, tables, alone, commands, problem = _entries(path, sections)
    except ConfigError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        if named:
            raise ConfigError(f"{path}: no such configuration file; `musfuse config init` writes one") from None
        return {}, (), NO_COMMANDS
    if problem:
        raise ConfigError(f"{path}: {problem}")
    secrets = _Secrets(env, commands)
    layer = _layer(path, entries, sections.options, alone, secrets)
    repeated = [
        (name, _whole(path, name, _layer(path, table, sections.repeated, alone, secrets), sections))
        for name, table in tables
    ]
    return layer, repeated, commands


def _layer(path: Path, entries: _Entries, options: Mapping[str, OptionInfo], alone: bool, secrets: _Secrets) -> _Layer:
    """Entries of a file that only its owner can read, if `alone`, as checked values. Raises ConfigError."""
    found: _Layer = {}
    for name, sealed in entries:
        where = f"{path}: {name}"
        value = _checked(_known(name, options, where), sealed, where, secrets)
        if not alone and _stands_here(value):
            raise ConfigError(
                f"{where}: a secret stands in a file that others than its owner can read; `chmod 600 {path}` mends"
                f" that, or name the secret: {REFERENCES}"
            )
        found[name] = value, str(path)
    return found


def _whole(path: Path, name: str, layer: _Layer, sections: Sections) -> _Layer:
    """One of the sections that may be there many times. Raises ConfigError where it lacks what has no default of use: a
    secret, or what would be refused."""
    for option, info in sections.repeated.items():
        needed = info.section == name and option not in layer
        if needed and (info.type is Secret or (info.check is not None and info.check(info.default))):
            raise ConfigError(f"{path}: [[{name}]] without {info.key}; write one: {info.help}")
    return layer


def _entries(
    path: Path, sections: Sections
) -> tuple[_Entries, Sequence[tuple[str, _Entries]], bool, SecretCommands, str]:
    """(option, value) of all that stands in a file, the same of each section that may be there many times, by its name,
    whether its owner alone can read it, the commands that tell secrets, and what is wrong with it.

    Secrets are sealed, and values of unknown options left out: no traceback of what is raised later shows one. Raises
    ConfigError for a file that cannot be read.
    """
    data, alone, own = read_guarded(path, _MAX_FILE)
    commands = NO_COMMANDS
    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return [], [], alone, commands, f"not valid TOML: {error}"
    found, repeated = list[tuple[str, Any]](), list[tuple[str, _Entries]]()
    many = {info.section for info in sections.repeated.values()}
    for section, entries in table.items():
        problem = _misplaced(section, entries, many)
        if problem:
            return [], [], alone, commands, problem
        if section == SECTION:
            commands = read_commands(entries, own, str(path))
        elif section in many:
            repeated += [(section, _stated(section, one, sections.repeated)) for one in entries]
        else:
            found += _stated(section, entries, sections.options)
    return found, repeated, alone, commands, ""


def _misplaced(section: str, entries: Any, many: Collection[str]) -> str:
    """What is wrong with how a section is written, '' where nothing is."""
    tables = entries if isinstance(entries, list) else [entries]
    if not all(isinstance(one, dict) for one in tables):
        return f"{section} stands outside a section; write it under one, such as [view]"
    if isinstance(entries, list) != (section in many):
        return f"{section} is a section that is written " + (f"[[{section}]]" if section in many else f"[{section}]")
    return ""


def _stated(section: str, entries: Mapping[str, Any], options: Mapping[str, OptionInfo]) -> _Entries:
    names = [(f"{section}.{key}", value) for key, value in entries.items()]
    return [(name, _sealed(options[name], value) if name in options else None) for name, value in names]


def _from_env(secrets: _Secrets, options: Mapping[str, OptionInfo]) -> _Layer:
    by_env = {info.env: info for info in options.values()}
    found: _Layer = {}
    for variable, text in secrets.env.items():
        if not variable.startswith("MUSFUSE_") or variable in OTHER_VARIABLES or variable.startswith(OF_SOURCES):
            continue
        if variable not in by_env:
            raise ConfigError(f"environment variable {variable}: no such option{_suggest(variable, by_env)}")
        info = by_env[variable]
        value = _checked(info, _parse(info, text, variable), variable, secrets)
        found[info.name] = value, f"environment {variable}"
    return found


def _from_flags(flags: Mapping[str, Any], secrets: _Secrets, options: Mapping[str, OptionInfo]) -> _Layer:
    found: _Layer = {}
    for name in [name for name, value in flags.items() if value is not None]:
        info, where = _known(name, options, name), f"flag for {name}"
        value = _checked(info, _sealed(info, flags[name]), where, secrets)
        if _stands_here(value):
            raise ConfigError(f"{where}: everybody can see a command line; name the secret: {REFERENCES}")
        found[name] = value, "flag"
    return found


def _known(name: str, options: Mapping[str, OptionInfo], where: str) -> OptionInfo:
    if name not in options:
        raise unknown_option(name, where, options)
    return options[name]


def _suggest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else "; `musfuse config show` lists them"


def _parse(info: OptionInfo, text: str, where: str) -> Any:
    if info.type is bool:
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise ConfigError(f"{where}: {text!r} is neither true nor false")
    if info.type is int:
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{where}: {text!r} is not a whole number") from None
    return _sealed(info, text)


def _sealed(info: OptionInfo, value: Any) -> Any:
    """A value as it was read; one that is to be a secret does not print from here on, and is None where it is no
    text."""
    if info.type is not Secret:
        return value
    return Secret(value) if isinstance(value, str) else None


def _stands_here(value: Any) -> bool:
    """Whether a value is a secret itself, not the name of one."""
    return isinstance(value, Secret) and value.reference == ""


def _checked(info: OptionInfo, value: Any, where: str, secrets: _Secrets) -> Any:
    if info.type is Secret:
        return _secret(value, where, secrets)
    if info.choices:
        if value not in info.choices:
            close = difflib.get_close_matches(str(value), info.choices, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{where}: {value!r} is not one of {', '.join(info.choices)}{hint}")
        return value
    if info.type == TEXTS:
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise ConfigError(f"{where}: {value!r} is not a list of texts")
        return tuple(value)
    wanted = {bool: "true or false", int: "a whole number", str: "text"}[info.type]
    if type(value) is not info.type:
        raise ConfigError(f"{where}: {value!r} is not {wanted}")
    problem = info.check(value) if info.check else None
    if problem:
        raise ConfigError(f"{where}: {value!r} {problem}")
    return value


def _secret(sealed: Secret | None, where: str, secrets: _Secrets) -> Secret:
    """What a sealed value is, or names."""
    if sealed is None:
        raise ConfigError(f"{where}: a secret is text; put it in quotes")
    if is_reference(sealed.reveal()):
        return Secret.kept_at(sealed.reveal(), where, secrets.env, secrets.commands)
    problem = unfit(sealed.reveal())
    if problem:
        raise ConfigError(f"{where}: the secret {problem}")
    return sealed
