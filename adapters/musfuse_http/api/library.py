"""The library for who administers it: its sources, scans and other jobs, options, what is not shown."""

import os
from typing import Annotated, Any

import msgspec

from musfuse.config import Config, Sections
from musfuse.errors import ConfigError, NotFoundError
from musfuse.service.port import Asked as Typed
from musfuse.service.port import Request
from musfuse.service.requests.configuration import OptionSet, SetOption
from musfuse.service.requests.jobs import CancelJob, JobTold, ListJobs, ShowJob
from musfuse.service.requests.library import ListReport, ReportLine
from musfuse.service.requests.owner import BeginRescan, BeginScan, JobBegun, ShowStatus, Status
from musfuse.service.requests.sources import (
    AddSources,
    ListSources,
    RemoveSource,
    RestoreSource,
    SetSource,
    ShowSource,
    SourceChanged,
    SourceRemoved,
    SourceRestored,
    SourcesAdded,
    SourceShown,
    SourceTold,
)
from musfuse_http.api.paging import Paged
from musfuse_http.api.route import Call

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
Texts = Annotated[tuple[Text, ...], msgspec.Meta(max_length=100)]


class SourcesWanted(msgspec.Struct, frozen=True):
    """Whether it is those that are removed, and can be restored."""

    removed: bool = False


class NewSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place with music on the server's machine (an absolute path) or another one (a URI), with options as
    `musfuse source add` takes them."""

    place: Text
    assignments: Texts = ()


class SourceChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options KEY=VALUE that are to be others."""

    assignments: Texts


class ScanWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which places below sources are scanned, all without any; `everything`: files that did not change, too."""

    places: Texts = ()
    everything: bool = False


class JobsWanted(msgspec.Struct, frozen=True):
    """Of which kind ('' for any), and how many at most."""

    kind: Annotated[str, msgspec.Meta(max_length=40)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50


class SourcesPage(msgspec.Struct, frozen=True):
    """Sources in order of priority."""

    sources: tuple[SourceTold, ...]


class JobsPage(msgspec.Struct, frozen=True):
    """The last jobs, the latest first."""

    jobs: tuple[JobTold, ...]


class Setting(msgspec.Struct, frozen=True):
    """An option: its value, its default, what it is for. Of a secret `***` is told where there is one."""

    name: str
    value: Any
    default: Any
    help: str
    choices: tuple[str, ...]


class SettingsPage(msgspec.Struct, frozen=True):
    """All options of the process that has the library."""

    settings: tuple[Setting, ...]


class NewValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The value of an option, as a variable of the environment would have it."""

    value: Annotated[str, msgspec.Meta(max_length=4096)]


class ReportPage(msgspec.Struct, frozen=True):
    """What is not shown, or is shown with a remark, in order of path."""

    lines: tuple[ReportLine, ...]
    next: str | None


def status(call: Call[None, None]) -> Status:
    """The state of the library."""
    return call.ask(ShowStatus())


def sources(call: Call[SourcesWanted, None]) -> SourcesPage:
    """The sources, or those that are removed."""
    return SourcesPage(call.ask(ListSources(call.query.removed)))


def add_source(call: Call[None, NewSource]) -> SourcesAdded:
    """Take a place with music in; a scan of it begins."""
    return call.ask(AddSources((_place(call.body.place),), call.body.assignments))


def source(call: Call[None, None]) -> SourceShown:
    """All that is known of a source."""
    return call.ask(ShowSource(_known(call)))


def set_source(call: Call[None, SourceChange]) -> SourceChanged:
    """Change options of a source."""
    return call.ask(SetSource(_known(call), call.body.assignments))


def remove_source(call: Call[None, None]) -> SourceRemoved:
    """Take a source out; for some days it can be restored."""
    return call.ask(RemoveSource(_known(call)))


def restore_source(call: Call[None, None]) -> SourceRestored:
    """Bring a removed source back."""
    return call.ask(RestoreSource(_known(call, removed=True)))


def scan(call: Call[None, ScanWanted]) -> JobBegun:
    """Begin to scan all sources, or places below them. The job tells how far that is, and can be cancelled."""
    places = tuple(_place(place)[1] for place in call.body.places)
    wanted: Request[JobBegun] = BeginRescan(places) if places else BeginScan((), call.body.everything)
    return call.ask(wanted)


def jobs(call: Call[JobsWanted, None]) -> JobsPage:
    """What the library did and does in the background."""
    return JobsPage(call.ask(ListJobs(call.query.kind, call.query.limit)))


def job(call: Call[None, None]) -> JobTold:
    """One job."""
    return call.ask(ShowJob(_job(call)))


def cancel(call: Call[None, None]) -> JobTold:
    """Have a job end soon, or not begin."""
    return call.ask(CancelJob(_job(call)))


def settings(call: Call[None, None]) -> SettingsPage:
    """All options, with their values."""
    config, sections = call.context.reach.part(Config), call.context.reach.part(Sections)
    found = list[Setting]()
    for section in sections:
        if section.repeated:
            continue
        values = config[section.kind]
        for info in sections.options.values():
            if info.section == section.name:
                value, default = getattr(values, info.key), info.default
                found.append(Setting(info.name, _plain(value), _plain(default), info.help, info.choices))
    return SettingsPage(tuple(found))


def set_setting(call: Call[None, NewValue]) -> OptionSet:
    """Change an option for as long as the process runs."""
    return call.ask(SetOption(call.path["name"], call.body.value))


def report(call: Call[Paged, None]) -> ReportPage:
    """What is not shown, and why."""
    wanted, lines = call.query, list[ReportLine]()
    for number, line in enumerate(call.context.service.rows(ListReport())):
        if number >= wanted.offset:
            lines.append(line)
        if len(lines) == wanted.limit:
            break
    return ReportPage(tuple(lines), wanted.next(len(lines)))


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str) else "***" if value else ""


def _place(text: str) -> Typed:
    """A place as the server's own commands have it. Raises ConfigError for one that is not absolute."""
    if "://" not in text and not os.path.isabs(text):
        raise ConfigError(f"{text[:200]}: name an absolute path of the server's machine, or a URI")
    return text, text


def _known(call: Call[Any, Any], *, removed: bool = False) -> Typed:
    """The source in the path by its id. Raises NotFoundError: names and places are for people."""
    wanted = call.path["id"]
    for one in (*call.ask(ListSources(False)), *(call.ask(ListSources(True)) if removed else ())):
        if one.id == wanted:
            return one.location, one.location
    raise NotFoundError(f"{wanted[:80]}: there is no such source")


def _job(call: Call[Any, Any]) -> int:
    number = call.number("id")
    if not number:
        raise NotFoundError("0: there is no such job")
    return number
