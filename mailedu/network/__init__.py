"""The simulated network: virtual time, a log of writes, and the packets that such writes are on a real wire."""
