"""Builds what a library knows of those who reach it over a network. Loaded when somebody asks for it first."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from musfuse.app.build.collections import build_shelf
from musfuse.app.state import StateFolder
from musfuse.library.collections.shelf import checked_name
from musfuse.library.options import HistoryOptions
from musfuse.library.userdb.playlists import PlaylistTable
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable
from musfuse.server.accounting import Accounting
from musfuse.server.accounts import Accounts
from musfuse.server.apppasswords import AppPasswords
from musfuse.server.devices import Devices
from musfuse.server.options import AccountOptions, SubsonicOptions
from musfuse.server.ownerstate import LibraryTables
from musfuse.server.parts import Owned, Server, build_server
from musfuse.server.passwords import Passwords
from musfuse.server.playlists import LibraryPlaylists
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.tables.devices import DeviceTable
from musfuse.server.tables.users import UserTable
from musfuse.server.telling import Telling

if TYPE_CHECKING:
    from musfuse.app.build.drive import Drives
    from musfuse.app.build.media import Media
    from musfuse.app.build.store import Stores
    from musfuse.app.playing import Playing
    from musfuse.config import Config
    from musfuse.events import EventBus
    from musfuse.service.handlers import Handlers
    from musfuse.service.port import Service
    from musfuse.service.tagging import Tagging


class Opened(Protocol):
    """The parts of a library that a server of it needs."""

    @property
    def folder(self) -> Path: ...

    @property
    def config(self) -> "Config": ...

    @property
    def events(self) -> "EventBus": ...

    @property
    def stores(self) -> "Stores": ...

    @property
    def media(self) -> "Media": ...

    @property
    def drives(self) -> "Drives": ...

    @property
    def playing(self) -> "Playing": ...

    @property
    def tagging(self) -> "Tagging": ...

    @property
    def server(self) -> Server: ...


def owned_server(library: Opened, closing: ExitStack) -> Server:
    """That of a library which this process owns; `closing` closes its database. Raises StoreError."""
    state, config = StateFolder(library.folder), library.config
    database = ServerDatabase(state.server)
    closing.callback(database.close)
    return build_server(
        database, state.app_passwords, (config[AccountOptions], config[SubsonicOptions]),
        Telling(library.events.publish, library.drives.recorder), _owned(library),
    )  # fmt: skip


def answer_accounts(library: Opened, handlers: "Handlers") -> None:
    """Have requests about accounts of a library answered, which this process owns; `handlers` answer for sources."""
    Accounting(lambda: (library.server.accounts, library.server.devices), handlers).answer(handlers)


def reading_accounts(state: StateFolder, options: AccountOptions, sources: "Service", closing: ExitStack) -> Accounting:
    """What answers for the accounts of a library as it lies on disk."""

    @cache
    def opened() -> tuple[Accounts, Devices]:
        database = ServerDatabase.for_reading(state.server)
        closing.callback(database.close)
        telling = Telling(lambda _: None)
        devices = Devices(DeviceTable(database), AppPasswords(state.app_passwords), telling, options)
        return Accounts(UserTable(database), devices, Passwords(), telling), devices

    return Accounting(opened, sources)


def _owned(library: Opened) -> Owned:
    """What is the owner's, over the parts of a library; what is dear is made when it is needed."""
    user, history = library.stores.user, library.config[HistoryOptions]

    def paths(tracks: Sequence[int]) -> dict[int, str]:
        return {public: row.path for public, row in library.tagging.selection.known_as(tracks).items()}

    def checked(name: str) -> str:
        kept = checked_name(name)
        build_shelf(user, library.stores.database, library.media.formats).check_free(kept)
        return kept

    tables = LibraryTables(
        RatingTable(user), PlayTable(user, history.keep), paths, lambda: library.playing.on_heard(), history.enabled
    )
    playlists = LibraryPlaylists(PlaylistTable(user), checked, paths, library.drives.collections_changed)
    return Owned(tables, playlists, history.keep)
