"""The screens, one a file: each owns what its keys do."""
