"""Facts about letter."""
