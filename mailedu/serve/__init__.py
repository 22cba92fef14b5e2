"""Real sockets around the same machines: what a real mail program can talk to."""
