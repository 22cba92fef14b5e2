"""Every key, in one table that footer, help, command palette and bindings are read from. A key has one meaning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """A key of a screen."""

    keys: str
    """Textual's names, parted by commas."""
    action: str
    shown: str
    """As the footer and the help print it."""
    word: str
    """One or two words, for the footer."""
    about: str
    """A line, for the help and the command palette."""
    footer: bool = False


EVERYWHERE: Final = (
    Key("question_mark", "app.keys", "?", "keys", "this screen’s keys, signs and words", True),
    Key("", "app.command_palette", ":", "commands", "find a command by name; also ctrl+p"),
    Key("", "app.focus_next", "tab", "next part", "next part; shift+tab: the one before"),
    Key("", "app.quit", "ctrl+q", "quit", "quit from anywhere; the place is kept"),
)
#: The digits behind the 1 that stands for them all in bar and help.
_OTHER_STAGES: Final = tuple(Key(str(n), f"stage({n})", "", "", "") for n in range(2, 6))
PLAYER: Final = (
    Key("n,right", "on", "n", "next", "on to the next step; also →", True),
    Key("p,left", "back", "p", "back", "back a step; also ←", True),
    Key("space", "play", "space", "play", "go on by itself; any key stops it", True),
    Key("e", "edit", "e", "edit", "change this line, or switch a fault on", True),
    Key("g", "guess", "g", "guess", "guess the next reply; again: stop", True),
    Key("1", "stage(1)", "1-5", "stage", "to a stage, from compose to read", True),
    *_OTHER_STAGES,
    Key("home", "first", "home", "start", "to the first step"),
    Key("end", "last", "end", "end", "to the last step"),
    Key("o", "other", "o", "original", "the original, or your version again"),
    Key("u", "undo", "u", "undo", "take your last change back"),
    Key("x", "pane('explain')", "x", "explain", "what this step means"),
    Key("y", "pane('bytes')", "y", "bytes", "its octets"),
    Key("s", "pane('state')", "s", "state", "the state, and where it leads"),
    Key("m", "pane('message')", "m", "message", "the letter as it stands now"),
    Key("k", "pane('packets')", "k", "packets", "what crosses the network; again: each packet, layer by layer"),
    Key("l", "pane('mailbox')", "l", "mailbox", "mailboxes and queues"),
    Key("comma", "pane_by(-1)", ",", "", "the pane before"),
    Key("full_stop", "pane_by(1)", ".", "", "the next pane"),
    Key("z", "zoom", "z", "larger", "the pane in all the room, and back"),
    Key("slash", "find", "/", "find", "find a step by a word in it"),
    Key("i", "addresses", "i", "addresses", "hosts by address or by name"),
    Key("plus,equals_sign", "pace(1)", "+", "faster", "play faster"),
    Key("minus", "pace(-1)", "-", "slower", "play slower"),
    Key("w", "save", "w", "save", "save: text, letter (.eml) or steps"),
    Key("", "copy", "", "copy this line", "put the line of this step on the clipboard"),
    Key("escape", "close", "esc", "close", "close what is on top"),
    Key("a", "answer(0)", "a-d", "answer", "answer, while a reply is hidden"),
    Key("b", "answer(1)", "", "", ""),
    Key("c", "answer(2)", "", "", ""),
    Key("d", "answer(3)", "", "", ""),
    Key("q", "leave", "q", "leave", "leave; the place is kept", True),
)
PACKETS: Final = (
    Key("n,right", "on", "n", "next", "on to the next step; also →", True),
    Key("p,left", "back", "p", "back", "back a step; also ←", True),
    Key("slash", "find", "/", "filter", "only with a word, or port=110 from=server flags=SYN verb=RCPT len>0", True),
    Key("f", "follow", "f", "follow", "only the conversation of the chosen packet, or all again", True),
    Key("i", "addresses", "i", "names", "hosts by address or by name", True),
    Key("k", "ladder", "k", "ladder", "back to the ladder; also esc, q", True),
    Key("enter", "its_step", "enter", "its step", "in the list: to the step of that packet"),
    Key("", "", "space", "", "in the layers: open or close one"),
    Key("", "", "← →", "", "in the octets: the one before, the next"),
    Key("1", "stage(1)", "1-5", "stage", "to a stage, from compose to read"),
    *_OTHER_STAGES,
    Key("home", "first", "home", "start", "to the first step"),
    Key("end", "last", "end", "end", "to the last step"),
    Key("z", "zoom", "z", "larger", "the part that has the keys in all the room, and back"),
    Key("w", "save", "w", "save", "save the journey in a file"),
    Key("escape", "close", "esc", "close", "close what is on top"),
    Key("q", "ladder", "q", "", ""),
)
HOME: Final = (
    Key("", "open", "enter", "open", "open what is highlighted"),
    Key("e", "write", "e", "write a letter", "write a letter of your own, and watch it travel", True),
    Key("g", "guess", "g", "open and guess", "open it, and guess each reply before it is shown", True),
    Key("slash", "find", "/", "find", "find an entry by a word; esc shows all again", True),
    Key("escape", "close", "esc", "show all", "show all again"),
    Key("q", "app.quit", "q", "quit", "quit; your place is kept", True),
)
COMPOSE: Final = (
    Key("enter", "next", "enter", "next field", "to the next field; in the text a new line, on a button: do it", True),
    Key("tab", "app.focus_next", "tab", "next part", "to the next field or button; shift+tab: back", True),
    Key("up", "app.focus_previous", "↑", "", "to the field before; in the text only from its first line"),
    Key("down", "app.focus_next", "↑↓", "field", "to the field after; in the text only from its last line", True),
    Key("right", "complete", "→", "complete", "take the file name that is offered", True),
    Key("delete", "remove", "del", "remove", "remove this attachment", True),
    Key("", "send", "", "send it", "send the letter, and watch it travel"),
    Key("", "afresh", "", "start afresh", "empty the form"),
    Key("escape", "leave", "esc", "leave", "leave; what you typed is kept", True),
    Key("q", "leave", "q", "leave", "leave, where q types nothing"),
)
TALK: Final = (
    Key("enter", "enter", "enter", "type", "say the line; elsewhere: back to typing", True),
    Key("right", "take", "→", "take", "take the line that is offered", True),
    Key("up", "older", "↑", "before", "the line before; elsewhere: what an earlier line means", True),
    Key("down", "newer", "↓", "after", "the line after it"),
    Key("escape", "stop", "esc", "other keys", "out of the line, to the other keys; there: leave", True),
    Key("u", "undo", "u", "undo", "take the last line back", True),
    Key("r", "again", "r", "again", "hang up, and begin anew", True),
    Key("q", "leave", "q", "leave", "leave", True),
)
EXERCISE: Final = (
    Key("a", "letter(0)", "a-d", "answer", "answer, or choose; a letter more takes it back", True),
    Key("b", "letter(1)", "", "", ""),
    Key("c", "letter(2)", "", "", ""),
    Key("d", "letter(3)", "", "", ""),
    Key("e", "letter(4)", "", "", ""),
    Key("f", "letter(5)", "", "", ""),
    Key("g", "letter(6)", "", "", ""),
    Key("1", "digit(1)", "1-9", "", "a partner’s number, where pairs are to be found"),
    *(Key(str(n), f"digit({n})", "", "", "") for n in range(2, 10)),
    Key("enter", "enter", "enter", "hand in", "hand in; in the capture, where one is to point: this one", True),
    Key("h", "hint", "h", "hint", "a hint, and what it costs", True),
    Key("v", "show_me", "v", "show me", "the player, at the step that the answer speaks of", True),
    Key("n", "next", "n", "next", "the next question; at the end: what comes next", True),
    Key("p", "back", "p", "back", "the question before"),
    Key("r", "variant", "r", "new variant", "the same question with other values; at the end: all once more", True),
    Key("u,backspace", "undo", "u", "undo", "take back the last line that was typed, or the last letter"),
    Key("z", "zoom", "z", "larger", "the capture in all the room, and back"),
    Key("", "give_up", "", "show the answer", "show the answer; the question then brings no points"),
    Key("escape", "close", "esc", "other keys", "out of what is typed, to the other keys; then back"),
    Key("q", "leave", "q", "leave", "leave; you go on here the next time", True),
)
#: While a line is changed, its card has the keys.
EDITING: Final = (
    Key("enter", "", "enter", "send", ""),
    Key("down", "", "↓", "mistakes and faults", ""),
    Key("escape", "", "esc", "keep it", ""),
)


def bindings(table: Iterable[Key]) -> list[Binding]:
    """The table as Textual wants it."""
    return [Binding(key.keys, key.action, key.word or key.about, show=False) for key in table if key.keys]
