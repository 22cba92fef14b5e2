"""A lab: the session so far, what its last line means, and the line that is typed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.events import Paste
from textual.message import Message
from textual.widgets import Static

from mailedu.tui.widgets.entry import Entry
from mailedu.tui.widgets.exercise_session import Session
from mailedu.tui.widgets.talk_explain import TalkExplain
from mailedu.tui.widgets.talk_transcript import Transcript
from mailedu.visible import visible


class LabLine(Entry):
    """The line that is typed; ↑ brings an earlier one back."""

    class Pasted(Message):
        """Several lines at once: each is said, but the last."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    def __init__(self) -> None:
        super().__init__(id="speak")
        self.earlier: list[str] = []
        self._recalled = 0

    def _on_paste(self, event: Paste) -> None:
        *whole, last = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not whole:
            super()._on_paste(event)
            return
        event.prevent_default()
        event.stop()
        whole[0] = self.value[: self.cursor_position] + whole[0]
        self.value = last + self.value[self.cursor_position :]
        self.cursor_position = len(last)
        self.post_message(self.Pasted(whole))

    def recall(self, by: int) -> None:
        """An earlier line, or a later one."""
        self._recalled = max(0, min(self._recalled + by, len(self.earlier)))
        self.value = self.earlier[-self._recalled] if self._recalled else ""
        self.cursor_position = len(self.value)

    def forget_where(self) -> None:
        self._recalled = 0

    def key_up(self) -> None:
        self.recall(1)

    def key_down(self) -> None:
        self.recall(-1)


class Lab(Vertical):
    """The desk."""

    DEFAULT_CSS = """
    Lab { height: 1fr; }
    Lab #session {
        height: 1fr; border: solid $line; border-title-color: $foreground; border-title-style: bold;
    }
    Lab #session:focus-within { border: solid $accent; }
    Lab TalkExplain { height: 6; }
    Lab #said { height: 1; }
    Lab #ready { width: auto; padding: 0 1; color: $client; text-style: bold; }
    .-wide Lab TalkExplain, .-huge Lab TalkExplain { height: 12; padding: 1 1 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._present = 0

    def compose(self) -> ComposeResult:
        with Container(id="session"):
            yield Transcript()
        yield TalkExplain()
        with Horizontal(id="said"):
            yield Static(id="ready", markup=False)
            yield LabLine()

    def on_mount(self) -> None:
        self.query_one("#ready").styles.min_width = 4

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def take(self, session: Session) -> None:
        """Another session."""
        self._session = session
        self.transcript.forget()
        self.query_one(LabLine).value = ""
        self.at_end()

    def at_end(self) -> None:
        """The last line is the present one. What was taken back is not shown any more."""
        if self._session is not None:
            self._present = len(self._session.turns) - 1
            self.transcript.forget()
            line = self.query_one(LabLine)
            line.earlier = list(self._session.lines)
            line.forget_where()

    def show(self) -> None:
        session = self._session
        if session is None:
            return
        self._present = min(self._present, len(session.turns) - 1)
        now = session.now
        self.transcript.show(session.turns, self._present, now.closed)
        self.query_one(TalkExplain).show(session.turns[self._present])
        ready = "closed" if now.closed else "letter:" if now.in_letter else "base64:" if now.in_login else ""
        self.query_one("#ready", Static).update(ready or f"{now.state} C:")
        desk = session.journey.desk
        title = f"{desk.protocol.upper() if desk.protocol != 'submission' else 'SMTP'} with {visible(desk.server)}"
        self.query_one("#session").border_title = Content(f"{title}, port {desk.port}")

    def on_transcript_chosen(self, message: Transcript.Chosen) -> None:
        message.stop()
        self._present = message.turn
        self.show()
