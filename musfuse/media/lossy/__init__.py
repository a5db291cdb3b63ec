"""Renditions that lose something, in files whose size is known before anything is encoded."""
