"""Views: added, changed, removed.

user.db holds them and is committed first; the catalog mirrors them at every start and after every change, so that a
kill in between is caught up with.
"""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from musfuse.errors import ConfigError, MountError
from musfuse.library.catalog import Database, Nodes, trees
from musfuse.library.filters import checked_filter, kept_filter
from musfuse.library.templates import Template
from musfuse.library.userdb import ViewSpec, ViewTable, no_view
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import FormatRegistry
from musfuse.rendition import parse_policy
from musfuse.service.handlers import Handlers
from musfuse.service.requests import views as asked
from musfuse.service.requests.sources import Setting
from musfuse.service.requests.views import ViewChanged, ViewRemoved, ViewTold

MAIN = "main"
_NAME = re.compile(r"\w[\w. -]{0,63}", re.ASCII)
_FIELDS = ("template", "policy", "filter")
_LONGEST = 4096
"""Characters of a template or filter: both are asked for each track, and listed."""


class Viewing:
    """The views of a library. `main` is the main view as it is configured. With `dry_run` methods tell what they would
    do, and do nothing.

    `adopt` is called after a change, and tells whether trees are made in the background; `mounts` tells where a view is
    mounted, and `unmount` takes it away from there.
    """

    def __init__(
        self, table: ViewTable, database: Database, vocabulary: Callable[[], Vocabulary], main: ViewSpec
    ) -> None:
        self._table, self._db, self._vocabulary, self._main = table, database, vocabulary, main
        self._lock = threading.RLock()
        self.adopt: Callable[[], bool] = lambda: False
        self.mounts: Callable[[str], Sequence[str]] = lambda _: ()
        self.unmount: Callable[[str], None] = lambda _: None

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about views."""
        handlers.on(asked.ListViews, lambda _: self.list())
        handlers.on(asked.ShowView, lambda r: self.show(r.name))
        handlers.on(asked.AddView, lambda r: self.add(ViewSpec(r.name, r.template, r.policy, r.filter), r.dry_run))
        handlers.on(asked.SetView, self.change)
        handlers.on(asked.RemoveView, lambda r: self.remove(r.name, r.force, r.dry_run))

    def list(self) -> tuple[ViewTold, ...]:
        """The views, the main one first, then in the order in which they were added."""
        with self._db.read() as db:
            known, made = trees.views(db), trees.trees(db)
        making = {tree.view for tree in made if not tree.shown}
        return tuple(self._told(spec, known.get(spec.name), making) for spec in (self._main, *self._table.all()))

    def show(self, name: str) -> ViewTold:
        """One view. Raises ConfigError where there is none of the name."""
        found = next((told for told in self.list() if told.name == name), None)
        if found is None:
            raise no_view(name)
        return found

    def add(self, spec: ViewSpec, dry_run: bool = False) -> ViewChanged:
        """Add a view. Raises ConfigError."""
        with self._lock:
            if not _NAME.fullmatch(spec.name) or spec.name != spec.name.strip():
                raise ConfigError(
                    f"{spec.name[:80]!r} can be no name of a view; 1 to 64 of a-z, A-Z, 0-9, _ - . and spaces are"
                    " wanted, beginning with a letter, a digit or _"
                )
            for known in (MAIN, *(known.name for known in self._table.all())):
                if known.lower() == spec.name.lower():
                    raise ConfigError(f"{known}: there is a view of this name; `musfuse view set` changes it")
            return self._keep(ViewSpec(spec.name), spec, dry_run)

    def change(self, request: asked.SetView) -> ViewChanged:
        """Change some of a view. Raises ConfigError."""
        with self._lock:
            before = self._find(request.name)
            given = {name: value for name in _FIELDS if (value := getattr(request, name)) is not None}
            return self._keep(before, replace(before, **given), request.dry_run)

    def remove(self, name: str, force: bool = False, dry_run: bool = False) -> ViewRemoved:
        """Remove a view. Raises ConfigError, MountError where it is mounted and `force` is not set."""
        with self._lock:
            self._find(name)
            files, mounts = self.show(name).files, tuple(self.mounts(name))
            if mounts and not force:
                places = ", ".join(mounts)
                raise MountError(f"{name}: mounted at {places}; `musfuse unmount` it first, or say --force")
            if not dry_run:
                self._table.remove(name)
                self.adopt()
                for mountpoint in mounts:  # last, because a process may end with its last mount
                    self.unmount(mountpoint)
            return ViewRemoved(name, files, mounts)

    def _find(self, name: str) -> ViewSpec:
        """A view that can be changed. Raises ConfigError."""
        if name == MAIN:
            raise ConfigError(
                "main: the view that every library has follows the configuration; set view.template and view.policy"
                " there, as `musfuse config show` tells"
            )
        found = next((spec for spec in self._table.all() if spec.name == name), None)
        if found is None:
            raise no_view(name)
        return found

    def _keep(self, before: ViewSpec, spec: ViewSpec, dry_run: bool) -> ViewChanged:
        """Keep what a view is from now on. Raises ConfigError where that cannot be."""
        spec = self._checked(before, spec)
        changes = tuple(
            Setting(name, getattr(before, name), getattr(spec, name))
            for name in _FIELDS
            if getattr(before, name) != getattr(spec, name)
        )
        is_new = all(known.name != spec.name for known in self._table.all())
        if dry_run or not (changes or is_new):
            return ViewChanged(spec.name, changes)
        self._table.put(spec)
        return ViewChanged(spec.name, changes, self.adopt())

    def _checked(self, before: ViewSpec, spec: ViewSpec) -> ViewSpec:
        """What a view is to be as it is kept. What stays was checked when it was set: a field that has gone from all
        tracks since is in nobody's way. Raises ConfigError."""
        for name in _FIELDS:
            _check_text(name, getattr(spec, name))
        if spec.template and spec.template != before.template:
            Template(spec.template)
        if spec.policy and spec.policy != before.policy:
            try:
                spec = replace(spec, policy=str(parse_policy(spec.policy)))
            except ConfigError as error:
                raise ConfigError(f"policy: {error}") from None
        if spec.filter != before.filter:
            spec = replace(spec, filter=checked_filter(spec.filter, self._vocabulary()))
        return spec

    def _told(self, spec: ViewSpec, view: int | None, making: set[int]) -> ViewTold:
        folders, files = Nodes(self._db, view).counts() if view is not None else (0, 0)
        return ViewTold(
            spec.name, spec.template or self._main.template, spec.policy or self._main.policy, spec.filter,
            () if spec.name == MAIN else tuple(name for name in _FIELDS if getattr(spec, name)), folders, files,
            self._problem(spec) or ("being made" if view is None or view in making else "ready"),
            tuple(self.mounts(spec.name)),
        )  # fmt: skip

    @staticmethod
    def _problem(spec: ViewSpec) -> str:
        """Why a view cannot be shown any more as it was once set; empty where it can."""
        try:
            if spec.template:
                Template(spec.template)
            if spec.policy:
                parse_policy(spec.policy)
            kept_filter(spec.filter, FormatRegistry(()))  # which formats there are is no matter of what was kept
        except ConfigError as error:
            return str(error).partition("\n")[0]
        return ""


def _check_text(name: str, text: str) -> None:
    """Raise ConfigError for what no database takes, or nobody would read."""
    if len(text) > _LONGEST:
        raise ConfigError(f"{name}: {len(text)} characters are too many; {_LONGEST} at most are wanted")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(f"{name}: {text[:60]!r} is no text in UTF-8")
