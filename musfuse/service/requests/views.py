"""Requests about views: the library under other names, served as something else, or only a part of it.

With `dry_run` a request tells what would change, and changes nothing.
"""

from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Request
from musfuse.service.requests.sources import Setting

A = TypeVar("A")


class ViewTold(Answer, frozen=True):
    """A view with the template, policy and filter that count for it ('' for no filter); `own` are those that it does
    not have from the main view. `state` is ready, being made (what it shows is what it showed before) or why it is not
    shown. `mounts`: where it is mounted, as far as somebody owns the library."""

    name: str
    template: str
    policy: str
    filter: str
    own: tuple[str, ...]
    folders: int
    files: int
    state: str
    mounts: tuple[str, ...] = ()


class ViewChanged(Answer, frozen=True):
    """What a view that is new, or was changed, has other than before. `making`: its tree is made in the background, and
    shown when it is whole."""

    name: str
    changes: tuple[Setting, ...]
    making: bool = False


class ViewRemoved(Answer, frozen=True):
    """A view that is gone, with its `files`, and where it was mounted."""

    name: str
    files: int
    mounts: tuple[str, ...] = ()


class Live(Request[A], frozen=True):
    """Asked of the owner where there is one, who knows what is mounted."""

    @property
    def live(self) -> bool:
        return True


class DryRunOfOwner(Request[A], frozen=True, kw_only=True):
    """A change that can be told of, without making it."""

    dry_run: bool = False

    @property
    def live(self) -> bool:
        return self.dry_run


class ListViews(Live[tuple[ViewTold, ...]], frozen=True):
    """The views, the main one first."""

    METHOD: ClassVar[str] = "view.list"


class ShowView(Live[ViewTold], frozen=True):
    """One view. Raises ConfigError where there is none of the name."""

    METHOD: ClassVar[str] = "view.show"
    name: str


class AddView(DryRunOfOwner[ViewChanged], frozen=True):
    """Add a view; an empty template or policy is the main view's, an empty filter takes everything. Raises ConfigError
    where one of these cannot be, or there is a view of the name."""

    METHOD: ClassVar[str] = "view.add"
    name: str
    template: str = ""
    policy: str = ""
    filter: str = ""


class SetView(DryRunOfOwner[ViewChanged], frozen=True):
    """Change what is not None of a view; an empty text takes back what was set. Raises what AddView raises."""

    METHOD: ClassVar[str] = "view.set"
    name: str
    template: str | None = None
    policy: str | None = None
    filter: str | None = None


class RemoveView(DryRunOfOwner[ViewRemoved], frozen=True):
    """Remove a view. One that is mounted is refused, unless it is to be unmounted by `force`, open files or not. Raises
    ConfigError, MountError."""

    METHOD: ClassVar[str] = "view.remove"
    name: str
    force: bool = False
