"""Facts about coding."""
