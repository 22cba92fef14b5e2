"""Facts about codings done by hand: base64, the answers of AUTH, doubled dots, octets of a line."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from typing import Final

from mailedu import framing
from mailedu.exercise.facts import About, FactError, fact

_ENDINGS: Final = {"": b"", "crlf": b"\r\n", "lf": b"\n"}
_PARTS: Final = ("authorization", "user", "password")


def _encoded(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _decoded(text: str) -> bytes:
    """FactError for what is no base64."""
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (Error, ValueError):
        raise FactError(f"{text!r} is no base64") from None


def _octets(text: str, ending: str = "") -> bytes:
    if ending not in _ENDINGS:
        raise FactError(f"no ending {ending!r}; it is crlf, lf or nothing")
    return text.encode() + _ENDINGS[ending]


@fact("coding.base64")
def base64(_about: About, text: str, ending: str = "") -> str:
    """A text in base64 (RFC 4648 section 4). `ending`: `lf` or `crlf`, for who encodes the line break too."""
    return _encoded(_octets(text, ending))


@fact("coding.from_base64")
def from_base64(_about: About, text: str) -> str:
    """What a text in base64 says."""
    return _decoded(text).decode("utf-8", "backslashreplace")


@fact("coding.base64_length")
def base64_length(_about: About, text: str) -> int:
    """How many characters a text has in base64, padding counted: four for every three octets begun."""
    return len(_encoded(text.encode()))


@fact("coding.base64_of_octets")
def base64_of_octets(_about: About, octets: int) -> int:
    """How many characters so many octets become in base64, without line breaks."""
    return (octets + 2) // 3 * 4


@fact("coding.padding")
def padding(_about: About, text: str) -> int:
    """How many `=` end a text in base64: 0, 1 or 2."""
    return _encoded(text.encode()).count("=")


@fact("coding.login_question")
def login_question(_about: About, asks: str) -> str:
    """What AUTH LOGIN asks behind 334: `asks` is user or password."""
    if asks not in ("user", "password"):
        raise FactError(f"AUTH LOGIN asks for user or password, not for {asks!r}")
    return _encoded(b"Username:" if asks == "user" else b"Password:")


@fact("coding.login_answer")
def login_answer(_about: About, question: str, user: str, password: str, ending: str = "") -> str:
    """What the client answers to a question of AUTH LOGIN, `VXNlcm5hbWU6` or `Username:`: in base64.

    `ending`: `lf` or `crlf`, for who encodes the line break too.
    """
    words = question.removeprefix("334").strip()
    if not words.endswith(":"):
        words = _decoded(words).decode("utf-8", "backslashreplace")
    if words.casefold().startswith("user"):
        return _encoded(_octets(user, ending))
    if words.casefold().startswith("pass"):
        return _encoded(_octets(password, ending))
    raise FactError(f"AUTH LOGIN does not ask {words!r}")


@fact("coding.plain")
def plain(_about: About, user: str, password: str, authorization: str = "") -> str:
    """The one message of AUTH PLAIN in base64: three words with a NUL between them (RFC 4616 section 2)."""
    return _encoded(f"{authorization}\0{user}\0{password}".encode())


@fact("coding.from_plain")
def from_plain(_about: About, text: str, part: str) -> str:
    """A word of a message of AUTH PLAIN: `part` is authorization, user or password."""
    words = _decoded(text.removeprefix("AUTH PLAIN").strip()).split(b"\0")
    if len(words) != len(_PARTS) or part not in _PARTS:
        raise FactError(f"{text!r} has no {part}: AUTH PLAIN holds {', '.join(_PARTS)}, parted by NUL")
    return words[_PARTS.index(part)].decode("utf-8", "backslashreplace")


@fact("coding.stuffed")
def stuffed(_about: About, line: str) -> str:
    """A line of a letter as it travels behind DATA: a leading dot is doubled (RFC 5321 section 4.5.2)."""
    return _line(framing.dot_stuff((_octets(line, "crlf"),)))


@fact("coding.unstuffed")
def unstuffed(_about: About, line: str) -> str:
    """A line that travelled behind DATA as it is delivered: without its first dot (RFC 5321 section 4.5.2)."""
    return _line(framing.dot_unstuff((_octets(line, "crlf"),)))


@fact("coding.every_dot_doubled")
def every_dot_doubled(_about: About, line: str) -> str:
    """A line with all its dots doubled: what is often taken for what DATA asks for."""
    return line.replace(".", "..")


@fact("coding.without_leading_dots")
def without_leading_dots(_about: About, line: str) -> str:
    """A line without any of the dots that it begins with: who takes off too many."""
    return line.lstrip(".")


def _line(chunks: tuple[bytes, ...]) -> str:
    return b"".join(chunks).removesuffix(b"\r\n").decode()


@fact("coding.octets")
def octets(_about: About, text: str, ending: str = "") -> int:
    """How many octets a text has in UTF-8; `ending = "crlf"`: with its line end."""
    return len(_octets(text, ending))
