"""Real mail programs talk to our servers: the standard library's clients, curl and swaks."""

from __future__ import annotations

import poplib
import smtplib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mailedu.conversation import parse
from mailedu.serve.connection import Connection, Hub
from tests.dialogues.worlds import TWO_LETTERS, World

from .background import PATIENCE, Background

LETTER = (
    b"From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: Caf\xc3\xa9\r\n\r\n"
    b".a dot\r\n..\r\n.\r\nend\r\n"
)


class Place:
    """An SMTP or POP3 server of a little world on a port of its own."""

    def __init__(self, background: Background, text: str) -> None:
        self.world = World(parse(text + "\nC: NOOP", "made here"))
        self.hub = Hub()
        self.port = background.listen(self._make, self.hub)

    def _make(self, connection: Connection) -> Any:
        return self.world.server()


@pytest.fixture
def mx(background: Background) -> Place:
    return Place(background, "protocol smtp")


@pytest.fixture
def submission(background: Background) -> Place:
    return Place(background, "port 587")


@pytest.fixture
def maildrop(background: Background) -> Place:
    return Place(background, "protocol pop3")


def test_smtplib_sends_a_letter_octet_for_octet(mx: Place) -> None:
    with smtplib.SMTP("127.0.0.1", mx.port, timeout=PATIENCE) as client:
        refused = client.sendmail(
            "alice@example.com", ["bob@example.net", "nobody@example.net"], LETTER, mail_options=["BODY=8BITMIME"]
        )
        assert client.esmtp_features["size"] == "52428800"
    assert refused == {"nobody@example.net": (550, b"5.1.1 No such mailbox here")}
    assert list(mx.world.boxes["bob"].values()) == [LETTER]


def test_smtplib_logs_in_both_ways_and_is_refused(submission: Place) -> None:
    for mechanism in ("PLAIN", "LOGIN"):
        with smtplib.SMTP("127.0.0.1", submission.port, timeout=PATIENCE) as client:
            client.ehlo()
            client.user, client.password = "bob", "looking-glass"
            code, _ = client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
            assert code == 235
            client.sendmail("bob@example.net", ["alice@example.org"], LETTER, mail_options=["BODY=8BITMIME"])
    assert len(submission.world.boxes["elsewhere"]) == 2
    with smtplib.SMTP("127.0.0.1", submission.port, timeout=PATIENCE) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("bob", "wonder-land")
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("bob@example.net", ["carol@example.net"], b"x\r\n")
        assert refused.value.smtp_code == 530


def test_smtplib_hears_that_a_letter_is_too_large(background: Background) -> None:
    place = Place(background, "scenario small")
    with smtplib.SMTP("127.0.0.1", place.port, timeout=PATIENCE) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("alice@example.com", ["bob@example.net"], b"x" * 99 + b"\r\n" + b"y" * 999 + b"\r\n")
        assert refused.value.smtp_code == 552
        client.docmd("MAIL FROM:<alice@example.com>")
        client.docmd("RCPT TO:<bob@example.net>")
        assert client.data(b"x" * 99 + b"\r\n" + (b"y" * 99 + b"\r\n") * 10)[0] == 552
        assert client.noop()[0] == 250


def test_smtplib_says_helo_vrfy_and_rset(mx: Place) -> None:
    with smtplib.SMTP("127.0.0.1", mx.port, timeout=PATIENCE) as client:
        assert client.helo("client.example.com") == (250, b"mail.example.net")
        assert client.verify("bob")[0] == 252
        assert client.rset()[0] == 250
        assert client.docmd("EXPN", "everybody")[0] == 502


def test_poplib_fetches_and_deletes(maildrop: Place) -> None:
    client = poplib.POP3("127.0.0.1", maildrop.port, timeout=PATIENCE)
    assert client.welcome == b"+OK POP3 mail.example.net ready"
    assert client.capa()["USER"] == []
    client.user("bob")
    client.pass_("looking-glass")
    assert client.stat() == (2, sum(map(len, TWO_LETTERS)))
    assert client.list()[1] == [b"1 75", b"2 50"]
    assert client.uidl()[1] == [b"1 uid-1", b"2 uid-2"]
    for number, letter in enumerate(TWO_LETTERS, 1):
        assert client.retr(number)[1] == letter.split(b"\r\n")[:-1]
    assert client.top(1, 1)[1] == TWO_LETTERS[0].split(b"\r\n")[:4]
    client.dele(1)
    with pytest.raises(poplib.error_proto, match="marked as deleted"):
        client.retr(1)
    client.quit()
    assert list(maildrop.world.boxes["bob"].values()) == [TWO_LETTERS[1]]


def test_poplib_that_hangs_up_deletes_nothing(maildrop: Place, background: Background) -> None:
    client = poplib.POP3("127.0.0.1", maildrop.port, timeout=PATIENCE)
    client.user("bob")
    client.pass_("looking-glass")
    client.dele(1)
    client.close()
    background.until(lambda: not maildrop.hub)
    assert len(maildrop.world.boxes["bob"]) == 2


def test_poplib_sees_leading_dots_as_they_are(background: Background) -> None:
    client = poplib.POP3("127.0.0.1", Place(background, "protocol pop3\nscenario dots").port, timeout=PATIENCE)
    client.user("bob")
    client.pass_("looking-glass")
    assert client.retr(1)[1] == [b"Subject: dots", b"", b".", b"..two", b".end", b"last"]
    client.quit()


def run(*words: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, input=stdin, capture_output=True, timeout=60, check=False)


@pytest.mark.needs("curl")
def test_curl_sends_a_letter(mx: Place, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(LETTER)
    done = run(
        "curl", "-sS", f"smtp://127.0.0.1:{mx.port}/client.example.com", "--mail-from", "alice@example.com",
        "--mail-rcpt", "bob@example.net", "--mail-rcpt", "carol@example.net", "--upload-file", str(letter),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(mx.world.boxes["bob"].values()) == [LETTER] == list(mx.world.boxes["carol"].values())


@pytest.mark.needs("curl")
def test_curl_logs_in_and_sends(submission: Place) -> None:
    done = run(
        "curl", "-sS", f"smtp://127.0.0.1:{submission.port}", "--user", "bob:looking-glass", "--mail-from",
        "bob@example.net", "--mail-rcpt", "alice@example.org", "-T", "-", stdin=LETTER,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(submission.world.boxes["elsewhere"].values()) == [LETTER]


@pytest.mark.needs("curl")
def test_curl_lists_fetches_and_deletes(maildrop: Place) -> None:
    url = f"pop3://127.0.0.1:{maildrop.port}"
    user = ("--user", "bob:looking-glass")
    assert run("curl", "-sS", url, *user).stdout == b"1 75\r\n2 50\r\n"
    assert run("curl", "-sS", f"{url}/2", *user).stdout == TWO_LETTERS[1]
    assert run("curl", "-sS", f"{url}/1", *user, "--request", "DELE", "--list-only").returncode == 0
    assert run("curl", "-sS", url, "--user", "bob:wonder-land").returncode == 67
    assert list(maildrop.world.boxes["bob"].values())[-1] == TWO_LETTERS[1]


@pytest.mark.needs("swaks")
def test_swaks_sends_a_letter(submission: Place) -> None:
    done = run(
        "swaks", "--server", "127.0.0.1", "--port", str(submission.port), "--from", "bob@example.net", "--to",
        "carol@example.net", "--auth", "LOGIN", "--auth-user", "bob", "--auth-password", "looking-glass",
        "--helo", "client.example.com", "--pipeline", "--body", ".leading dot",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert b"\r\n.leading dot\r\n" in next(iter(submission.world.boxes["carol"].values()))
