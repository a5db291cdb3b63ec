"""Options: declared once in `options`, filled by `load` from file, environment and flags."""

from musfuse.config.load import Loaded, load_config
from musfuse.config.options import Config

__all__ = ["Config", "Loaded", "load_config"]
