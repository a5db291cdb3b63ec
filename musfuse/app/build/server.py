"""Builds what a library knows of those who reach it over a network. Loaded when somebody asks for it first."""

from contextlib import ExitStack

from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.events import EventBus
from musfuse.metrics import Recorder
from musfuse.server.options import AccountOptions, SubsonicOptions
from musfuse.server.parts import Server, build_server
from musfuse.server.tables.database import ServerDatabase
from musfuse.server.telling import Telling


def owned_server(
    state: StateFolder, config: Config, events: EventBus, recorder: Recorder | None, closing: ExitStack
) -> Server:
    """That of a library which this process owns. Raises StoreError."""
    database = ServerDatabase(state.server)
    closing.callback(database.close)
    options = config[AccountOptions], config[SubsonicOptions]
    return build_server(database, state.app_passwords, options, Telling(events.publish, recorder))
