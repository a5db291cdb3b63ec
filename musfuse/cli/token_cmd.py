"""`musfuse token`"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from musfuse.cli.common import (
    ListingGroup,
    ask_library,
    json_option,
    library_option,
    print_json,
    print_table,
    say,
    when,
)
from musfuse.cli.moments import Deadline

if TYPE_CHECKING:
    from musfuse.service.requests.tokens import TokenTold

_SCOPES = ("read", "control", "edit", "orchestrator")


@click.group("token", cls=ListingGroup, epilog="Example: musfuse token create --scope read --expires 30d --name phone")
def command() -> None:
    """Who may reach the library by gRPC: bearer tokens, made, listed, revoked.

    A token goes with each call of gRPC (`authorization: Bearer TOKEN`). Only a hash of it is kept, so it is shown once,
    when it is made. Without a subcommand tokens are listed.
    """


@command.command("create", epilog="Example: musfuse token create --scope control --expires 2027-12-31")
@library_option
@json_option
@click.option(
    "--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, required=True,
    help="What it is good for; may be repeated. All may read. control: scan, prefetch, clear caches, end the process;"
    " edit: change tags as the user; orchestrator: change tags below the user, above all else.",
)  # fmt: skip
@click.option("--expires", type=Deadline(), default="90d", show_default=True, help="90d, 12h, 2w, a date, or never.")
@click.option("--name", default="", help="What it is for, for the list.")
def create(library: Path | None, as_json: bool, scopes: tuple[str, ...], expires: int, name: str) -> None:
    """Make a token and print it, this once."""
    from musfuse.service.requests.tokens import CreateToken, Scope

    made = ask_library(library, CreateToken(tuple(map(Scope, dict.fromkeys(scopes))), name, expires))
    if as_json:
        print_json(made)
        return
    say(f"token {made.told.id}, {', '.join(made.told.scopes)}, {_until(made.told)}; it is not shown again", err=True)
    click.echo(made.token)


@command.command("list", epilog="Example: musfuse token list --all")
@library_option
@json_option
@click.option("--all", "every", is_flag=True, help="Also those that expired or were revoked.")
def list_(library: Path | None, as_json: bool, every: bool) -> None:
    """List the tokens: never their texts."""
    from musfuse.service.requests.tokens import ListTokens

    tokens = ask_library(library, ListTokens(every))
    if as_json:
        print_json(tokens)
    elif not tokens:
        say("no tokens; `musfuse token create --scope read` makes one")
    else:
        print_table(("id", "name", "scopes", "state", "made", "expires"), [
            (str(token.id), token.name, ", ".join(token.scopes), token.state, when(token.created_ns),
             when(token.expires_ns) if token.expires_ns else "never") for token in tokens
        ])  # fmt: skip


@command.command("revoke", epilog="Example: musfuse token revoke 3")
@library_option
@json_option
@click.argument("number", type=click.IntRange(min=1, max=(1 << 63) - 1), metavar="ID")
def revoke(library: Path | None, as_json: bool, number: int) -> None:
    """Have a token be worth nothing from now on, also for who is connected."""
    from musfuse.service.requests.tokens import RevokeToken

    told = ask_library(library, RevokeToken(number))
    if as_json:
        print_json(told)
    else:
        say(f"token {told.id} is revoked")


def _until(told: "TokenTold") -> str:
    return f"until {when(told.expires_ns)}" if told.expires_ns else "for good"
