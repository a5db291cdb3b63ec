"""Originals served with other tags: a header made here, the encoded audio as it is. What planners share."""
