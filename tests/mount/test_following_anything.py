"""Whatever becomes of a source, in whatever order and however fast: once it is quiet the drive shows that, and files
that were moved or retagged are the same files."""

from pathlib import Path

from conftest import needs_fuse
from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule
from patient import until
from sourcetree import SourceTree

from musfuse.app.build.faces import choose_mounter
from musfuse.app.jobs import Jobs
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config

pytestmark = needs_fuse


class Sources(SourceTree):
    """The real drive over a library that follows its source."""

    def __init__(self) -> None:
        super().__init__()
        self.mnt = self.folder / "mnt"
        self.mnt.mkdir()
        flags = {"fuse.cache_seconds": 3600, "index.background": False, "follow.quiet_ms": 30}
        config = load_config(default_sections(), flags=flags, env={}).config
        library = open_library(self.folder / "library", config, self.closing, sources=[self.music])
        jobs = Jobs(library)
        library.follow(lambda: jobs.request("rescan"))
        assert library.follower is not None
        self.closing.callback(jobs.join)
        self.closing.callback(jobs.stop)
        self.closing.callback(library.follower.close)
        jobs.start()
        jobs.runner.wait(jobs.request("scan").id)
        mount = choose_mounter(config).mount(library.drive, self.mnt)
        self.closing.callback(mount.unmount, force=True)

    @rule()
    def settle(self) -> None:
        until(lambda: shown(self.mnt) == self.expected)
        found = self.files.items()
        self.settled({path: (self.mnt / f"Ann/B/{title}.flac").stat().st_ino for path, title in found})

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.closing.close()


def shown(top: Path) -> set[str]:
    try:
        return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    except FileNotFoundError:
        return {"?"}  # it changes while it is listed


TestSources = Sources.TestCase
TestSources.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
