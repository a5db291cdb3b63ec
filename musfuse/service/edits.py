"""What somebody rearranged in views by hand: told, and taken back."""

from collections.abc import Callable, Collection

from musfuse.errors import ConfigError
from musfuse.library.userdb import no_view
from musfuse.library.userdb.arrangement import ArrangementTable, Edit
from musfuse.service.handlers import Handlers
from musfuse.service.requests.edits import EditsUndone, EditTold, ListEdits, ResetView, UndoEdits

_TOLD = 100


class ViewEdits:
    """The edits of all views, whose names `views` gives. `take_back` takes back the last ones of a view, so many, and
    `reset` all; who only reads has neither."""

    def __init__(
        self,
        table: Callable[[str], ArrangementTable],
        views: Callable[[], Collection[str]],
        take_back: Callable[[str, int], object] | None = None,
        reset: Callable[[str], object] | None = None,
    ) -> None:
        self._table, self._views, self._take_back, self._reset = table, views, take_back, reset

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about edits."""
        handlers.on(ListEdits, lambda asked: tuple(map(told, self._known(asked.name).latest(asked.limit))))
        handlers.on(UndoEdits, self.undo)
        handlers.on(ResetView, self.reset)

    def undo(self, asked: UndoEdits) -> EditsUndone:
        """Take back the last edits of a view. Raises ConfigError."""
        table = self._known(asked.name)
        count = table.count_from(asked.to) if asked.to else min(asked.count, table.count())
        if asked.to and all(edit.seq != asked.to for edit in table.edits(asked.to - 1, 1)):
            raise ConfigError(f"edit {asked.to}: none that is in force; `musfuse view log` lists them")
        if not count:
            raise ConfigError(f"{asked.name}: nothing is rearranged in this view, so there is nothing to undo")
        return self._done(table, count, asked.dry_run, lambda: self._take_back and self._take_back(asked.name, count))

    def reset(self, asked: ResetView) -> EditsUndone:
        """Take back all edits of a view. Raises ConfigError."""
        table = self._known(asked.name)
        return self._done(table, table.count(), asked.dry_run, lambda: self._reset and self._reset(asked.name))

    def _done(self, table: ArrangementTable, count: int, dry_run: bool, do: Callable[[], object]) -> EditsUndone:
        edits = tuple(map(told, table.latest(min(count, _TOLD)))) if count else ()
        left = table.count() - count
        if count and not dry_run:
            do()
        return EditsUndone(table.view, count, left, edits)

    def _known(self, name: str) -> ArrangementTable:
        if name not in self._views():
            raise no_view(name)
        return self._table(name)


def told(edit: Edit) -> EditTold:
    """An edit as it is answered."""
    return EditTold(edit.seq, edit.at_ns, edit.what, edit.path, edit.target, edit.tracks)
