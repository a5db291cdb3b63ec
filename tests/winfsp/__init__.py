"""The Windows face, driven by a simulated kernel over winfspy's own Python layer."""
