"""Webhooks: what happens is told to receivers on the network, from a process of its own."""
