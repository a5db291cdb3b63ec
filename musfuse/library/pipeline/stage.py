"""The port of a stage: one step of what follows a scan or an edit."""

from collections.abc import Sequence
from typing import Protocol

from musfuse.library.catalog.todo import Watch


class Stage(Protocol):
    """Works off what is noted for it in `todo`, in batches, each in one transaction with its own marks.

    It has to be idempotent: after a kill a batch is done again, as is one whose result was noted already. It may have
    marks under names of its own that begin with its name and a dot.
    """

    @property
    def name(self) -> str:
        """Its name in `todo`; letters only."""

    @property
    def after(self) -> Sequence[str]:
        """The stages whose results it uses."""

    @property
    def watches(self) -> Sequence[Watch]:
        """What it has to be told of. Everything of the first kind is marked where it, or its rules, are new."""

    @property
    def rules(self) -> str:
        """What its results rest on beside the catalog. Another text than last time: everything is done again."""

    def batch(self) -> bool:
        """Do some of what there is to do; whether there was any. Raises MusfuseError."""
