"""The simulated domain name system: zones, messages on the wire, and who takes mail for a domain."""
