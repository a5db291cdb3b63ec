"""What follows a scan or an edit: stages in a declared order, driven by what the catalog has noted as still to do."""

from musfuse.library.pipeline.pipeline import Pipeline
from musfuse.library.pipeline.stage import Stage

__all__ = ["Pipeline", "Stage"]
