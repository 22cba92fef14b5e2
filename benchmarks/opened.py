"""Starts what the benchmark of the full screen looks at: `python opened.py WHAT COUNT N`.

empty: a Textual application with a label that `n` and `p` change. steps: the player at step N of a journey with about
COUNT steps. letter: the same with a letter of COUNT octets. journey: the shipped one. `E` makes an edit, as
enter does in the editor.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # which is not there where the path is kept safe


def empty() -> None:
    """The least that a key can cost in Textual."""
    from textual.app import App, ComposeResult
    from textual.widgets import Label

    class Empty(App[None]):
        BINDINGS = (("n", "count(1)", ""), ("p", "count(-1)", ""), ("q", "quit", ""))
        count = 0

        def compose(self) -> ComposeResult:
            yield Label("ready: step 0")

        def action_count(self, by: int) -> None:
            self.count += by
            self.query_one(Label).update(f"step {self.count}")

    Empty().run()


def player(what: str, count: int, n: int) -> None:
    """The player in a journey of that kind."""
    import large
    from textual.events import Mount

    from mailedu.journey import Journey, load, play
    from mailedu.journey.own_letter import own_letter
    from mailedu.tui import app, running
    from mailedu.tui.screens.player import Player

    def journey() -> Journey:
        if what == "journey":
            return play("alice-to-bob")
        if what == "letter":
            octets = large.letter(count)
        else:
            # Each recipient is named twice, and answered twice: to Alice's server, and a thousand of them to Bob's.
            to = b",\r\n ".join(b"somebody%d@example.net" % number for number in range(max(1, (count - 2000) // 2)))
            octets = b"To: " + to + b"\r\nSubject: To many\r\n\r\nHello.\r\n"
        return play(load("alice-to-bob", message=own_letter(octets, load("alice-to-bob"))))

    class Opened(app.MaileduApp):
        CSS_PATH = Path(app.__file__).with_name("mailedu.tcss")
        BINDINGS = (("E", "change", ""),)

        def on_mount(self, event: Mount) -> None:
            event.prevent_default()
            made = journey()
            self.open_journey(made, n if n > 0 else len(made) + n)

        def action_change(self) -> None:
            if isinstance(self.screen, Player):
                self.screen.seat.change(large.EDIT)
                self.screen.show()

    running.run(Opened())


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        player(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
