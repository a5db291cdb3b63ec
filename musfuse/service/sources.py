"""Sources: added, changed, moved, removed, restored, and forgotten some time after that.

user.db holds them and is committed first; the catalog mirrors them at every start and after every change, so that a
kill in between is caught up with before anything is shown.

The types of answers are loaded by who answers: every start needs the sources, and must not wait for more.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from musfuse.errors import ConfigError
from musfuse.library.catalog import CatalogSources
from musfuse.library.overlay import MetaCollector
from musfuse.library.userdb import KeptSource, SourceTable, UserDatabase
from musfuse.origins import Registry, SourceSpec
from musfuse.origins.registry import LOCAL, checked_options
from musfuse.origins.spec import DEFAULT_PRIORITY, MUSIC, scheme_of

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers
    from musfuse.service.port import Asked
    from musfuse.service.requests.sources import (
        SourceChanged,
        SourceMoved,
        SourceRemoved,
        SourceRestored,
        SourcesAdded,
        SourceShown,
        SourceTold,
    )

KEPT_DAYS = 90
"""Days that a removed source, and what was said of its tracks, can be restored."""
_DAY_NS = 86_400 * 1_000_000_000
_KINDS = (MUSIC,)
_MAX_PRIORITY = 1_000_000
_MAX_NAME = 200
T = TypeVar("T", "SourcesAdded", "SourceMoved", "SourceRestored")


class Sourcing:
    """The sources of a library. With `dry_run` methods tell what they would do, and do nothing.

    `adopt` is called after a change, when the catalog has it; `reach` raises ConfigError where a new source that lies
    elsewhere cannot be looked into. `unindexed` is how files of this machine are shown that have no index.
    """

    def __init__(
        self,
        database: UserDatabase,
        catalog: CatalogSources,
        collector: MetaCollector,
        registry: Registry,
        now_ns: Callable[[], int] = time.time_ns,
        unindexed: str = "wait",
    ) -> None:
        self._db, self._catalog, self._collector, self._registry = database, catalog, collector, registry
        self._unindexed, self._table, self._now_ns = unindexed, SourceTable(database), now_ns
        self._lock = threading.RLock()
        self.adopt: Callable[[], None] = lambda: None
        self.reach: Callable[[SourceSpec], None] = lambda _: None

    def answer(self, handlers: Handlers, rescan: Callable[[], object] | None = None) -> None:
        """Answer the requests about sources. `rescan` begins to look for files, where somebody does that at once."""
        from msgspec import structs

        from musfuse.service.requests import sources as asked

        def looked_for(changed: T, dry_run: bool) -> T:
            if dry_run or rescan is None:
                return changed
            rescan()
            return structs.replace(changed, scanning=True)

        handlers.on(asked.ListSources, lambda r: self.list(r.removed))
        handlers.on(asked.ShowSource, lambda r: self.show(r.source))
        handlers.on(asked.AddSources, lambda r: looked_for(self.add(r.places, r.dry_run, r.assignments), r.dry_run))
        handlers.on(asked.SetSource, lambda r: self.change(r.source, r.assignments, r.dry_run))
        handlers.on(asked.MoveSource, lambda r: looked_for(self.move(r.old, r.new, r.dry_run), r.dry_run))
        handlers.on(asked.RemoveSource, lambda r: self.remove(r.source, r.dry_run))
        handlers.on(asked.RestoreSource, lambda r: looked_for(self.restore(r.source, r.dry_run), r.dry_run))

    def specs(self) -> list[SourceSpec]:
        """The sources that are not removed, in order of priority."""
        return self._table.current()

    def kept_uids(self) -> list[str]:
        """The uids of all that are not forgotten, removed ones too."""
        return [kept.spec.uid for kept in self._table.all()]

    def take_over(self) -> None:
        """Keep the sources that only the catalog knows: user.db was made before it kept any, or is lost."""
        with self._lock, self._db.transaction():
            if self._table.had_none():
                for row in self._catalog.rows():
                    try:
                        scheme, uri = self._registry.locate(row.root)
                    except ConfigError:  # of a kind that is not known now
                        scheme, uri = scheme_of(row.root) or LOCAL, row.root
                    self._table.put(SourceSpec(row.uid, scheme, uri), self._now_ns())

    def mirror(self) -> bool:
        """Have the catalog know the sources; whether it knew others before."""
        with self._lock:
            places, how = {spec.uid: spec for spec in self.specs()}, self._registry.unindexed
            unindexed = {uid: how(spec, self._unindexed) for uid, spec in places.items()}
            return self._catalog.mirror([(uid, self._shown(spec)) for uid, spec in places.items()], unindexed)

    def purge(self) -> None:
        """Forget the sources that were removed long ago, and what was said of their tracks."""
        now = self._now_ns()
        with self._lock:
            for kept in self._table.all():
                if kept.removed_ns is not None and self._days_left(kept.removed_ns, now) <= 0:
                    with self._db.transaction():
                        self._collector.purge(kept.spec.uid)
                        self._table.purge(kept.spec.uid)

    def list(self, removed: bool = False) -> tuple[SourceTold, ...]:
        """The sources, or those that are removed."""
        from musfuse.service.requests.sources import SourceTold

        now, found = self._now_ns(), []
        states = {row.root: "scanned" for row in self._catalog.rows()}
        states |= dict.fromkeys(self._catalog.unscanned(), "not yet scanned")
        states |= dict.fromkeys(self._catalog.empty(), "no music found")
        states |= {root: why.removeprefix(f"{root}: ") for root, why in self._catalog.away().items()}
        for kept in self._table.all():
            if (kept.removed_ns is not None) == removed:
                state = None if removed else states.get(self._shown(kept.spec), "not yet scanned")
                found.append(SourceTold(**self._told(kept, now), state=state))
        return tuple(found)

    def show(self, source: Asked) -> SourceShown:
        """All that is known of a source, removed or not."""
        from musfuse.service.requests.sources import SourceShown

        kept = self._find(source, removed=None)
        spec, uid = kept.spec, kept.spec.uid
        states = {row.id: row.state for row in self.list()}
        return SourceShown(
            **self._told(kept, self._now_ns()), scheme=spec.scheme, uri=spec.uri, options=spec.options,
            secrets=spec.secrets, added_ns=kept.added_ns, state=states.get(uid), tracks=self._catalog.tracks(uid),
            overlays=self._overlays(uid),
        )  # fmt: skip

    def add(self, places: Sequence[Asked], dry_run: bool = False, assignments: Sequence[str] = ()) -> SourcesAdded:
        """Add places, with KEY=VALUE set as `change` does; one that is there stays as it is, one that was removed is
        restored. All of them, or none."""
        from musfuse.service.requests.sources import SourcesAdded

        if not dry_run:
            self._try_out(places, assignments)
        with self._lock:
            before = self.specs()
            wanted = list(dict.fromkeys(self._locate(place) for place in places))
            known = self._by_place()
            new = [place for place in wanted if place not in known or known[place].removed_ns is not None]
            others = [(spec.scheme, spec.uri) for spec in before]
            for scheme, uri in wanted:
                self._registry.scheme(scheme).check(uri)
                if (scheme, uri) in new:
                    self._check_apart(scheme, uri, others)
                    others.append((scheme, uri))
                    self._assigned(SourceSpec("", scheme, uri), assignments)
            if new and not dry_run:
                with self._db.transaction():
                    for scheme, uri in new:
                        if (scheme, uri) in known:
                            spec = known[scheme, uri].spec
                            self._table.restore(spec.uid)
                        else:
                            spec = self._table.add(scheme, uri, self._registry.shown(scheme, uri), self._now_ns())
                        if assignments:
                            self._table.change(self._assigned(spec, assignments))
                self._changed()
            return SourcesAdded(
                tuple(self._registry.shown(*place) for place in new if place not in known),
                tuple(self._registry.shown(*place) for place in new if place in known),
                tuple(self._registry.shown(*place) for place in wanted if place not in new),
                tuple(self._shown(spec) for spec in before if (spec.scheme, spec.uri) not in wanted),
            )

    def move(self, old: Asked, new: Asked, dry_run: bool = False) -> SourceMoved:
        """The source `old` lies at `new` now; all that is known and said of its files goes with it."""
        from musfuse.service.requests.sources import SourceMoved

        with self._lock:
            kept = self._find(old)
            scheme, uri = self._locate(new)
            self._registry.scheme(scheme).check(uri)
            self._check_apart(scheme, uri, [(o.scheme, o.uri) for o in self.specs() if o.uid != kept.spec.uid])
            moved = replace(kept.spec, scheme=scheme, uri=uri)
            self._check_fits(moved)
        if not dry_run:
            self.reach(moved)
        with self._lock:
            if not dry_run:
                self._table.change(moved)
                self._changed()
            tracks, overlays = self._catalog.tracks(moved.uid), self._overlays(moved.uid)
            return SourceMoved(moved.uid, self._shown(kept.spec), self._shown(moved), tracks, overlays)

    def change(self, source: Asked, assignments: Sequence[str], dry_run: bool = False) -> SourceChanged:
        """Set KEY=VALUE: priority, name, kind, and the options and secrets of its kind of source; an empty value takes
        back what was set."""
        from musfuse.service.requests.sources import Setting, SourceChanged

        with self._lock:
            spec = self._find(source).spec
            wanted = self._assigned(spec, assignments)
            if not dry_run and wanted != spec:
                self._table.change(wanted)
                self._changed()
            changes = tuple(
                Setting(key, before, after)
                for (key, before), (_, after) in zip(_values(spec, wanted), _values(wanted, spec), strict=True)
                if before != after
            )
            return SourceChanged(spec.uid, self._shown(spec), changes)

    def remove(self, source: Asked, dry_run: bool = False) -> SourceRemoved:
        """Take a source off the drive; it can be restored for some time, with what was said of its tracks."""
        from musfuse.service.requests.sources import SourceRemoved

        with self._lock:
            spec = self._find(source).spec
            tracks = self._catalog.tracks(spec.uid)
            if not dry_run:
                self._table.remove(spec.uid, self._now_ns())
                self._changed()
            return SourceRemoved(spec.uid, self._shown(spec), tracks, self._overlays(spec.uid), KEPT_DAYS)

    def restore(self, source: Asked, dry_run: bool = False) -> SourceRestored:
        """Bring a removed source back."""
        from musfuse.service.requests.sources import SourceRestored

        with self._lock:
            spec = self._find(source, removed=True).spec
            self._check_apart(spec.scheme, spec.uri, [(o.scheme, o.uri) for o in self.specs()])
            if not dry_run:
                self._table.restore(spec.uid)
                self._changed()
            return SourceRestored(spec.uid, self._shown(spec), self._overlays(spec.uid))

    def _try_out(self, places: Sequence[Asked], assignments: Sequence[str]) -> None:
        """Raise ConfigError where a place that would be new cannot be looked into. It may take seconds, so no lock is
        held."""
        known = self._by_place()
        for scheme, uri in dict.fromkeys(self._locate(place) for place in places):
            kept = known.get((scheme, uri))
            if kept is None or kept.removed_ns is not None:
                self._registry.scheme(scheme).check(uri)
                self.reach(self._assigned(kept.spec if kept else SourceSpec("", scheme, uri), assignments))

    def _by_place(self) -> dict[tuple[str, str], KeptSource]:
        return {(kept.spec.scheme, kept.spec.uri): kept for kept in reversed(self._latest_first())}

    def _changed(self) -> None:
        self.mirror()
        self.adopt()

    def _find(self, source: Asked, removed: bool | None = False) -> KeptSource:
        """A source by its uid, its name or its location. Raises ConfigError."""
        text, full = source
        candidates = [k for k in self._latest_first() if removed is None or (k.removed_ns is not None) == removed]
        place: tuple[str, str] | None = None
        try:
            place = self._locate((text, full))
        except ConfigError:
            if not any(text in (kept.spec.uid, kept.spec.name, kept.spec.uri) for kept in candidates):
                raise
        found = [k for k in candidates if text in (k.spec.uid, k.spec.uri)]
        found += [k for k in candidates if (k.spec.scheme, k.spec.uri) == place]
        found += [k for k in candidates if text and text == k.spec.name]
        if found:
            return found[0]
        what, shows = ("removed source", " --removed") if removed else ("source", "")
        raise ConfigError(f"{text}: no {what} of this library; `musfuse source list{shows}` shows them")

    def _latest_first(self) -> Sequence[KeptSource]:
        """All sources, those that are not removed in front: a place may be that of several, once others were moved."""
        return sorted(self._table.all(), key=lambda kept: -kept.removed_ns if kept.removed_ns else -math.inf)

    def _locate(self, place: Asked) -> tuple[str, str]:
        """(scheme, URI) of a place, as it is spelled already where it is known: Windows ignores case."""
        scheme, uri = self._registry.locate(place[1] or place[0])
        known = (kept.spec.uri for kept in self._latest_first() if kept.spec.scheme == scheme)
        return scheme, next((other for other in known if self._registry.scheme(scheme).same(uri, other)), uri)

    def _check_apart(self, scheme: str, uri: str, others: Sequence[tuple[str, str]]) -> None:
        """Raise ConfigError where a place lies within one of the others, or one of them in it."""
        known = self._registry.scheme(scheme)
        nested = next((other for kind, other in others if kind == scheme and known.overlap(uri, other)), None)
        if nested == uri:
            raise ConfigError(f"{known.shown(uri)}: a source of this library already; remove that one first")
        if nested is not None:
            raise ConfigError(
                f"{known.shown(uri)}: overlaps the source {known.shown(nested)}; its files would appear twice"
            )

    def _check_fits(self, spec: SourceSpec) -> None:
        """Raise ConfigError where options or secrets are none of its scheme."""
        checked_options(self._registry.scheme(spec.scheme), {**spec.options, **spec.secrets})

    def _assigned(self, spec: SourceSpec, assignments: Sequence[str]) -> SourceSpec:
        """The source with what was assigned. Raises ConfigError."""
        given = _parsed(assignments)
        own = {key: given.pop(key) for key in ("priority", "name", "kind") if key in given}
        scheme = self._registry.scheme(spec.scheme)
        emptied = {key for key, value in given.items() if not value} & {*scheme.options, *scheme.secrets}
        options, secrets = checked_options(scheme, {key: given[key] for key in given if key not in emptied})
        return replace(
            spec,
            options={key: value for key, value in {**spec.options, **options}.items() if key not in emptied},
            secrets={key: value for key, value in {**spec.secrets, **secrets}.items() if key not in emptied},
            priority=_priority(own["priority"]) if "priority" in own else spec.priority,
            name=self._name(spec, own["name"]) if "name" in own else spec.name,
            kind=_kind(own["kind"]) if "kind" in own else spec.kind,
        )

    def _name(self, spec: SourceSpec, name: str) -> str:
        """A name that is nobody else's. Raises ConfigError."""
        try:
            usable = len(name) <= _MAX_NAME and name.isprintable() and b"/" not in name.encode()
        except UnicodeEncodeError:
            usable = False
        if not usable:
            raise ConfigError(f"name: {name[:60]!r} can be no name of a source; a short text without a slash is wanted")
        other = next((o for o in self._table.all() if name and o.spec.name == name and o.spec.uid != spec.uid), None)
        if other is not None:
            raise ConfigError(f"name: {name} is the name of {self._shown(other.spec)}; choose another")
        return name

    def _shown(self, spec: SourceSpec) -> str:
        return self._registry.shown(spec.scheme, spec.uri)

    def _overlays(self, uid: str) -> int:
        """Of how many tracks of a source something is said."""
        return sum(1 for _ in self._collector.keys(uid))

    def _told(self, kept: KeptSource, now: int) -> dict[str, Any]:
        """The fields of SourceTold but `state`."""
        spec, removed = kept.spec, kept.removed_ns
        return {
            "location": self._shown(spec), "id": spec.uid, "name": spec.name, "priority": spec.priority,
            "kind": spec.kind, "removed_ns": removed,
            "days_left": None if removed is None else max(0, self._days_left(removed, now)),
        }  # fmt: skip

    @staticmethod
    def _days_left(removed_ns: int, now: int) -> int:
        """Days until a removed source is forgotten, rounded up."""
        return -((now - removed_ns - KEPT_DAYS * _DAY_NS) // _DAY_NS)


def _parsed(assignments: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in assignments:
        key, equals, value = text.partition("=")
        if not equals or not key or key in found:
            problem = "comes twice" if key in found else "is no KEY=VALUE"
            raise ConfigError(f"{text[:60]}: {problem}; write it as in priority=50")
        found[key] = value
    return found


def _priority(text: str) -> int:
    if not text:
        return DEFAULT_PRIORITY
    if not re.fullmatch("[0-9]{1,7}", text) or int(text) > _MAX_PRIORITY:
        wanted = f"a whole number up to {_MAX_PRIORITY} is wanted; the smaller comes first"
        raise ConfigError(f"priority: {text[:60]!r}: {wanted}")
    return int(text)


def _kind(text: str) -> str:
    if (text or MUSIC) not in _KINDS:
        raise ConfigError(f"kind: {text[:60]!r} is none; one of {', '.join(_KINDS)} is wanted")
    return text or MUSIC


def _values(spec: SourceSpec, other: SourceSpec) -> list[tuple[str, str]]:
    """All that can be set of a source, by key: of both, so that two lists have the same keys."""
    keys = sorted({*spec.options, *other.options, *spec.secrets, *other.secrets})
    own: Mapping[str, str] = {**spec.options, **spec.secrets}
    fields = [("kind", spec.kind), ("name", spec.name), ("priority", str(spec.priority))]
    return [*fields, *((key, own.get(key, "")) for key in keys)]
