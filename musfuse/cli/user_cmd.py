"""`musfuse user`"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    asked,
    config_option,
    dry_run_option,
    json_option,
    library_option,
    print_json,
    print_table,
    say,
    when,
)
from musfuse.cli.completing import users
from musfuse.cli.moments import Deadline
from musfuse.errors import ConfigError

if TYPE_CHECKING:
    from musfuse.service.requests.accounts import UserTold

_MAX_PASSWORD = 1024
_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input: its first line.")
_without = click.option(
    "--no-password", is_flag=True, help="Nobody signs in by a password: a proxy vouches, or a key lets in."
)
_source = click.option(
    "--source", "sources", multiple=True, metavar="SOURCE", help="A source that the user sees; may be repeated."
)


@click.group("user", cls=ListingGroup, epilog="Example: musfuse user add ada")
def command() -> None:
    """Who may use the library over HTTP: accounts, what each sees, and the devices that let somebody in.

    The first account is the library's owner: its stars, plays and playlists are those of the library. Passwords are
    asked for, twice, or read from standard input; they are never words of a command. Without a subcommand users are
    listed.
    """


@command.command("add", epilog="Example: musfuse user add --source nas bob")
@library_option
@config_option
@json_option
@_stdin
@_source
@click.option("--admin", is_flag=True, help="An admin changes the library, and the accounts of others.")
@_without
@click.argument("name")
def add(
    library: Path | None, config_file: Path | None, as_json: bool, password_stdin: bool, sources: tuple[str, ...],
    admin: bool, no_password: bool, name: str,
) -> None:  # fmt: skip
    """Make an account."""
    from musfuse.service.requests.accounts import AddUser

    if admin and sources:
        raise ConfigError("an admin sees all sources; leave out --source, or --admin")
    password = _password(password_stdin, no_password)
    seen = tuple(map(asked, sources)) if sources else None
    told = ask_library(library, AddUser(name, password, "admin" if admin else "user", seen), config_file)
    _print(told, as_json, "is there" + ("; the library's owner, an admin" if told.owner else ""))


@command.command("list", epilog="Example: musfuse user list --json")
@library_option
@json_option
def list_(library: Path | None, as_json: bool) -> None:
    """List the accounts."""
    from musfuse.service.requests.accounts import ListUsers

    told = ask_library(library, ListUsers())
    if as_json:
        print_json(told)
    elif not told:
        say("no users; `musfuse user add NAME` makes one")
    else:
        print_table(("name", "role", "sees", "devices", "made", "last seen"), [
            (one.name, "owner" if one.owner else one.role, _seen(one), str(one.devices), when(one.created_ns),
             when(one.seen_ns) if one.seen_ns else "never") for one in told
        ])  # fmt: skip


@command.command("passwd", epilog="Example: musfuse user passwd ada")
@library_option
@config_option
@json_option
@_stdin
@_without
@click.option("--revoke-all", is_flag=True, help="API keys and app passwords are worth nothing any more, too.")
@click.argument("name", shell_complete=users)
def passwd(
    library: Path | None, config_file: Path | None, as_json: bool, password_stdin: bool, no_password: bool,
    revoke_all: bool, name: str,
) -> None:  # fmt: skip
    """Give a user another password, which ends all sessions."""
    from musfuse.service.requests.accounts import SetPassword

    password = _password(password_stdin, no_password)
    told = ask_library(library, SetPassword(name, password, revoke_all), config_file)
    _print(told, as_json, f"has {'another' if password else 'no'} password now; sessions are over")


@command.command("role", epilog="Example: musfuse user role bob admin")
@library_option
@config_option
@json_option
@click.argument("name", shell_complete=users)
@click.argument("role", type=click.Choice(("admin", "user")))
def role(library: Path | None, config_file: Path | None, as_json: bool, name: str, role: str) -> None:
    """Have a user be an admin, or none any more."""
    from musfuse.service.requests.accounts import SetRole

    told = ask_library(library, SetRole(name, "admin" if role == "admin" else "user"), config_file)
    _print(told, as_json, f"is {'an admin' if told.role == 'admin' else 'a user'} now")


@command.command("rights", epilog="Example: musfuse user rights bob --source nas --source ~/Music")
@library_option
@config_option
@json_option
@_source
@click.option("--all", "every", is_flag=True, help="All sources, also those that are to come.")
@click.argument("name", shell_complete=users)
def rights(
    library: Path | None, config_file: Path | None, as_json: bool, sources: tuple[str, ...], every: bool, name: str
) -> None:
    """Have a user see the music of some sources alone."""
    from musfuse.service.requests.accounts import SetRights

    if every == bool(sources):
        raise ConfigError("either --all or one --source or more is wanted")
    told = ask_library(library, SetRights(name, None if every else tuple(map(asked, sources))), config_file)
    _print(told, as_json, f"sees {_seen(told)}")


@command.command("remove", epilog="Example: musfuse user remove --dry-run bob")
@library_option
@config_option
@json_option
@dry_run_option
@click.argument("name", shell_complete=users)
def remove(library: Path | None, config_file: Path | None, as_json: bool, dry_run: bool, name: str) -> None:
    """Forget a user, with what is kept of that user: stars, plays, playlists, shares, devices."""
    from musfuse.service.requests.accounts import RemoveUser

    told = ask_library(library, RemoveUser(name, dry_run), config_file)
    _print(told, as_json, "would be removed" if dry_run else "is removed")


@command.command("devices", epilog="Example: musfuse user devices ada")
@library_option
@json_option
@click.argument("name", shell_complete=users)
def devices(library: Path | None, as_json: bool, name: str) -> None:
    """List what lets a user in: sessions, API keys, app passwords."""
    from musfuse.service.requests.accounts import ListDevices

    told = ask_library(library, ListDevices(name))
    if as_json:
        print_json(told)
    elif not told:
        say(f"{name}: no devices; signing in makes one, as `musfuse user key` does")
    else:
        print_table(("id", "kind", "name", "client", "seen at", "last seen", "expires"), [
            (str(one.id), one.kind, one.name, one.client, one.address, when(one.seen_ns),
             when(one.expires_ns) if one.expires_ns else "never") for one in told
        ])  # fmt: skip


@command.command("key", epilog="Example: musfuse user key ada phone --expires 365d")
@library_option
@config_option
@json_option
@click.option("--expires", type=Deadline(), default="never", show_default=True, help="90d, 12h, 2w, a date, or never.")
@click.option("--app", is_flag=True, help="An app password, for a client of Subsonic's API that takes no keys.")
@click.argument("name", shell_complete=users)
@click.argument("device")
def key(
    library: Path | None, config_file: Path | None, as_json: bool, expires: int, app: bool, name: str, device: str
) -> None:
    """Make an API key for a device of a user, and print it, this once."""
    from musfuse.service.requests.accounts import MakeKey

    if app and expires:
        raise ConfigError("an app password does not expire; revoke it when it is not needed any more")
    made = ask_library(library, MakeKey(name, device, expires, app), config_file)
    if as_json:
        print_json(made)
        return
    what = "app password" if app else "key"
    until = f"until {when(made.device.expires_ns)}" if made.device.expires_ns else "for good"
    say(f"{what} {made.device.id} for {device}, {until}; it is not shown again", err=True)
    click.echo(made.secret)


@command.command("revoke", epilog="Example: musfuse user revoke ada 3")
@library_option
@config_option
@json_option
@click.option("--all", "every", is_flag=True, help="All devices of the user.")
@click.argument("name", shell_complete=users)
@click.argument("number", type=click.IntRange(min=1, max=(1 << 63) - 1), metavar="[ID]", required=False)
def revoke(
    library: Path | None, config_file: Path | None, as_json: bool, every: bool, name: str, number: int | None
) -> None:
    """Let a device of a user in no more, by its id as `musfuse user devices` lists it."""
    from musfuse.service.requests.accounts import RevokeDevice

    if every == (number is not None):
        raise ConfigError("either --all or the id of a device is wanted")
    gone = ask_library(library, RevokeDevice(name, number or 0), config_file)
    if as_json:
        print_json(gone)
    else:
        say(f"{name}: {gone.devices} let in no more")


def _password(from_stdin: bool, none: bool) -> str:
    """The password that somebody types twice, unseen, or that stands in the first line of standard input; '' where none
    is wanted."""
    if none and from_stdin:
        raise ConfigError("--no-password and --password-stdin cannot both be meant")
    if none:
        return ""
    if not from_stdin:
        if not sys.stdin.isatty():
            raise ConfigError("no terminal to ask for a password on; --password-stdin reads one from standard input")
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    line = sys.stdin.readline(_MAX_PASSWORD)
    if not line.rstrip("\r\n"):
        raise ConfigError("no password came from standard input")
    return line.rstrip("\r\n")


def _seen(told: "UserTold") -> str:
    if told.sources is None:
        return "everything"
    return ", ".join(told.sources) or "nothing"


def _print(told: "UserTold", as_json: bool, what: str) -> None:
    if as_json:
        print_json(told)
    else:
        say(f"{told.name} {what}")
