"""Opus at a hard constant bitrate in Ogg: all packets are of one size, so pages and sizes follow from arithmetic."""
