"""Fill the options: defaults, then a TOML file, then the environment, then flags, each stronger than the one before."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from musfuse.config.options import Config, OptionInfo, all_options
from musfuse.errors import ConfigError
from musfuse.platform.regular import read_regular

_MAX_FILE = 1 << 20
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
# Variables under the prefix that are not options: where the program's own folders are.
_OTHER_ENV = ("MUSFUSE_LIBRARY", "MUSFUSE_CONFIG", "MUSFUSE_RUNTIME_DIR", "MUSFUSE_VENV")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, and where each of its values came from (option name to a phrase for people)."""

    config: Config
    origins: Mapping[str, str]


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
    file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
) -> Loaded:
    """Read and check all options.

    `file` must exist when given; the default file may be missing. `flags` maps option names (`view.policy`) to
    values, None meaning not given. Raises ConfigError with a suggestion for unknown names and unusable values.
    """
    env = os.environ if env is None else env
    options = all_options()
    values: dict[str, Any] = {name: info.default for name, info in options.items()}
    origins = dict.fromkeys(options, "default")
    for layer in (_from_file(file, env, options), _from_env(env, options), _from_flags(flags or {}, options)):
        for name, (value, where) in layer.items():
            values[name], origins[name] = value, where
    return Loaded(_build(values), origins)


def _named_by(env: Mapping[str, str]) -> Path | None:
    return Path(env["MUSFUSE_CONFIG"]) if env.get("MUSFUSE_CONFIG") else None


def _build(values: Mapping[str, Any]) -> Config:
    sections = {}
    for section in fields(Config):
        kind: Any = type(section.default)
        sections[section.name] = kind(**{entry.name: values[f"{section.name}.{entry.name}"] for entry in fields(kind)})
    return Config(**sections)


def _from_file(
    file: Path | None, env: Mapping[str, str], options: Mapping[str, OptionInfo]
) -> dict[str, tuple[Any, str]]:
    named = file or _named_by(env)
    path = named or default_file()
    try:
        table = tomllib.loads(read_regular(path, _MAX_FILE).decode())
    except ConfigError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        if named:
            raise ConfigError(f"{path}: no such configuration file; `musfuse config init` writes one") from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    found: dict[str, tuple[Any, str]] = {}
    for section, entries in table.items():
        if not isinstance(entries, dict):
            raise ConfigError(f"{path}: {section} stands outside a section; write it under one, such as [view]")
        for key, value in entries.items():
            name = f"{section}.{key}"
            where = f"{path}: {name}"
            info = _known(name, options, where)
            found[name] = (_checked(info, value, where), str(path))
    return found


def _from_env(env: Mapping[str, str], options: Mapping[str, OptionInfo]) -> dict[str, tuple[Any, str]]:
    by_env = {info.env: info for info in options.values()}
    found: dict[str, tuple[Any, str]] = {}
    for variable, text in env.items():
        if not variable.startswith("MUSFUSE_") or variable in _OTHER_ENV:
            continue
        if variable not in by_env:
            raise ConfigError(f"environment variable {variable}: no such option{_suggest(variable, by_env)}")
        info = by_env[variable]
        found[info.name] = (_checked(info, _parse(info, text, variable), variable), f"environment {variable}")
    return found


def _from_flags(flags: Mapping[str, Any], options: Mapping[str, OptionInfo]) -> dict[str, tuple[Any, str]]:
    given = {name: value for name, value in flags.items() if value is not None}
    return {name: (_checked(_known(name, options, name), v, f"flag for {name}"), "flag") for name, v in given.items()}


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
    return text


def _checked(info: OptionInfo, value: Any, where: str) -> Any:
    if info.choices:
        if value not in info.choices:
            close = difflib.get_close_matches(str(value), info.choices, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{where}: {value!r} is not one of {', '.join(info.choices)}{hint}")
        return value
    wanted = {bool: "true or false", int: "a whole number", str: "text"}[info.type]
    if type(value) is not info.type:
        raise ConfigError(f"{where}: {value!r} is not {wanted}")
    problem = info.check(value) if info.check else None
    if problem:
        raise ConfigError(f"{where}: {value!r} {problem}")
    return value
