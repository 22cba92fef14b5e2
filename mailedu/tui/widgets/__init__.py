"""The parts of the screens, one a file, each with its look and its messages."""
