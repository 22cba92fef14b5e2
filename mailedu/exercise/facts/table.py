"""Facts about table."""
