"""Worker processes for foreign bytes: how they are started, spoken to, watched, and ended.

`crew` is the parent's side, `child` the worker's, `wire` what they say to each other.
"""
