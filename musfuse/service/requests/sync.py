"""Requests about what is put on players and other disks."""

from pathlib import Path
from typing import ClassVar

from musfuse.devices.choosing import Rank
from musfuse.service.port import Answer, Request
from musfuse.service.requests.owner import JobBegun


class FileLeft(Answer, frozen=True):
    """A file that was not put on the device, or not removed from it, and why."""

    path: str
    why: str


class SyncStep(Answer, frozen=True):
    """What is done with a file on the device: copy, update, move, remove. `size` in bytes; `before` is the path that it
    had, where it moves."""

    what: str
    path: str
    size: int
    before: str = ""


class Synced(Answer, frozen=True, kw_only=True):
    """What was done on a device, or would be with `dry_run`.

    It holds `files` then, with `bytes` together, playlists among them; `stayed` of them were there as they are. Others
    were `copied`, `updated`, `moved` and `removed`; `playlists` were written. `written` are the bytes that this took,
    `free` those that are free then. `beyond` tracks found no room under the limit that was given. Of what was left out
    or `failed`, and of the `steps` of a dry run, the first are told, and how many there are. `stopped`: it was
    cancelled.
    """

    dest: str
    dry_run: bool
    files: int
    bytes: int
    stayed: int
    copied: int
    updated: int
    moved: int
    removed: int
    playlists: int
    written: int
    free: int
    beyond: int = 0
    left_out: tuple[FileLeft, ...] = ()
    left_out_count: int = 0
    failed: tuple[FileLeft, ...] = ()
    failed_count: int = 0
    steps: tuple[SyncStep, ...] = ()
    step_count: int = 0
    stopped: bool = False


class BeginSync(Request[JobBegun], frozen=True, kw_only=True):
    """Have the folder `dest` of a player or a disk hold the tracks of a view that a query (`where`) finds, of those
    that are in one of the `collections` where some are named, as a job whose result is a Synced; nothing else there is
    touched.

    `policy` is what lossless tracks are made into, '' for what the view says. `max_bytes` of tracks at most, those
    first that `by` ranks highest; 0 for all. `name` keeps what is put there apart from what is put there under other
    names. `new` begins anew where nothing of what was put there before is found, `take_over` with what another library
    put there under the name. `jobs` files are made at the same time, 0 for as many as there are cores. `verify` reads
    back what is written, and all that was.
    """

    METHOD: ClassVar[str] = "sync.begin"
    dest: Path
    view: str = "main"
    policy: str = ""
    where: str = ""
    collections: tuple[str, ...] = ()
    max_bytes: int = 0
    by: Rank = Rank.PLAYS
    playlists: bool = False
    name: str = "main"
    new: bool = False
    take_over: bool = False
    verify: bool = False
    jobs: int = 0
    dry_run: bool = False
