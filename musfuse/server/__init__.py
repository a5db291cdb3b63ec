"""What a server of a library needs beside its use cases, whatever the protocol: bytes of tracks, who may have them."""
