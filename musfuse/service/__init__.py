"""Every use case once, as a typed request with a typed answer. Faces only ask: the command line, JSON-RPC, others."""
