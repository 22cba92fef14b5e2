"""Messages: header fields, encodings, the MIME tree, and what a user agent does before it sends."""
