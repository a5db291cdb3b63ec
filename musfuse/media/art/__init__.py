"""Pictures: those in originals, those beside them, and smaller ones made of either."""
