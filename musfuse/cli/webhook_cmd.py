"""`musfuse webhook`"""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

import click

from musfuse.cli.common import (
    ask_library,
    config_option,
    connect,
    json_option,
    library_folder,
    library_option,
    print_json,
    print_table,
    printable,
    say,
    when,
)
from musfuse.cli.completing import event_names, webhooks
from musfuse.config.secrets import REFERENCES
from musfuse.errors import ConfigError, plainly
from musfuse.wording import agreeing, counted

_RANDOM_BYTES = 32


@click.group("webhook", epilog="Example: musfuse webhook add https://example.com/hook --event file_added")
def command() -> None:
    """Webhooks: receivers on the network that are told of what happens, as https://www.standardwebhooks.com has it.

    Messages are signed, and sent again until they are taken, for some days, also over restarts. Nothing is sent to
    private addresses without --allow-private. Those of the configuration ([[webhooks]]) are among them.
    """


@command.command("list", epilog="Example: musfuse webhook list --json")
@library_option
@config_option
@json_option
def list_(library: Path | None, config_file: Path | None, as_json: bool) -> None:
    """List the webhooks, and how many messages they took, wait for, or were given up."""
    from musfuse.service.requests.webhooks import ListWebhooks

    rows = ask_library(library, ListWebhooks(), config_file)
    if as_json:
        print_json(rows)
        return
    print_table(("id", "url", "events", "state", "taken", "waiting", "next", "given up"), [
        (row.id, row.url, ", ".join(row.events) or "all", row.state, str(row.taken), str(row.waiting),
         _next(row.next_ns), str(row.given_up))
        for row in rows
    ])  # fmt: skip


def _next(due_ns: int | None) -> str:
    """When a message is sent next; one that is due waits for a receiver that took none, or for a process that sends."""
    return "" if not due_ns else when(due_ns) if due_ns > time.time_ns() else "due"


@command.command("add", epilog="Example: musfuse webhook add https://example.com/hook --secret env:HOOK_SECRET")
@library_option
@config_option
@json_option
@click.option("--secret", help=f"{REFERENCES} [default: a file with a new secret is made].")
@click.option(
    "--event", "events", multiple=True, metavar="NAME", shell_complete=event_names,
    help="Only events of this name, such as file_added; may be repeated [default: all].",
)  # fmt: skip
@click.option("--retry-count", type=int, default=3, show_default=True, help="How often a message is sent again soon.")
@click.option("--timeout-ms", type=int, default=5000, show_default=True, help="How long an answer may take, in ms.")
@click.option("--allow-private", is_flag=True, help="Send to addresses of this machine or network as well.")
@click.argument("url")
def add(
    library: Path | None,
    config_file: Path | None,
    as_json: bool,
    secret: str | None,
    events: tuple[str, ...],
    retry_count: int,
    timeout_ms: int,
    allow_private: bool,
    url: str,
) -> None:
    """Tell the receiver at URL of what happens from now on.

    The receiver needs the secret to know that a message is from here. A file with several secrets, a line each, has
    messages signed with all of them, for while it changes to another.
    """
    from musfuse.service.requests.webhooks import AddWebhook

    folder = library_folder(library)
    made = None if secret else _new_secret(folder)
    request = AddWebhook(url, secret or f"file:{made}", events, retry_count, timeout_ms, allow_private)
    try:
        with connect(folder, config_file) as service:
            added = service.call(request)
    except BaseException:
        if made is not None:
            made.unlink(missing_ok=True)
        raise
    if as_json:
        print_json(added)
        return
    say(printable(f"{added.url} is told of what happens; its webhook is {added.id}"))
    if made is not None:
        say(f"its secret is in {made}; give it to the receiver, and to nobody else")
    if added.warning:
        say(printable(f"but nothing can be sent: {added.warning}"), err=True)
    else:
        say(f"`musfuse webhook test {added.id}` sends a message")


@command.command("remove", epilog="Example: musfuse webhook remove wh-5f2a90c1")
@library_option
@config_option
@json_option
@click.argument("webhook", shell_complete=webhooks)
def remove(library: Path | None, config_file: Path | None, as_json: bool, webhook: str) -> None:
    """Tell the WEBHOOK nothing any more, also not what waits for it."""
    from musfuse.service.requests.webhooks import RemoveWebhook

    gone = ask_library(library, RemoveWebhook(webhook), config_file)
    if as_json:
        print_json(gone)
        return
    count, was = counted(gone.dropped, "message"), agreeing(gone.dropped, "was", "were")
    say(printable(f"{gone.url} is told nothing any more" + (f"; {count} {was} not sent" if gone.dropped else "")))


@command.command("test", epilog="Example: musfuse webhook test wh-5f2a90c1")
@library_option
@config_option
@json_option
@click.argument("webhook", shell_complete=webhooks)
def test(library: Path | None, config_file: Path | None, as_json: bool, webhook: str) -> None:
    """Send one message (`webhook_test`) to the WEBHOOK now, once. One that was disabled and takes it is told of things
    again. Exit code 1 where it is not taken."""
    from musfuse.service.requests.webhooks import TestWebhook

    tried = ask_library(library, TestWebhook(webhook), config_file)
    if as_json:
        print_json(tried)
    elif not tried.problem:
        say(f"taken: {tried.status} after {tried.ms} ms")
    if tried.problem:
        raise click.ClickException(printable(f"{webhook}: not taken: {tried.problem}"))


@command.command("log", epilog="Example: musfuse webhook log --failed")
@library_option
@config_option
@json_option
@click.option("--limit", "-n", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The last so many.")
@click.option("--failed", is_flag=True, help="Only tries that failed.")
@click.argument("webhook", default="", shell_complete=webhooks)
def log(library: Path | None, config_file: Path | None, as_json: bool, limit: int, failed: bool, webhook: str) -> None:
    """Print the last times that something was sent, to the WEBHOOK or to all; never what was sent."""
    from musfuse.service.requests.webhooks import ListTries

    rows = ask_library(library, ListTries(webhook, limit, failed), config_file)
    if as_json:
        print_json(rows)
        return
    print_table(("time", "webhook", "event", "message", "try", "took", "what came of it"), [
        (when(row.time_ns), row.webhook, row.event, row.message, str(row.tries), f"{row.ms} ms",
         row.problem or f"taken ({row.status})")
        for row in rows
    ])  # fmt: skip


def _new_secret(library: Path) -> Path:
    """A file beside the library's state that its user alone can read, with a new secret. Raises ConfigError."""
    from musfuse_webhooks.signing import new_secret

    from musfuse.app.state import StateFolder

    StateFolder(library).check_exists()
    path = library / f"webhook-{secrets.token_hex(4)}.secret"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(new_secret(secrets.token_bytes(_RANDOM_BYTES)) + "\n")
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {plainly(error)}; name a secret with --secret") from error
    return path
