"""The full screen: a Textual application in which the letter is seen to travel. Needs the extra `tui`."""
