"""`python -m mailedu` is the command `mailedu`."""

from mailedu.cli import main

if __name__ == "__main__":
    main()
