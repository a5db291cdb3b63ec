"""The first set-up: the first account is made, once."""

import msgspec

from musfuse_http.api.accounts import UserTold, user_told
from musfuse_http.api.route import Call
from musfuse_http.door import is_local


class SetupTold(msgspec.Struct, frozen=True):
    """Whether there is no account yet; and whether whoever asks needs the secret that the server told at its start."""

    open: bool
    needs_secret: bool


class SetupWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first account, an administrator's; `secret` is what the server told at its start."""

    name: str
    password: str
    secret: str = ""


def state(call: Call[None, None]) -> SetupTold:
    """Whether the server is to be set up."""
    return SetupTold(call.context.server.setup.is_open, not is_local(call.asked))


def complete(call: Call[None, SetupWanted]) -> UserTold:
    """Make the first account. It works once, from the machine itself or with the secret of this start."""
    wanted = call.body
    return user_told(
        call.context.server.setup.complete(
            wanted.name, wanted.password, wanted.secret, call.asked.address, local=is_local(call.asked)
        )
    )
