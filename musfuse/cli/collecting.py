"""What `musfuse collection create` and `edit` share: options that say a rule, and the rule that they say."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from musfuse.cli.common import absolute
from musfuse.cli.completing import collection_orders
from musfuse.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST = 1 << 16


def rule_options(command: F) -> F:
    """`--added`, `--played`, `--never-played`, `--most-played`, `--rating`, `--genre`, `--sort`, `--limit`, `--rule`"""
    options = (
        click.option("--added", type=int, metavar="DAYS", help="Came to the library in the last DAYS days."),
        click.option("--played", type=int, metavar="DAYS", help="Played in the last DAYS days."),
        click.option("--never-played", is_flag=True, help="Never played."),
        click.option("--most-played", type=int, metavar="N", help="One of the N tracks that were played most."),
        click.option("--rating", type=int, metavar="STARS", help="STARS or more."),
        click.option(
            "--sort", multiple=True, metavar="[-]ORDER", shell_complete=collection_orders,
            help="title, artist, album, year, added, length, path, plays, played or rating, with - the last first; "
            "several for those that are equal.",
        ),
        click.option("--limit", type=int, metavar="N", help="N tracks at most, up to 10000 [default: 5000]."),
        click.option(
            "--rule", "file", type=click.Path(path_type=Path, allow_dash=True),
            help="A file with the rule as JSON, - for standard input.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def said_rule(
    query: Sequence[str], *, added: int | None, played: int | None, never_played: bool, most_played: int | None,
    rating: int | None, sort: Sequence[str], limit: int | None, file: Path | None,
) -> str | None:  # fmt: skip
    """The rule that options and a query say together, as JSON; None where nothing is said. Raises ConfigError."""
    text = " ".join(query).strip()
    rules: list[dict[str, Any]] = [{"type": "Search", "query": text}] if text else []
    for kind, name, value in (
        ("RecentlyAdded", "days", added), ("RecentlyPlayed", "days", played), ("MostPlayed", "limit", most_played),
        ("Rating", "min", rating),
    ):  # fmt: skip
        if value is not None:
            rules.append({"type": kind, name: value})
    if never_played:
        rules.append({"type": "NeverPlayed"})
    if file is not None:
        if rules or sort or limit is not None:
            raise click.UsageError("--rule has all of a rule; leave out the query and the other options")
        return _read(file)
    if not rules:
        if sort or limit is not None:
            raise click.UsageError("--sort and --limit need a rule: say which tracks")
        return None
    if most_played is not None and len(rules) == 1 and limit is not None:
        rules[0]["limit"] = min(most_played, limit)
        limit = None
    whole = rules[0] if len(rules) == 1 else {"type": "Compound", "op": "And", "children": rules}
    return json.dumps(whole | ({"order": list(sort)} if sort else {}) | ({} if limit is None else {"limit": limit}))


def _read(file: Path) -> str:
    if str(file) == "-":
        raw = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with absolute(file).open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise ConfigError(f"{file}: is larger than a rule can be ({_LARGEST} bytes)")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is no text in UTF-8: {error.reason} at byte {error.start}") from None
    if not text.lstrip().startswith("{"):
        raise ConfigError(f"{file}: JSON is wanted, which begins with {{")
    return text
