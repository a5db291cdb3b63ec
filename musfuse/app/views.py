"""The views of a library as they are now: the main one, those that are kept in user.db, and those handed in."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from musfuse.app.arranging import Arranging
from musfuse.app.build.drive import Drives
from musfuse.config import Config
from musfuse.drive import Drive
from musfuse.drive.tree import Tree
from musfuse.errors import ConfigError, StoreError
from musfuse.events import EventBus, TreeChanged
from musfuse.library.catalog import Database, Nodes, trees
from musfuse.library.naming import ViewRules
from musfuse.library.options import ViewOptions
from musfuse.library.pipeline.building import Building, Step
from musfuse.library.templates import Template
from musfuse.library.userdb import UserDatabase, ViewSpec, ViewTable, no_view
from musfuse.library.userdb.arrangement import Edit
from musfuse.media.art.options import ArtOptions
from musfuse.media.engine import MediaEngine
from musfuse.media.flac.options import FlacOptions
from musfuse.media.formats import FormatRegistry
from musfuse.model import Rendition
from musfuse.rendition import parse_policy

if TYPE_CHECKING:
    from musfuse.library.filters import Filter
    from musfuse.library.vocabulary import Vocabulary
    from musfuse.service.views import Viewing

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
_TOLD = 20
"""Steps after which progress is told."""

MAIN = "main"
"""The name of the view that every library has."""


def main_rules(config: Config, template: Template, engine: MediaEngine) -> ViewRules:
    """The rules of the main view. Options that decide about names or bytes are part of the rules' text, so that a
    change of them is seen at the next start."""
    art = config[ArtOptions]
    retag_all = art.embed == "always" or art.max_pixels > 0
    more = f"repair={config[FlacOptions].repair} retag_all={retag_all}"
    policy = str(parse_policy(config[ViewOptions].policy))
    return ViewRules(template, policy, engine.rendition_of, more, retag_all, needs_index=engine.needs_index)


class Views(Sequence[ViewRules]):
    """The rules of all views, the main one first: a sequence whose content changes as a whole. A view has the main
    view's rules where it does not say otherwise. A view that the catalog lacks is made there.

    `main` are the main view's rules, `more` views that are not kept. Raises ConfigError where one of those cannot be;
    of kept ones that is only logged, because they could not be mended otherwise, and the drive needs no room on a disk.
    """

    def __init__(
        self,
        database: Database,
        table: ViewTable,
        main: ViewRules,
        formats: FormatRegistry,
        more: Sequence[ViewSpec] = (),
    ) -> None:
        self._db, self._table, self._formats, self._more = database, table, formats, more
        self._main = replace(main, filter_of=self._filter)
        self._now: dict[str, ViewRules] = {}
        self.load()

    def load(self) -> None:
        """Take over what user.db says now."""
        made = {MAIN: self._main}
        for spec in self._table.all():
            try:
                made[spec.name] = self._rules(spec)
            except (ConfigError, StoreError) as error:
                log.warning("the view %s is not shown: %s", spec.name, error)
        for spec in self._more:
            made[spec.name] = self._rules(spec)
        self._now = made

    def names(self) -> dict[str, int]:
        """The numbers of the views by name."""
        return {name: rules.view for name, rules in self._now.items()}

    def renditions(self) -> set[Rendition]:
        """What the views make of lossless audio."""
        return {parse_policy(rules.policy) for rules in self._now.values()}

    def named(self, name: str) -> ViewRules | None:
        """The rules of a view; None where there is none."""
        return self._now.get(name)

    @overload
    def __getitem__(self, index: int) -> ViewRules: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[ViewRules]: ...

    def __getitem__(self, index: int | slice) -> ViewRules | Sequence[ViewRules]:
        return list(self._now.values())[index]

    def __len__(self) -> int:
        return len(self._now)

    def __iter__(self) -> Iterator[ViewRules]:
        return iter(list(self._now.values()))

    def _rules(self, spec: ViewSpec) -> ViewRules:
        template = Template(spec.template) if spec.template else self._main.template
        chosen = self._filter(spec.filter)
        policy = str(parse_policy(spec.policy)) if spec.policy else self._main.policy
        return replace(
            self._main, template=template, policy=policy, filter=chosen, view=self._number(spec.name),
        )  # fmt: skip

    def _number(self, name: str) -> int:
        with self._db.read() as db:
            known = trees.views(db).get(name)
        if known is not None:
            return known
        with self._db.write() as db:
            return trees.add_view(db, name)

    def _filter(self, text: str) -> "Filter | None":
        from musfuse.library.filters import kept_filter

        return kept_filter(text, self._formats) if text else None


def make_viewing(
    config: Config, user: UserDatabase, database: Database, vocabulary: "Callable[[], Vocabulary]", trees: "TreeMaking"
) -> "Viewing":
    """The use cases of views, whose trees are made after each change."""
    from musfuse.service.views import Viewing

    main = ViewSpec(MAIN, config[ViewOptions].template, config[ViewOptions].policy)
    made = Viewing(ViewTable(user), database, vocabulary, main)
    made.adopt = trees.follow
    return made


class ShownViews:
    """What use cases ask of views by their names. Each method raises ConfigError where there is no such view."""

    def __init__(self, database: Database, views: Views, drives: Drives, arranging: Arranging) -> None:
        self._db, self._views, self._drives, self.arranging = database, views, drives, arranging

    def drive(self, view: str) -> Drive:
        """The drive of a view."""
        try:
            return self._drives[view]
        except KeyError:
            raise no_view(view) from None

    def shown(self, view: str) -> tuple[Tree, Nodes]:
        """The tree of a view."""
        return self.drive(view).tree, self.nodes(view)

    def previewed(self, view: str, template: str) -> tuple[Tree, Nodes]:
        """Raise ConfigError: who only reads makes this, and disturbs nobody."""
        raise ConfigError(f"{view} by {template}: only a command shows this, where it can read the library by itself")

    def nodes(self, view: str) -> Nodes:
        """The nodes of a view."""
        return Nodes(self._db, self._rules(view).view)

    def template(self, view: str) -> str:
        """The template by which a view names."""
        return self._rules(view).template.text

    def explained(self, view: str, item: int, public: int, copy: int = 0) -> tuple[str, Edit | None]:
        """Where the template would have an item of a view, and the edit by which somebody put it, or a `copy` of it,
        elsewhere."""
        return self.arranging.explained(view, item, public, copy)

    def _rules(self, view: str) -> ViewRules:
        rules = self._views.named(view)
        if rules is None:
            raise no_view(view)
        return rules


class TreeMaking:
    """Has each view shown by a drive, and its tree made by its rules. `lock` is held while it is settled what views
    there are."""

    def __init__(
        self, database: Database, views: Views, drives: Drives, events: EventBus, lock: AbstractContextManager[object]
    ) -> None:
        self._db, self._views, self._drives, self._events, self._lock = database, views, drives, events, lock
        self._building = Building(database, views)
        self.in_background: Callable[[], object] | None = None
        """Has trees made in the background, where somebody does that."""

    def adopt(self) -> None:
        """Take over what user.db says of views: each has a drive from now on, and others have none."""
        with self._lock:
            self._views.load()
            self._building.adopt()
        self._drives.follow(self._views.names())  # without the lock: a drive that goes waits for threads that name

    def follow(self) -> bool:
        """As `adopt`, and make the trees that this takes; whether that is done in the background."""
        self.adopt()
        if self.in_background is None:
            self.build()
            return False
        self.in_background()
        return True

    def begin(self) -> None:
        """Note which trees are to be made, and which are not wanted any more."""
        with self._lock:
            self._building.adopt()

    def is_due(self) -> bool:
        """Whether there is anything to be made or removed. Costs the same for every library."""
        with self._lock:
            return self._building.is_due()

    def build(self, stops: Callable[[], bool] = lambda: False, progress: Progress = lambda *_: None) -> int:
        """Make the trees that views want by their rules of today, and then show them; how many. Until then the views
        show what they did. Trees that this replaces are removed the next time. `stops` is called between steps of some
        milliseconds, and tells whether to go on another time."""
        self.begin()
        while not stops() and self._building.drop():
            pass
        shown = steps = 0
        while not stops():
            step = self._building.step()
            if step.shown:
                shown += 1
                self._changed(step)
            elif not step.left:
                break
            if steps % _TOLD == 0:
                progress(*self._building.progress())
            steps += 1
        return shown

    def _changed(self, step: Step) -> None:
        drive = self._drives.of_view(step.shown)
        if drive is not None:
            drive.replaced(trees.TreeNames(self._db, step.before))
        self._events.publish(TreeChanged(Nodes(self._db).generation()))
