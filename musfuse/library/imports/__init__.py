"""What another program knows of the same music, taken over: which track is which, and what is said of it."""
