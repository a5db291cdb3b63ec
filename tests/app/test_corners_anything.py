"""Scans of the folders that changed, after any changes: the drive shows what is there, and what moved is the same."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule
from sourcetree import FOLDERS, SourceTree

from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.library.corners import Corner


class Passes(SourceTree):
    """A library without a mount, whose folders are scanned when the test says so, in one pass."""

    def __init__(self) -> None:
        super().__init__()
        config = load_config(default_sections(), flags={"index.background": False}, env={}).config
        self.library = open_library(self.folder / "library", config, self.closing, sources=[self.music])
        self.library.scan_all(self.library.scanner())

    @rule()
    def settle(self) -> None:
        (row,) = self.library.sources.rows()
        corners = [Corner(folder, deep=folder != "") for folder in FOLDERS]
        self.library.scans.named(self.library.scanner(), {row.uid: corners})
        found = {f"Ann/B/{entry.name}" for entry in self.library.drive.list("Ann/B")} if self.files else set()
        assert found == self.expected
        entry = self.library.drive.entry  # not `attr`: who asks for facts has files looked at, beside the passes
        self.settled({path: entry(f"Ann/B/{title}.flac").node for path, title in self.files.items()})

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.closing.close()


TestPasses = Passes.TestCase
TestPasses.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
