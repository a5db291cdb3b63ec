"""What all that answers over HTTP has in its hands."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.server.parts import Server
from musfuse.server.streams import Streams
from musfuse.service.face import Reach
from musfuse_http.door import AccountsDoor, Door
from musfuse_http.hub import Hub
from musfuse_http.options import HttpOptions
from musfuse_http.proxies import Proxies
from musfuse_http.work import Work

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers


@dataclass(eq=False)
class Context:
    """Use cases of a library (`service`), its tracks as bytes (`streams`), accounts (`server`), who is let in (`door`),
    threads to ask them on (`work`). What waits is asked on those threads, never on the loop."""

    reach: Reach
    options: HttpOptions
    proxies: Proxies
    folder: Path
    work: Work
    streams: Streams
    server: Server
    door: Door

    @classmethod
    def over(cls, reach: Reach, options: HttpOptions, proxies: Proxies, folder: Path) -> "Context":
        """For what a face reaches. Raises StoreError."""
        server = reach.part(Server)
        door = AccountsDoor(server.signing_in, options.auth_header)
        work = Work(options.readers, options.threads, options.connections)
        return cls(reach, options, proxies, folder, work, Streams(reach.drive), server, door)

    @cached_property
    def service(self) -> "Handlers":
        """The use cases, put together when somebody asks first."""
        return self.reach.service()

    @cached_property
    def hub(self) -> Hub:
        """What happens, for many who listen."""
        return Hub(lambda watch: self.service.open(watch))

    def leave(self) -> None:
        """The server is about to end: what would go on for ever ends."""
        self.hub.end()

    def close(self) -> None:
        """Let go of the threads."""
        self.work.close()
