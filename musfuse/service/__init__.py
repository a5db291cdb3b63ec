"""Every use case once, as a typed request with a typed answer. Faces only ask: the command line, JSON-RPC, others."""

from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request, Service

__all__ = ["Handlers", "Listing", "Request", "Service"]
