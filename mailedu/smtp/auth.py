"""The dialogues of AUTH: LOGIN, which never became a standard, and PLAIN (RFC 4954 section 4, RFC 4616).

Both only dress the password in base64, which is no encryption: whoever sees the line has it. Today that wants TLS.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Generator
from typing import Final, NamedTuple, TypeAlias


class Credentials(NamedTuple):
    """Who claims to be whom. A password is octets: nobody says in which charset."""

    user: str
    password: bytes


#: Yields challenges, is sent the client's responses (decoded), returns what they claim or None if they make no sense.
Dialogue: TypeAlias = "Generator[bytes, bytes, Credentials | None]"


def _login(initial: bytes | None) -> Dialogue:
    """Two questions, two answers.

    QUIRK: by RFC 4954 section 4 a mechanism in which the server begins takes no initial response; clients give one.
    """
    user = initial if initial is not None else (yield b"Username:")
    password = yield b"Password:"
    return Credentials(user.decode("utf-8", "replace"), password)


def _plain(initial: bytes | None) -> Dialogue:
    """One message: authorization identity, user, password, parted by NUL (RFC 4616 section 2)."""
    message = initial if initial is not None else (yield b"")
    parts = message.split(b"\0")
    if len(parts) != 3 or not parts[1] or (parts[0] and parts[0] != parts[1]):
        return None
    return Credentials(parts[1].decode("utf-8", "replace"), parts[2])


MECHANISMS: Final[dict[str, Callable[[bytes | None], Dialogue]]] = {"LOGIN": _login, "PLAIN": _plain}


def claimed(mechanism: str, line: bytes) -> str:
    """The user whom the first line of a login names, for one who listens; nothing if it is not to be seen."""
    said = initial_response(line) or b""
    if mechanism == "PLAIN":
        said = [*said.split(b"\0"), b"", b""][1]
    elif mechanism != "LOGIN":
        said = b""
    return said.decode("utf-8", "replace")


def encode(text: bytes) -> bytes:
    """Base64 on one line (RFC 4648 section 4)."""
    return binascii.b2a_base64(text, newline=False)


def decode(line: bytes) -> bytes | None:
    """The octets behind a base64 line, or None if it is none."""
    try:
        return binascii.a2b_base64(line, strict_mode=True)
    except ValueError:
        return None


def initial_response(argument: bytes) -> bytes | None:
    """The octets of an initial response; `=` stands for an empty one (RFC 4954 section 4). None if it is no base64."""
    return b"" if argument == b"=" else decode(argument)
