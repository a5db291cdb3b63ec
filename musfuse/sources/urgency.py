"""What is asked of an origin for, the most urgent first."""

from enum import IntEnum


class Urgency(IntEnum):
    """Who waits: somebody who reads or looks, a scan, what is made ready before it is wanted, or an index that nobody
    waits for."""

    READER = 0
    SCAN = 1
    PREFETCH = 2
    INDEX = 3
