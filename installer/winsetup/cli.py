"""The command line of `installer/build.py`."""

import os
from pathlib import Path

import click

from winsetup.building import Wish, build
from winsetup.errors import BuildError
from winsetup.python import RELEASED
from winsetup.wheels import sha256_of


def default_cache() -> Path:
    """Where downloaded wheels are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musfuse" / "windows-wheels"


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Example: installer/build.py --fetch --release --python python-3.11.9-embed-amd64.zip",
)
@click.option("--python", type=_FILE, required=True, help="python.org's embeddable archive of CPython 3.11 (amd64).")
@click.option("--python-sha256", help="Its SHA-256 [default: python.org's, which alone a release may have].")
@click.option("--wheel", type=_FILE, help="musfuse's own wheel [default: made here, with --fetch].")
@click.option("--wheels", type=_FOLDER, help="Folder of the locked wheels [default: one in your cache].")
@click.option("--fetch", is_flag=True, help="Download what is missing there. Nothing else uses the network.")
@click.option("--winfsp", type=_FILE, help="WinFsp's own installer (.msi), to be brought along.")
@click.option("--winfsp-sha256", help="Its SHA-256, as its project publishes it; needed with --winfsp.")
@click.option("--release", is_flag=True, help="Build what may be given away, or say why it may not.")
@click.option("--fast", is_flag=True, help="Compress nothing: for tests.")
@click.option("-o", "--out", type=_FOLDER, default=Path("dist"), show_default=True, help="Where the installer goes.")
def command(
    python: Path,
    python_sha256: str | None,
    wheel: Path | None,
    wheels: Path | None,
    fetch: bool,
    winfsp: Path | None,
    winfsp_sha256: str | None,
    release: bool,
    fast: bool,
    out: Path,
) -> None:
    """Build the Windows installer of this checkout. Two builds of the same parts give the same bytes.

    Exit codes: 0 built, 1 not built, 2 wrong usage.
    """
    if winfsp and not winfsp_sha256:
        raise click.UsageError("--winfsp wants --winfsp-sha256: only what its project published is brought along")
    if release and fast:
        raise click.UsageError("--fast is for tests, not for a release")
    wish = Wish(
        python=python,
        python_sha256=python_sha256 or next(iter(RELEASED.values())),
        wheels=wheels or default_cache(),
        out=out,
        wheel=wheel,
        winfsp=winfsp,
        winfsp_sha256=winfsp_sha256 or "",
        fetch=fetch,
        release=release,
        packed=not fast,
    )
    try:
        made = build(wish)
    except BuildError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made}: {made.stat().st_size:,} bytes, SHA-256 {sha256_of(made)}")
