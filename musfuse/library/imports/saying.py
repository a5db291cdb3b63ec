"""What an import says of tags: as changes of overlays, on behalf of a source, as far as that is new."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from musfuse.library.catalog.candidates import Candidate
from musfuse.library.catalog.pairs import Pairs
from musfuse.library.exchange.foreign import Values
from musfuse.library.imports.differing import Fields
from musfuse.library.overlay import Delta, MetaCollector, Overlay
from musfuse.model import TagSource

_SHOWN = 200
_NOTHING = Overlay()


@dataclass(frozen=True, slots=True)
class Said:
    """A field of a track before and after."""

    path: str
    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(slots=True)
class Saying:
    """Over the overlays that there are: counts the `fields` of so many `tracks` that would change, those that a lock
    keeps (`refused`), and those that a stronger source has in front (`hidden`)."""

    collector: MetaCollector
    source: TagSource
    tracks: int = 0
    fields: int = 0
    refused: int = 0
    hidden: int = 0
    shown: list[Said] = field(default_factory=list)

    def new(self, row: Candidate, fields: Fields, served: Mapping[str, Values]) -> Fields:
        """What of these fields is new, and may be said."""
        overlay = self.collector.load_overlay(row.key) if row.edited_ns else _NOTHING
        found = Fields()
        for name, values in fields.items():
            slots = overlay.fields.get(name, {})
            if overlay.is_locked(name) and self.source is not TagSource.USER:
                self.refused += 1
            elif slots.get(self.source) != values:
                found[name] = values
                self.hidden += any(source.rank > self.source.rank for source in slots)
        if found:
            self.tracks += 1
            self.fields += len(found)
            self._show(row, found, served)
        return found

    def _show(self, row: Candidate, fields: Fields, served: Mapping[str, Values]) -> None:
        if len(self.shown) >= _SHOWN:
            return
        embedded = row.embedded
        for name, values in fields.items():
            after = embedded.get(name, ()) if values is None else values
            self.shown.append(Said(row.source, name, served.get(name, ()), after))
        del self.shown[_SHOWN:]

    @staticmethod
    def deltas(pairs: Pairs) -> Iterator[Delta]:
        """What is to be said, track by track."""
        for pair in pairs.changed():
            fields = json.loads(pair.fields)
            yield Delta(pair.key, {name: None if v is None else tuple(v) for name, v in fields.items()})
