"""Tags of every format, to and from the one model of TagSet."""
