"""mailedu: watch an email travel, one command at a time."""

__version__ = "0.1.0"
