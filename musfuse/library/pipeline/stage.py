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
        """The name under which `todo` holds what it has to do; letters only."""

    @property
    def after(self) -> Sequence[str]:
        """The names of the stages whose results it uses."""

    @property
    def watches(self) -> Sequence[Watch]:
        """The changes that it has to be told of. Everything of the first kind is marked where the stage or its rules
        are new."""

    @property
    def rules(self) -> str:
        """What its results rest on beside the catalog, as text. Where the text differs from last time, everything is
        done again."""

    def batch(self) -> bool:
        """Do some of what there is to do; whether there was any. Raises MusfuseError."""
