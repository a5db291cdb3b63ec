"""`musfuse config`"""

from pathlib import Path

import click

from musfuse.cli.common import config_option, json_option, print_json, print_table
from musfuse.config.load import default_file, load_config
from musfuse.config.options import all_options


@click.group("config")
def command() -> None:
    """The configuration: options from the file, the environment and flags, in that order of strength."""


@command.command("show", epilog="Example: musfuse config show")
@config_option
@json_option
def show(config_file: Path | None, as_json: bool) -> None:
    """Show every option's value and where it came from."""
    loaded = load_config(config_file)
    rows = []
    for name, info in all_options().items():
        value = getattr(getattr(loaded.config, info.section), info.key)
        rows.append({"option": name, "value": value, "from": loaded.origins[name], "env": info.env, "help": info.help})
    if as_json:
        print_json(rows)
        return
    print_table(
        ("option", "value", "from", "what"), ((r["option"], _toml(r["value"]), r["from"], r["help"]) for r in rows)
    )
    click.echo(f"\nfile: {config_file or default_file()}")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
