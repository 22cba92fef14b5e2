"""The worlds in which the conversations are spoken: small, in memory, and named by the key `scenario` of a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from mailedu import pop3, smtp
from mailedu.conversation import Conversation
from mailedu.framing import Content
from mailedu.machine import StandIn
from mailedu.pop3 import Maildrop, Stored
from mailedu.smtp import extensions, replies

DOMAIN = "example.net"
HOST = "mail.example.net"

GREETINGS = {
    "refused": b"554 mail.example.net No SMTP service here",
    "not-now": b"450 mail.example.net Not now, try again later",
    "closing": b"421 mail.example.net Shutting down",
    "pop3-refused": b"-ERR [SYS/TEMP] Not now",
}
OFFERS: Mapping[str, tuple[str, ...]] = {
    "bare": (),
    "small": ("SIZE 1000", "ENHANCEDSTATUSCODES"),
    "unlimited": ("SIZE 0", "PIPELINING"),
    "login-optional": ("PIPELINING", "AUTH LOGIN PLAIN", "ENHANCEDSTATUSCODES"),
    "plain-only": ("AUTH PLAIN CRAM-MD5", "ENHANCEDSTATUSCODES"),
}
SUBMISSION = ("PIPELINING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH LOGIN PLAIN")


class World:
    """Users, their mailboxes, and what a scenario changes. It is the policy of an SMTP and of a POP3 server."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.scenario = conversation.scenario
        self.passwords = {"bob": "looking-glass", "carol": "two words", **dict(conversation.users)}
        self.boxes: dict[str, dict[str, bytes]] = {name: {} for name in self.passwords}
        self.boxes["postmaster"] = {}
        self.boxes["elsewhere"] = {}
        self.late: deque[Any] = deque()
        """What has been put off and is to be answered."""
        self.locked: set[str] = set()
        self.unlocked = 0
        self.deferred: set[str] = set()
        self._stored = 0
        if conversation.protocol == "pop3":
            for letter in MAILBOXES.get(self.scenario, TWO_LETTERS):
                self.store("bob", letter)

    def server(self) -> Any:
        """The server of this world, on a new connection."""
        return self._pop3() if self.conversation.protocol == "pop3" else self._smtp()

    # SMTP -------------------------------------------------------------------------------------------------------------

    def _smtp(self) -> smtp.Server:
        offers = OFFERS.get(self.scenario)
        submission = self.conversation.port == 587
        if offers is None:
            offers = SUBMISSION if submission else extensions.DEFAULT
        return smtp.Server(
            HOST,
            self,
            offers=offers,
            wants_login=submission,
            max_recipients=100 if self.scenario == "few-recipients" else 1000,
            stand_in=self._greeting(),
        )

    def _greeting(self) -> Callable[[str], StandIn | None] | None:
        text = GREETINGS.get(self.scenario)
        if text is None:
            return None
        return lambda verb: StandIn((text,)) if verb == "GREETING" else None

    def _say(self, reply: replies.Reply) -> replies.Reply | None:
        if self.scenario != "late":
            return reply
        self.late.append(reply)
        return None

    def sender(self, server: smtp.Server, reverse_path: str, size: int) -> replies.Reply | None:
        full = self.scenario == "no-room" and size > 1000
        return self._say(server.voice("MAILBOX_FULL" if full else "SENDER_OK"))

    def recipient(self, server: smtp.Server, mailbox: str) -> replies.Reply | None:
        return self._say(server.voice(self._recipient(server, mailbox)))

    def _recipient(self, server: smtp.Server, mailbox: str) -> str:
        name, _, domain = mailbox.partition("@")
        if self.scenario == "greylisting" and mailbox not in self.deferred:
            self.deferred.add(mailbox)
            return "TRY_LATER"
        if name.lower() == "postmaster":
            name = "postmaster"
        if domain.lower() not in (DOMAIN, ""):
            return "RECIPIENT_OK" if server.session.user is not None else "NO_RELAY"
        if self.scenario == "anybody" or self.scenario == "few-recipients":
            return "RECIPIENT_OK"
        if self.scenario == "mailbox-full":
            return "MAILBOX_FULL"
        return "RECIPIENT_OK" if name in self.boxes else "NO_SUCH_USER"

    def message(
        self, server: smtp.Server, envelope: smtp.Envelope, content: Content, *, must: bool
    ) -> replies.Reply | None:
        if self.scenario == "overloaded":
            return self._say(server.voice("TRY_LATER"))
        if self.scenario == "loop":
            return self._say(server.voice("LOOP"))
        for recipient in envelope.recipients:
            name, _, domain = recipient.partition("@")
            self.store(name if domain.lower() in (DOMAIN, "") else "elsewhere", bytes(content))
        return self._say(server.voice("ACCEPTED", id=f"{self._stored:05}"))

    def store(self, name: str, letter: bytes) -> None:
        """Put a letter into a mailbox, that of nobody in particular included."""
        self._stored += 1
        name = "postmaster" if name.lower() == "postmaster" else name
        self.boxes.setdefault(name, {})[f"uid-{self._stored}"] = letter

    # POP3 -------------------------------------------------------------------------------------------------------------

    def _pop3(self) -> pop3.Server:
        options: dict[str, Any] = {}
        if self.scenario == "no-options":
            options["offers"] = ("USER", "RESP-CODES")
        elif self.scenario == "no-passwords":
            options["offers"] = ("TOP", "UIDL")
        return pop3.Server(HOST, self, stand_in=self._greeting(), **options)

    def login(self, server: Any, user: str, password: bytes) -> Any:
        known = self.passwords.get(user)
        right = known is not None and known.encode() == password
        if isinstance(server, smtp.Server):
            if self.scenario == "login-down":
                return replies.reply(454, "4.7.0", "Temporary authentication failure")
            return self._say(server.voice("LOGIN_OK" if right else "LOGIN_FAILED"))
        return self._put_off(self._open(server, user) if right else server.voice("LOGIN_FAILED"))

    def _open(self, server: pop3.Server, user: str) -> Any:
        if self.scenario in ("in-use", "login-down"):
            return server.voice("IN_USE" if self.scenario == "in-use" else "TRY_LATER")
        self.locked.add(user)
        return Maildrop(user, tuple(Stored(uid, Content((text,))) for uid, text in self.boxes[user].items()))

    def _put_off(self, answer: Any) -> Any:
        if self.scenario != "late":
            return answer
        self.late.append(answer)
        return None

    def marked(self, server: pop3.Server, maildrop: Maildrop, number: int) -> None: ...

    def unmarked(self, server: pop3.Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> None: ...

    def expunge(self, server: pop3.Server, maildrop: Maildrop, numbers: tuple[int, ...]) -> bool | None:
        if self.scenario == "stuck":
            return False
        for number in numbers:
            del self.boxes[maildrop.user][maildrop.messages[number - 1].uid]
        answer: bool | None = self._put_off(True)
        return answer

    def unlock(self, server: pop3.Server, maildrop: Maildrop) -> None:
        self.locked.remove(maildrop.user)
        self.unlocked += 1


TWO_LETTERS = (
    b"From: alice@example.com\r\nSubject: Dinner\r\n\r\nAt eight?\r\nOr at nine?\r\nAlice\r\n",
    b"From: dave@example.net\r\nSubject: Tea\r\n\r\nAt five.\r\n",
)
MAILBOXES = {
    "empty": (),
    "dots": (b"Subject: dots\r\n\r\n.\r\n..two\r\n.end\r\nlast\r\n",),
    "header-only": (b"Subject: no body\r\n",),
}

#: What is wrong with a scenario's name shows here, not in a world that is silently the usual one.
SCENARIOS = frozenset(
    {"", "late", "no-room", "greylisting", "anybody", "few-recipients", "mailbox-full", "overloaded", "loop"}
    | {"no-options", "no-passwords", "in-use", "login-down", "stuck"}
    | GREETINGS.keys()
    | OFFERS.keys()
    | MAILBOXES.keys()
)
