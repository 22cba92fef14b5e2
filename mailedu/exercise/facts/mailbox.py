"""Facts about mailbox."""
