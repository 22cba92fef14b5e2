"""Messages: header fields, encodings, the MIME tree, and what a user agent does before it sends (RFC 5322, 2045 to 2049)."""
