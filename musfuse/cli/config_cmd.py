"""`musfuse config`"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    json_option,
    known_sections,
    load_all,
    print_json,
    print_table,
    printable,
    say,
)  # fmt: skip
from musfuse.cli.completing import option_names
from musfuse.config.load import configuration_file, unknown_option
from musfuse.config.secrets import Secret
from musfuse.config.template import toml_value, write_defaults


@click.group("config", epilog="Example: musfuse config show view.policy")
def command() -> None:
    """The configuration: options from the file, the environment and flags, in that order of strength."""


@command.command("show", epilog="Example: musfuse config show view.policy")
@config_option
@json_option
@click.argument("key", required=False, metavar="[KEY]", shell_complete=option_names)
def show(config_file: Path | None, as_json: bool, key: str | None) -> None:
    """Show every option's value and where it came from, or those of a section; of one option the value alone.

    KEY is a section, such as view, or an option, such as view.policy.
    """
    loaded, options = load_all(config_file), known_sections().options
    rows = []
    for name, info in options.items():
        value = loaded.values[name]
        rows.append({"option": name, "value": value, "from": loaded.origins[name], "env": info.env, "help": info.help})
    one = next((row for row in rows if row["option"] == key), None)
    found = [row for row in rows if key in (None, row["option"], row["option"].partition(".")[0])]
    if key is not None and not found:
        raise unknown_option(key, key, options)
    if as_json:
        print_json(one or found)
    elif one is not None:
        value = one["value"]
        click.echo(printable(str(value) if isinstance(value, str | Secret) else toml_value(value)))
    else:
        _print(found)
        click.echo(f"\nfile: {configuration_file(config_file)}")


def _print(rows: Iterable[dict[str, Any]]) -> None:
    print_table(
        ("option", "value", "from", "what"), ((r["option"], toml_value(r["value"]), r["from"], r["help"]) for r in rows)
    )


@command.command("path", epilog="Example: $EDITOR $(musfuse config path)")
@config_option
def path(config_file: Path | None) -> None:
    """Print the path of the configuration file, which need not be there."""
    click.echo(absolute(configuration_file(config_file)))


@command.command("init", epilog="Example: musfuse config init")
@config_option
def init(config_file: Path | None) -> None:
    """Write a configuration file with every option, its default and what it does, where there is none yet."""
    file = absolute(configuration_file(config_file))
    write_defaults(file, known_sections())
    say(f"written to {file}")
