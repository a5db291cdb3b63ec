"""What an owner tells the gateway that it starts: one line of JSON. Neither token nor key is in it."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`control` is where the owner listens, `socket` where gRPC is served for this user, '' for nowhere,
    `tokens` the file of tokens; `listen`, `certificate`, `key` and `import_folder` are '' where TCP is not wanted."""

    control: str
    socket: str
    tokens: str
    listen: str = ""
    certificate: str = ""
    key: str = ""
    import_folder: str = ""
    drain_seconds: int = 5
    subscribers: int = 1000

    def to_line(self) -> bytes:
        """The line that `from_line` reads; paths may be no text."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Settings":
        """What was told."""
        return cls(**json.loads(line))
