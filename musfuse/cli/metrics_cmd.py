"""`musfuse metrics`"""

from pathlib import Path

import click

from musfuse.cli.common import connect, library_folder, library_option
from musfuse.errors import ControlError


@click.command("metrics", epilog="Example: musfuse metrics | grep latency")
@library_option
@click.option("--openmetrics", is_flag=True, help="As OpenMetrics has it, instead of Prometheus' own format.")
def command(library: Path | None, openmetrics: bool) -> None:
    """Print the figures of the process that owns the library, as Prometheus reads them.

    The option `metrics.listen` has them served over HTTP, for Prometheus to fetch. Calls of the drive are counted where
    that or `metrics.record` is set.
    """
    from musfuse.control import find_owner
    from musfuse.service.requests.monitoring import ShowFigures

    folder = library_folder(library)
    owner = find_owner(folder)
    if owner is None:
        raise ControlError(f"{folder}: nothing is running; `musfuse mount` or `musfuse serve` starts what has figures")
    owner.close()
    with connect(folder) as service:
        click.echo(service.call(ShowFigures("openmetrics" if openmetrics else "prometheus")).text, nl=False)
