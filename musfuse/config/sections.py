"""Which sections there are, and their values. This package knows none by itself: who composes hands them in.

A section is a frozen dataclass of options, declared by the package whose options they are. The TOML file,
`MUSFUSE_SECTION_KEY` environment variables, `musfuse config show` and `docs/configuration.md` all derive from it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from musfuse.config.option import OptionInfo
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError

S = TypeVar("S")
OTHER_VARIABLES = ("MUSFUSE_LIBRARY", "MUSFUSE_CONFIG", "MUSFUSE_RUNTIME_DIR", "MUSFUSE_VENV")
"""Variables of the environment under the prefix that are not options: where the program's own folders are."""
OF_SOURCES = "MUSFUSE_SOURCE_"
"""How variables begin that hold secrets of sources: MUSFUSE_SOURCE_NAME_SECRET."""
_TAKEN = ("secret_commands", "source")
_NONE: Mapping[type[Any], tuple[Any, ...]] = MappingProxyType({})
TEXTS = tuple[str, ...]
"""The type of a list of texts, which only a repeated section has: there is no one way to write it as a variable."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Section:
    """A section by its name in the file; `kind` is the dataclass that declares its options and holds their values. One
    that is `repeated` stands in the file as often as somebody likes (`[[name]]`), and nowhere else."""

    name: str
    kind: type[Any]
    repeated: bool = False


class Sections:
    """The sections that a process knows, in the order in which they are shown. Built once, and handed in."""

    def __init__(self, sections: Iterable[Section]) -> None:
        """Raises ConfigError for two sections of one name or type, two options of one environment variable, and for an
        option that could not be written in a file."""
        self._sections = tuple(sections)
        options: dict[str, OptionInfo] = {}
        repeated: dict[str, OptionInfo] = {}
        names, kinds, variables = set[str](), set[type[Any]](), set(OTHER_VARIABLES)
        for section in self._sections:
            if section.name in _TAKEN:
                raise ConfigError(f"[{section.name}]: no section of options can have this name; choose another")
            if section.name in names:
                raise ConfigError(f"[{section.name}]: two sections have this name; rename one of them")
            if section.kind in kinds:
                raise ConfigError(f"[{section.name}]: {section.kind.__name__} has the options of another section, too")
            names.add(section.name)
            kinds.add(section.kind)
            for info in _declared(section):
                if section.repeated:
                    repeated[info.name] = info
                    continue
                if info.env in variables:
                    raise ConfigError(f"{info.name}: {info.env} stands for something else already; rename the option")
                variables.add(info.env)
                options[info.name] = info
        self.options: Mapping[str, OptionInfo] = MappingProxyType(options)
        """Every option by its name, in order of declaration."""
        self.repeated: Mapping[str, OptionInfo] = MappingProxyType(repeated)
        """The same of sections that stand in a file many times."""

    def __iter__(self) -> Iterator[Section]:
        return iter(self._sections)


class Config:
    """The values of all sections, each by the dataclass that declares it: `config[FlacOptions].level`. A section of
    which nothing was said has its defaults."""

    __slots__ = ("_repeated", "_values")

    def __init__(self, *sections: object, repeated: Mapping[type[Any], tuple[Any, ...]] = _NONE) -> None:
        self._values: Mapping[type[Any], object] = {type(values): values for values in sections}
        self._repeated = repeated

    def __getitem__(self, kind: type[S]) -> S:
        """The values of a section."""
        values = self._values.get(kind)
        return values if isinstance(values, kind) else kind()

    def each(self, kind: type[S]) -> tuple[S, ...]:
        """The values of a repeated section, in the order of the file."""
        return self._repeated.get(kind, ())

    def repeating(self, other: "Config") -> "Config":
        """This configuration with the repeated sections of another."""
        return Config(*self._values.values(), repeated=other._repeated)

    def having(self, *sections: object) -> "Config":
        """This configuration with other values of some sections."""
        return Config(*self._values.values(), *sections, repeated=self._repeated)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Config):
            return NotImplemented
        return all(self[kind] == other[kind] for kind in {*self._values, *other._values}) and all(
            self.each(kind) == other.each(kind) for kind in {*self._repeated, *other._repeated}
        )

    def __repr__(self) -> str:
        return f"Config({', '.join(map(repr, self._values.values()))})"


def _declared(section: Section) -> Iterator[OptionInfo]:
    """The options of a section. Raises ConfigError."""
    if not _NAME.fullmatch(section.name):
        raise ConfigError(f"[{section.name}]: no name of a section; lower-case words are, joined by _")
    if not is_dataclass(section.kind):
        raise ConfigError(f"[{section.name}]: {section.kind.__name__} is no dataclass, which a section has to be")
    types = get_type_hints(section.kind)
    for entry in fields(section.kind):
        if "help" not in entry.metadata or not _NAME.fullmatch(entry.name):
            raise ConfigError(f"{section.name}.{entry.name}: not declared with option(), under a lower-case name")
        info = OptionInfo(section.name, entry.name, types[entry.name], entry.default, **entry.metadata)
        known = (bool, int, str, Secret, TEXTS) if section.repeated else (bool, int, str, Secret)
        if info.type not in known and not info.choices:
            raise ConfigError(
                f"{info.name}: {info.type} is no type of an option, as bool, int, str, Secret, Literal are"
            )
        if info.type is Secret and (info.check or info.default):
            raise ConfigError(f"{info.name}: a secret has neither a check nor a default but the empty one")
        if type(info.default) is not (str if info.choices else tuple if info.type == TEXTS else info.type):
            raise ConfigError(f"{info.name}: its default {info.default!r} is of another type")
        yield info
