"""Small files of every kind that is written here."""

from media.identity.conftest import sounds

__all__ = ["sounds"]
