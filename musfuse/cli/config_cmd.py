"""`musfuse config`"""

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musfuse.cli.common import (
    absolute,
    config_option,
    connect,
    json_option,
    known_sections,
    library_folder,
    library_option,
    load_all,
    print_json,
    print_table,
    printable,
    say,
)  # fmt: skip
from musfuse.cli.completing import option_names
from musfuse.config.editing import save_option
from musfuse.config.load import configuration_file, parsed_option, unknown_option
from musfuse.config.secrets import Secret
from musfuse.config.template import toml_value, write_defaults
from musfuse.errors import ConfigError

if TYPE_CHECKING:
    from musfuse.service.requests.configuration import OptionSet


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


@command.command("set", epilog="Example: musfuse config set metrics.listen 127.0.0.1:9550 --save")
@library_option
@config_option
@json_option
@click.option("--save", is_flag=True, help="Write it into the configuration file as well.")
@click.argument("key", shell_complete=option_names)
@click.argument("value")
def set_(library: Path | None, config_file: Path | None, as_json: bool, save: bool, key: str, value: str) -> None:
    """Have the option KEY another VALUE in the process that has the library, without a new start where that can be.

    It lasts as long as that process; with --save the configuration file has it, too. Some options count for mounts that
    are made from then on, and most from the next start of a process on: these can only be saved. What a variable of the
    environment says is stronger than the file.
    """
    from musfuse.service.requests.configuration import SetOption

    wanted = parsed_option(known_sections(), key, value)
    with connect(library_folder(library), config_file) as service:
        told = service.call(SetOption(key, value)) if service.is_owned else None
    if told is None and not save:
        raise ConfigError(f"{key}: no process has this library, so nothing is changed; say --save for the file")
    if told is not None and told.effect == "start" and not save:
        raise ConfigError(f"{key}: counts from the next start on; say --save, then `musfuse stop`, and start it anew")
    file = absolute(configuration_file(config_file))
    if save:
        save_option(file, key, wanted)
    if as_json:
        print_json({
            "option": key, "value": wanted, "before": _of_toml(told.before) if told else None,
            "effect": told.effect if told else "start", "saved": str(file) if save else None,
        })  # fmt: skip
        return
    _say_of(key, wanted, told)
    if save:
        say(f"written to {file}")
        _say_of_stronger(config_file, key, wanted)


def _of_toml(text: str) -> object:
    """The value that TOML writes so; the text itself where it is none, as what stands for a secret is."""
    with suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(f"value = {text}")["value"]
    return text


def _say_of(key: str, wanted: object, told: "OptionSet | None") -> None:
    """What became of an option in the process that has the library."""
    if told is None:
        return
    note = f" ({told.note})" if told.note else ""
    if told.effect == "now":
        say(printable(f"{key} is {toml_value(wanted)} now (was {told.before}){note}"))
    elif told.effect == "mount":
        say(printable(f"{key} is {toml_value(wanted)} for mounts that are made from now on; unmount, and mount again"))
    else:
        say(f"{key} counts from the next start on: `musfuse stop`, and start it anew")


def _say_of_stronger(config_file: Path | None, key: str, wanted: object) -> None:
    """Where the file is not what counts here."""
    loaded = load_all(config_file)
    if loaded.values[key] != wanted:
        say(f"but here {loaded.origins[key]} is stronger", err=True)


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
