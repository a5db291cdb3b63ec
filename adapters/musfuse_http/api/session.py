"""Signing in and out, and who one is."""

import time

import msgspec

from musfuse.server.users import Means
from musfuse_http.api.accounts import DeviceTold, UserTold, device_told, user_told
from musfuse_http.api.route import Call, Told
from musfuse_http.door import set_cookie

_NS = 1_000_000_000


class SignInWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name and a password; `device` is what its user calls the device. `secret`: the session is told, for programs
    that keep no cookies; a browser has it in a cookie that no page can read."""

    name: str
    password: str
    device: str = ""
    secret: bool = False


class SessionTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who somebody is, and what lets him in."""

    user: UserTold
    means: Means
    device: DeviceTold | None = None
    secret: str | None = None


def begin(call: Call[None, SignInWanted]) -> Told[SessionTold]:
    """Sign in by a password."""
    wanted, asked = call.body, call.asked
    made = call.context.server.signing_in.by_password(
        wanted.name, wanted.password, asked.address, asked.headers.get("user-agent", ""), wanted.device
    )
    device, user = made.caller.device, user_told(made.caller.user)
    told = None if device is None else device_told(device, device)
    if wanted.secret:
        return Told(SessionTold(user, Means.SESSION, told, made.secret))
    seconds = 0 if device is None else max(0, device.expires_ns - time.time_ns()) // _NS
    return Told(SessionTold(user, Means.SESSION, told), 200, (set_cookie(asked, made.secret, seconds),))


def show(call: Call[None, None]) -> SessionTold:
    """Who one is."""
    caller = call.caller
    told = None if caller.device is None else device_told(caller.device, caller.device)
    return SessionTold(user_told(caller.user), caller.means, told)


def end(call: Call[None, None]) -> Told[None]:
    """Sign out: the session is worth nothing any more. A key stays."""
    caller = call.caller
    if caller.means is Means.SESSION and caller.device is not None:
        call.context.server.devices.revoke(caller.device.id, caller.user, caller.user)
    return Told(None, 204, (set_cookie(call.asked, "", 0),))
