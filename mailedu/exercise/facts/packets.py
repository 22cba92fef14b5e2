"""Facts about packets."""
