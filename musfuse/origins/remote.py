"""What every kind of source has that lies on another machine: options and what they mean, and places that are compared
by their URIs alone."""

import importlib
import re
import types
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from musfuse.errors import ConfigError
from musfuse.origins.registry import UNINDEXED, SchemeOption
from musfuse.origins.spec import SourceSpec
from musfuse.origins.traits import IndexWhen

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_AMOUNT = re.compile(r"([0-9]{1,9})([kmg]?)", re.ASCII | re.IGNORECASE)


def amount(text: str) -> int | None:
    """A number of bytes such as 500k or 8M (powers of 1024); None for what is none."""
    found = _AMOUNT.fullmatch(text)
    return int(found[1]) * _UNITS[found[2].lower()] if found else None


def _no_amount(text: str) -> str:
    return "" if amount(text) else "bytes a second are wanted, such as 500k or 8M"


OPTIONS: Mapping[str, SchemeOption] = types.MappingProxyType(
    {
        "index": SchemeOption(
            "when frame indexes of its files are built, for which all of a file is read: as soon as there is time, when"
            " somebody asks for a file, or never",
            tuple(IndexWhen),
        ),
        UNINDEXED: SchemeOption(
            "how a file is shown that has no index yet: as it is, under its own name, until it has one, or as it is for"
            " view.unindexed",
            ("original", "wait", "hide"),
        ),
        "metered": SchemeOption(
            "what comes from it is paid for: nothing is read for an index that nobody asked for", ("true", "false")
        ),
        "bandwidth": SchemeOption("bytes a second that are taken from it at most", check=_no_amount),
    }
)


def index_when(spec: SourceSpec) -> IndexWhen:
    """When indexes of its files are built: on demand where nothing is said, since all of a file travels for one, and
    never before where that is paid for."""
    said = IndexWhen(spec.options.get("index", IndexWhen.LAZY))
    return IndexWhen.LAZY if said is IndexWhen.EAGER and is_metered(spec) else said


def indexes_idly(spec: SourceSpec) -> bool:
    """Whether its files may be read for indexes when nothing else is to be done, though nobody asked for them: where
    it was said how many bytes a second that may take, and they are not paid for."""
    return index_when(spec) is IndexWhen.LAZY and bool(bandwidth(spec)) and not is_metered(spec)


def is_metered(spec: SourceSpec) -> bool:
    """Whether what comes from it is paid for."""
    return spec.options.get("metered") == "true"


def bandwidth(spec: SourceSpec) -> int:
    """Bytes a second at most; 0: without bound."""
    return amount(spec.options.get("bandwidth", "")) or 0


class Place(Protocol):
    """A folder on another machine, as its URI tells it."""

    @property
    def uri(self) -> str:
        """Its one spelling."""

    @property
    def shown(self) -> str:
        """As people write it."""

    def below(self, other: Any) -> str | None:
        """The path inside of another place of its kind that this one has; '' for that itself, None where it lies
        elsewhere."""


class RemoteScheme:
    """What a scheme of this `name` answers of places without asking anybody; `place_of` reads its URIs, and raises
    ConfigError."""

    def __init__(self, name: str, place_of: Callable[[str], Place]) -> None:
        self.name, self._place_of = name, place_of

    def locate(self, text: str) -> str:
        """The URI of a folder. Raises ConfigError."""
        return self._place_of(text).uri

    def shown(self, uri: str) -> str:
        """The URI, with only that quoted that has to be."""
        return self._place_of(uri).shown

    def same(self, uri: str, other: str) -> bool:
        """Whether both have the same spelling: there is one for each place."""
        return uri == other

    def overlap(self, uri: str, other: str) -> bool:
        """Whether one folder is the other, or lies below it, whoever looks. What a place is may not depend on options,
        so buckets of one name at different servers count as one."""
        one, two = self._place_of(uri), self._place_of(other)
        return one.below(two) is not None or two.below(one) is not None

    def check(self, uri: str) -> None:
        """Nothing is asked here: that takes time, and the options and secrets that the source is opened with."""
        del uri

    def inside(self, uri: str, text: str) -> str | None:
        """The path inside of the folder that a URI of this scheme means."""
        if not text.lower().startswith(f"{self.name}://"):
            return None
        try:
            return self._place_of(text).below(self._place_of(uri))
        except ConfigError:
            return None


def need(package: str, spec: SourceSpec) -> None:
    """Load a package that comes with the extra of a source's scheme. Raises ConfigError where it is not installed."""
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ConfigError(f"{spec.uri}: needs the package {package}; `pip install 'musfuse[{spec.scheme}]'`") from error
