"""The control channel: JSON-RPC 2.0, one object a line, over a socket that only its user can open."""

from musfuse.control.client import Client, find_owner, owners, progress_of_owners
from musfuse.control.server import Server

__all__ = ["Client", "Server", "find_owner", "owners", "progress_of_owners"]
