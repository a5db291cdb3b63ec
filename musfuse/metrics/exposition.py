"""Figures as text: Prometheus' own format (0.0.4), and OpenMetrics 1.0.0."""

import re
from collections.abc import Iterable, Iterator
from math import isfinite

from musfuse.metrics.recorder import Family, Sample

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def as_prometheus(families: Iterable[Family]) -> str:
    """A page as Prometheus reads it. Raises ValueError for a name that it does not take."""
    return "".join(_lines(families, opens=False))


def as_openmetrics(families: Iterable[Family]) -> str:
    """The same as OpenMetrics has it: a counter's family is named without `_total`, and the page says that it ends."""
    return "".join(_lines(families, opens=True)) + "# EOF\n"


def _lines(families: Iterable[Family], opens: bool) -> Iterator[str]:
    for family in families:
        total = "_total" if family.kind == "counter" else ""
        name = _checked(_NAME, family.name)
        head = name if opens else name + total
        yield f"# HELP {head} {_escaped(family.help, quotes=opens)}\n# TYPE {head} {family.kind}\n"
        for sample in family.samples:
            yield f"{name}{total}{sample.suffix}{_labels(sample)} {_number(sample.value)}\n"


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    pairs = (f'{_checked(_LABEL, name)}="{_escaped(value, quotes=True)}"' for name, value in sample.labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str, quotes: bool) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    text = text.replace('"', '\\"') if quotes else text
    return text.encode("utf-8", "replace").decode("utf-8")


def _number(value: float) -> str:
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


def _checked(what: re.Pattern[str], name: str) -> str:
    if not what.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a name of a metric or a label")
    return name
