"""Facts about smtp."""
