"""Originals in buckets that speak S3. What speaks it is loaded when such a source is opened."""

from musfuse.origins.s3.scheme import S3Scheme

__all__ = ["S3Scheme"]
