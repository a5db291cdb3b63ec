"""OpenTelemetry: figures, sent on to a collector by a process of its own."""
