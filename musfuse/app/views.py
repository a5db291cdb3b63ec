"""Views beside the main one: the same library under other names, served as something else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from musfuse.config import Config
from musfuse.library.catalog import Database, places
from musfuse.library.naming import ViewRules
from musfuse.library.options import ViewOptions
from musfuse.library.templates import Template
from musfuse.media.art.options import ArtOptions
from musfuse.media.flac.options import FlacOptions
from musfuse.model import AudioFormat, Rendition


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A view by its name, with the template and the policy by which it names and serves. Raises ConfigError with its
    first use where the template is bad."""

    name: str
    template: str
    policy: str


def main_rules(
    config: Config, template: Template, rendition_of: Callable[[AudioFormat, str, bool], Rendition]
) -> ViewRules:
    """The rules of the main view. Options that decide about names or bytes are part of the rules' text, so that a
    change of them is seen at the next start."""
    art = config[ArtOptions]
    retag_all = art.embed == "always" or art.max_pixels > 0
    more = f"repair={config[FlacOptions].repair} retag_all={retag_all}"
    return ViewRules(template, config[ViewOptions].policy, rendition_of, more, retag_all)


def rules_of(database: Database, main: ViewRules, more: Sequence[ViewSpec]) -> dict[str, ViewRules]:
    """The rules of all views by name, the main one first. A view has the main view's rules where it does not say
    otherwise; a view that the catalog lacks is made."""
    made = {"main": main}
    for spec in more:
        template = Template(spec.template)
        with database.write() as db:
            view = places.add_view(db, spec.name)
        made[spec.name] = replace(main, template=template, policy=spec.policy, view=view)
    return made


def forget_others(database: Database, views: Iterable[ViewRules]) -> None:
    """Remove all views from the catalog but these."""
    kept = {rules.view for rules in views}
    with database.read() as db:
        gone = places.all_views(db) - kept
    if gone:
        with database.write() as db:
            places.remove_views(db, gone)
