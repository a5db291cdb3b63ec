"""Options: declared in sections by the packages that own them, filled by `load` from file, environment and flags."""

from musfuse.config.load import Loaded, load_config
from musfuse.config.sections import Config, Section, Sections

__all__ = ["Config", "Loaded", "Section", "Sections", "load_config"]
