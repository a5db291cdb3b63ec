"""Options that every kind of source has that lies on another machine, and what they mean."""

import re
import types
from collections.abc import Mapping

from musfuse.origins.registry import SchemeOption
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
        "bandwidth": SchemeOption("bytes a second that are taken from it at most", check=_no_amount),
    }
)


def index_when(spec: SourceSpec) -> IndexWhen:
    """When indexes of its files are built: on demand where nothing is said, since all of a file travels for one."""
    return IndexWhen(spec.options.get("index", IndexWhen.LAZY))


def bandwidth(spec: SourceSpec) -> int:
    """Bytes a second at most; 0: without bound."""
    return amount(spec.options.get("bandwidth", "")) or 0
