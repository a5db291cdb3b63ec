"""The server itself: whether it is there, what it can do, who one is, scans."""

from musfuse.errors import ForbiddenError
from musfuse.server.users import User
from musfuse.service.requests.jobs import ListJobs
from musfuse.service.requests.owner import BeginScan, ShowStatus
from musfuse_http.subsonic import model
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError
from musfuse_http.subsonic.folders import folder_number, folders
from musfuse_http.subsonic.params import Params

EXTENSIONS = {
    "apiKeyAuthentication": [1], "formPost": [1], "indexBasedQueue": [1], "songLyrics": [1, 2], "playbackReport": [1],
    "transcoding": [1], "topSongsByArtistId": [1],
}  # fmt: skip
"""What of the extensions is here, and in which versions."""


def ping(call: Call[Params]) -> Parts:
    """Whether it is there."""
    del call
    return {}


def get_license(call: Call[Params]) -> Parts:
    """A free program needs none."""
    del call
    return {"license": {"valid": True}}


def extensions(call: Call[Params]) -> Parts:
    """What of the extensions is here; told to anybody."""
    del call
    return {"openSubsonicExtensions": [{"name": name, "versions": found} for name, found in EXTENSIONS.items()]}


def token_info(call: Call[Params]) -> Parts:
    """Whose the API key is."""
    return {"tokenInfo": {"username": call.user.name}}


class UserWanted(Params, frozen=True, kw_only=True):
    username: str


def get_user(call: Call[UserWanted]) -> Parts:
    """What a user may do: oneself, or of an administrator anybody."""
    wanted = call.params.username
    if wanted.casefold() == call.user.name.casefold():
        return {"user": _user(call, call.user)}
    call.user.check_admin()
    found = next(
        (user for user in call.context.server.accounts.all() if user.name.casefold() == wanted.casefold()), None
    )
    if found is None:
        raise SubsonicError(NOT_FOUND, f"{wanted[:64]}: there is no such user")
    return {"user": _user(call, found)}


def get_users(call: Call[Params]) -> Parts:
    """All users."""
    return {"users": {"user": [_user(call, user) for user in call.context.server.accounts.all()]}}


def refuse_accounts(call: Call[Params]) -> Parts:
    """Accounts are not changed here: passwords of people do not belong into addresses, where this API has them."""
    del call
    raise ForbiddenError("accounts are changed in musfuse itself, by `musfuse user` or its web page, not by this API")


def _user(call: Call[Params], user: User) -> model.User:
    seen = None if user.sources is None else tuple(user.sources)
    found = tuple(folder_number(one.uid) for one in folders(call.context.service, seen))
    return model.User(username=user.name, admin_role=user.is_admin, folder=found)


def scan_status(call: Call[Params]) -> Parts:
    """Whether a scan goes on, and how many tracks there are."""
    jobs = call.ask(ListJobs("scan", 1))
    running = any(job.state in ("queued", "running") for job in jobs)
    return {"scanStatus": {"scanning": running, "count": call.ask(ShowStatus()).tree.files}}


def start_scan(call: Call[Params]) -> Parts:
    """Begin a scan."""
    call.ask(BeginScan())
    told = dict(scan_status(call)["scanStatus"])
    return {"scanStatus": {**told, "scanning": True}}
