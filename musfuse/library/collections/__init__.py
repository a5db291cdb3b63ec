"""Collections: tracks that a rule chooses, in an order, under a name."""
