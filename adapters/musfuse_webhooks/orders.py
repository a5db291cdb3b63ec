"""What the process that sends is told by the one that owns the library, a line of JSON each. Secrets are named where
they can be: this process looks them up when it signs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands
from musfuse.config.secrets import Secret
from musfuse.library.webhooks import WebhookSpec


class Orders(NamedTuple):
    """Where messages wait, and for whom; `commands` tell secrets. `test`: send one message to the only webhook, and no
    other."""

    database: Path
    hooks: Sequence[WebhookSpec]
    commands: SecretCommands = NO_COMMANDS
    test: bool = False

    def to_line(self) -> bytes:
        """As a line. Raises ConfigError for a secret that stands in the configuration and cannot be read."""
        told = {
            "database": str(self.database), "hooks": [_hook(spec) for spec in self.hooks],
            "commands": dict(self.commands.by_name), "test": self.test,
        }  # fmt: skip
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Orders":
        """What a line says. Raises ValueError, KeyError, TypeError for what `to_line` does not make."""
        told = json.loads(line)
        commands = SecretCommands({name: tuple(argv) for name, argv in told["commands"].items()})
        return cls(
            Path(told["database"]), [_spec(commands, **hook) for hook in told["hooks"]], commands, told["test"]
        )  # fmt: skip


def _hook(spec: WebhookSpec) -> dict[str, Any]:
    reference = spec.secret.reference or ""
    return {
        "id": spec.id, "url": spec.url, "reference": reference, "secret": "" if reference else spec.secret.reveal(),
        "quick": spec.quick, "timeout_ms": spec.timeout_ms, "allow_private": spec.allow_private,
    }  # fmt: skip


def _spec(commands: SecretCommands, reference: str, secret: str, **fields: Any) -> WebhookSpec:
    kept = Secret.kept_at(reference, f"webhook {fields['id']}", commands=commands) if reference else Secret(secret)
    return WebhookSpec(secret=kept, **fields)
