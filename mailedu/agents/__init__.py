"""What is done at each station of a letter's way, as generators that touch nothing but the world given to them."""
