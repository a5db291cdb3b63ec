"""From tags to names: which folder and file name each item wants. `names.assign` tells who gets it where several do.

The result depends on tags and source paths only, never on the order of scanning. Ranks are source position, then source
path.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from musfuse.errors import ConfigError
from musfuse.library.albums import is_in_set
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.places import Candidate, Place
from musfuse.library.names import name_key, rendition_extension
from musfuse.library.template_fields import Subject
from musfuse.library.templates import Template
from musfuse.model import AudioFormat, Rendition

if TYPE_CHECKING:
    from musfuse.library.filters import Filter

NAMING_VERSION = 3
"""Raised whenever the same tags would get another name."""

_TOLD = 4000


@dataclass(slots=True)
class Settled:
    """What a run did: how many nodes it `changed`, and the ids of the `folders` that it looked at and of those above.
    `everywhere`: these are too many to tell, or paths below a folder changed because its name did."""

    changed: int = 0
    folders: set[int] = field(default_factory=set)
    everywhere: bool = False

    def note(self, changed: int, before: Mapping[int, str], after: Mapping[int, str]) -> None:
        """Note that a batch changed nodes; `before` and `after` are the names of its folders by id."""
        self.changed += changed
        self.folders.update(before, after)
        self.everywhere |= any(after.get(folder, name) != name for folder, name in before.items())
        if self.everywhere or len(self.folders) > _TOLD:
            self.everywhere, self.folders = True, set()

    def take(self) -> "Settled":
        """What was noted since it was taken last."""
        taken = Settled(self.changed, self.folders, self.everywhere)
        self.changed, self.folders, self.everywhere = 0, set(), False
        return taken


@dataclass(frozen=True, slots=True)
class ViewRules:
    """How a view names items: by a template under a policy, those that its filter takes. `rendition_of` and
    `needs_index` are MediaEngine's, `rules` what they rest on.

    `retag_all`: every original may need another header, because pictures are put in or made smaller. `filter_of` reads
    the filter of rules that are kept as text.
    """

    template: Template
    policy: str
    rendition_of: Callable[[AudioFormat, str, bool], Rendition]
    rules: str = ""
    retag_all: bool = False
    view: int = MAIN
    filter: "Filter | None" = None
    filter_of: "Callable[[str], Filter | None]" = lambda _: None
    needs_index: Callable[[AudioFormat, Rendition], bool] = lambda *_: True

    @property
    def text(self) -> str:
        """The rules as text. Another text than last time means other names, or other bytes."""
        chosen = self.filter.text if self.filter else ""
        return json.dumps([NAMING_VERSION, self.policy, self.template.text, chosen, self.rules, self.retag_all])

    def recalled(self, text: str) -> "ViewRules":
        """The rules that were the view's when their text was this, as far as they can be told from it: those of today
        for what cannot."""
        if not text or text == self.text:
            return self
        try:
            _, policy, template, chosen, rules, retag_all = json.loads(text)
            return replace(
                self, policy=policy, template=Template(template), filter=self.filter_of(chosen), rules=rules,
                retag_all=retag_all,
            )  # fmt: skip
        except (ValueError, ConfigError):
            return self

    def place(self, item: Candidate) -> Place | None:
        """Where an item wants to be; None for an image behind its parts, and for what the filter does not take."""
        if item.hidden or (self.filter is not None and not self.filter.takes(item)):
            return None
        rendition = Rendition.ORIGINAL if item.fails else self.rendition_of(item.format, self.policy, item.cut)
        becomes = None
        waits = item.unindexed and not item.cut and rendition is not Rendition.ORIGINAL
        if waits and self.needs_index(item.format, rendition):
            becomes, rendition = rendition, Rendition.ORIGINAL
        if rendition is Rendition.ORIGINAL and (item.edited or self.retag_all):
            rendition = Rendition.RETAGGED
        return placed(self.template, item, rendition)._replace(becomes=becomes)


def placed(template: Template, item: Candidate, rendition: Rendition) -> Place:
    """Where an item that is served as something wants to be by a template."""
    wants = template.render(
        Subject(
            item.tags, item.format, item.path, rendition_extension(rendition, item.path),
            is_in_set(item.tags, item.several_discs), item.root, item.various,
        )
    )  # fmt: skip
    key = "/".join(name_key(part) for part in wants.folders)
    return Place(rendition, "/".join(wants.folders), key, wants.name, wants.limit)
