"""gRPC: a process of its own beside the owner of a library, which it asks over the control channel."""
