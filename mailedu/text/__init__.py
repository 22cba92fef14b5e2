"""A journey as lines of text: a step as a card, its panes, the whole as a transcript. Faces print them."""
