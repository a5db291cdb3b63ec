"""`musfuse log`"""

import json
import logging
import time
from contextlib import closing
from pathlib import Path

import click

from musfuse.app.state import StateFolder
from musfuse.cli.common import config_option, json_option, library_folder, library_option, load, printable
from musfuse.errors import ConfigError
from musfuse.logs.files import log_path
from musfuse.logs.lines import Line
from musfuse.logs.options import LoggingOptions

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_PAUSE_SECONDS = 0.2


@click.command("log", epilog="Example: musfuse log --level warning --follow")
@library_option
@config_option
@json_option
@click.option("--level", type=click.Choice(list(_LEVELS)), default="debug", help="Lines of this level and above.")
@click.option("--lines", "-n", type=click.IntRange(0), default=100, show_default=True, help="The last so many.")
@click.option("--follow", "-f", is_flag=True, help="Then those that come, until Ctrl-C.")
def command(
    library: Path | None, config_file: Path | None, as_json: bool, level: str, lines: int, follow: bool
) -> None:
    """Print the log of a library, whoever wrote it: what its owner did, what failed.

    With --json each line is an object with time, level, area, message, and the job or request that it belongs to.
    """
    from musfuse.logs.reading import Following, last_lines

    state = StateFolder(library_folder(library))
    path = log_path(state.log, load(config_file)[LoggingOptions])
    if not follow:
        state.check_exists()
        if not path.exists():
            raise ConfigError(f"{state.path}: there is no log of it yet; `musfuse scan` or `mount` begins one")
    with closing(Following(path)) as following:

        def wanted(line: Line) -> bool:
            return line.level >= _LEVELS[level]

        for line in last_lines(path, lines, wanted):
            _print(line, as_json)
        while follow:
            for line in filter(wanted, following.more()):
                _print(line, as_json)
            time.sleep(_PAUSE_SECONDS)


def _print(line: Line, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(line.as_dict(), ensure_ascii=True))
        return
    named = "".join(f" {name}={value}" for name, value in line.ids.items())
    text = f"{line.time} {logging.getLevelName(line.level)} {line.area}{named}: {line.message}"
    for part in text.split("\n"):
        click.echo(printable(part))
