"""What a file sounds like, as text: its content id.

`pcm:…` is a hash of decoded samples, `enc:…` one of encoded frames, for lossy audio and what is not decoded here. Tags,
pictures, padding and the place of a file are no part of either.
"""

from musfuse.media.flac.content import index_content, pcm_content
from musfuse.media.identity.feed import ContentFeed

__all__ = ["ContentFeed", "index_content", "pcm_content"]
