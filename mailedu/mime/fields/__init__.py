"""What stands in header fields: addresses, encoded words, parameters, dates, and how a field is folded."""
