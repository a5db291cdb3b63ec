"""The Windows face: winfspy's operations to drive calls, errors to NTSTATUS. It knows nothing of formats."""
