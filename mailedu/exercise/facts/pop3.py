"""Facts about pop3."""
