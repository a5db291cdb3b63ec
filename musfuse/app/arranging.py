"""Views that are rearranged by hand: who may do it, in whose turn, and who hears of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from musfuse.errors import NoEntryError, StoreError
from musfuse.events import EventBus, TagsChanged
from musfuse.library.arranging.bringing import bring_in_all, is_behind
from musfuse.library.catalog import Database, Node
from musfuse.library.naming import ViewRules
from musfuse.library.options import ViewOptions
from musfuse.library.overlay import MetaCollector
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb.arrangement import ArrangementTable, Edit
from musfuse.model import TagSource

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from musfuse.library.arranging.arranger import Arranger, Edited
    from musfuse.library.arranging.retagging import Retags
    from musfuse.library.pipeline.overlay import Overlaying
    from musfuse.service.handlers import Handlers


class Arranging:
    """Makes edits of views. `turn` is held by whoever gives names, `rules` are those of all views, whose numbers
    `numbers` gives by name; `name_tracks` runs the pipeline; `tags` are what keeps them, what brings them into the
    catalog, and who hears of that. `on_edited` is told of each edit and of its view, and `on_taken_back` of a view in
    which edits were taken back."""

    def __init__(
        self,
        user: UserDatabase,
        database: Database,
        rules: Sequence[ViewRules],
        numbers: Callable[[], dict[str, int]],
        turn: "AbstractContextManager[object]",
        name_tracks: Callable[[], None],
        options: ViewOptions,
        tags: tuple[MetaCollector, "Callable[[], Overlaying]", EventBus],
    ) -> None:
        self._user, self._db, self._rules, self._numbers = user, database, rules, numbers
        self._turn, self._name_tracks, self._options = turn, name_tracks, options
        self._collector, self._overlaying, self._events = tags
        self._in_doubt = False
        self.on_edited: Callable[[int, Edited], None] = lambda *_: None
        self.on_taken_back: Callable[[int], None] = lambda _: None

    def is_behind(self) -> bool:
        """Whether the catalog knows other edits than those that are kept, as a kill leaves it."""
        return is_behind(self._user, self._db)

    def catch_up(self) -> None:
        """Have the catalog know the edits that are kept; the pipeline shows what that makes."""
        if self.is_behind():
            bring_in_all(self._user, self._db)

    def edits(self, view: int) -> "ViewEdits | None":
        """What changes a view, by its number, for its drive; None where nobody may."""
        return ViewEdits(self, view) if self._options.writable_view else None

    def said_by_move(self, view: int, node: Node, parent: Node, name: str) -> "Retags | None":
        """The tags that a move in a view says, where that is wanted; None for a move that is an edit."""
        if not self._options.rename_tags or node.copy:
            return None
        from musfuse.library.arranging.retagging import Retagging

        rules = next(rules for rules in self._rules if rules.view == view)
        return Retagging(self._db, rules).of_move(node, parent, name)

    def retag(self, said: "Retags") -> None:
        """Make the tags of tracks what a move said, and name them; by who has no turn."""
        change = self._collector.apply_delta(said.deltas, TagSource.USER, "drive", said.what)
        if change.seq:
            self._overlaying().adopt(change.seq, self._collector.keys_of(change.seq))
            self._name_tracks()
            self._events.publish(TagsChanged(change.seq))

    def explained(self, view: str, item: int, public: int, copy: int = 0) -> tuple[str, Edit | None]:
        """Where the template would have an item of a view, and the edit by which it is elsewhere, or gone; nothing
        where it is where the template says. Of a `copy` of it, the edit by which that is where it is."""
        from musfuse.library.arranging.explaining import explained

        number = self._numbers().get(view)
        rules = next((rules for rules in self._rules if rules.view == number), None)
        table = ArrangementTable(self._user, view)
        return explained(self._db, table, rules, item, public, copy) if rules else ("", None)

    def arranger(self, view: int) -> "Arranger":
        """Edits of a view, for who has the turn. Raises NoEntryError where it is gone. Loaded when something is edited,
        because mounting is not to wait."""
        from musfuse.library.arranging.arranger import Arranger

        name = next((name for name, number in self._numbers().items() if number == view), None)
        if name is None:
            raise NoEntryError(f"view {view}: it was removed meanwhile")
        return Arranger(self._user, self._db, self._rules, view, name)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Nobody else gives names in the block. Whatever was left undone where a disk was full is done first."""
        if self._in_doubt:
            self.catch_up()
            self._name_tracks()
            self._in_doubt = False
        with self._turn:
            try:
                yield
            except StoreError:
                self._in_doubt = True
                raise

    def named_again(self, done: Callable[[], object]) -> None:
        """Do something in a turn, after which tracks have to be named."""
        with self.turn():
            done()
        self._name_tracks()

    def answer(self, handlers: "Handlers") -> None:
        """Answer the requests about edits."""
        from musfuse.service.edits import ViewEdits as Telling

        Telling(
            lambda name: ArrangementTable(self._user, name), self._numbers,
            lambda name, count: self._taken_back(name, lambda arranger: arranger.take_back(count)),
            lambda name: self._taken_back(name, lambda arranger: arranger.reset()),
        ).answer(handlers)  # fmt: skip

    def _taken_back(self, name: str, take: "Callable[[Arranger], object]") -> None:
        view = self._numbers()[name]
        self.named_again(lambda: take(self.arranger(view)))
        self.on_taken_back(view)

    def edited(self, view: int, edited: "Edited") -> None:
        """An edit was made, by who has the turn."""
        self.on_edited(view, edited)


class ViewEdits:
    """The edits of one view as its drive asks for them (`drive.rearranging.Edits`)."""

    def __init__(self, arranging: Arranging, view: int) -> None:
        self._arranging, self._view = arranging, view
        self._left = False
        self._said: Retags | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For the time of the block nobody else changes the view."""
        with self._arranging.turn():
            yield
            left, self._left = self._left, False
            said, self._said = self._said, None
        if said is not None:
            self._arranging.retag(said)
        if left:
            self._arranging.named_again(nullcontext)

    def make_folder(self, parent: Node, name: str) -> None:
        """Make a folder."""
        self._told(self._arranger.make_folder(parent, name))

    def copy(self, item: int, parent: Node, name: str, over: Node | None) -> None:
        """Make one more entry of a track, in the place of what is there."""
        self._told(self._arranger.copy(item, parent, name, over))

    def show(self, folder: Node, name: str, path: str) -> None:
        """Have a folder show a companion of a name, as the one at a path."""
        self._told(self._arranger.show(folder, name, path))

    def remove_folder(self, folder: Node) -> None:
        """Remove a folder in which nothing is."""
        self._told(self._arranger.remove_folder(folder))

    def remove_file(self, file: Node) -> None:
        """Take a track out of the view."""
        self._told(self._arranger.remove_file(file))

    def hide(self, folder: Node, name: str) -> None:
        """Have a folder not show one of its companions."""
        self._told(self._arranger.hide(folder, name))

    def move(self, node: Node, parent: Node, name: str, over: Node | None) -> None:
        """Move a track or folder, in the place of what is there."""
        if over is None:
            self._said = self._arranging.said_by_move(self._view, node, parent, name)
        if self._said is None:
            self._told(self._arranger.move(node, parent, name, over))

    @property
    def _arranger(self) -> "Arranger":
        return self._arranging.arranger(self._view)

    def _told(self, edited: "Edited") -> None:
        self._left = self._left or edited.left
        self._arranging.edited(self._view, edited)
