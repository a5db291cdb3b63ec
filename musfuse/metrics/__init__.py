"""Figures about this process, counted as it goes and told when somebody asks."""

from musfuse.metrics.recorder import Counter, Family, Histogram, Recorder, Sample

__all__ = ["Counter", "Family", "Histogram", "Recorder", "Sample"]
