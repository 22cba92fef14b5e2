"""What can be wrong with a message's MIME structure, each with the sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Defect(NamedTuple):
    """Something that a message should not have."""

    name: str
    """One of `TEXTS`."""
    octet: int
    """Where in the input."""
    text: str
    """A sentence for people; it may quote the message, so a face makes it visible first."""


#: name -> sentence; `{}` is filled with what was found.
TEXTS: Final[Mapping[str, str]] = {
    "mbox-line": "A line of an mbox file stands before the header.",
    "no-mime-version": "MIME fields are there, but MIME-Version is missing (RFC 2045 section 4).",
    "no-blank-line": "No empty line ends the header before this line.",
    "unfolded-parameter": "A parameter in the first column is no part of the field above (RFC 5322 section 2.2.3).",
    "fold-without-field": "A folded line stands where no field begins.",
    "bad-content-type": "Content-Type holds no type and subtype; it counts as text/plain (RFC 2045 section 5.2).",
    "bad-parameter": "{} in {}.",
    "field-repeated": "{} stands there twice; the first one counts.",
    "unknown-encoding": "{} is no known transfer encoding; the body stays as it is (RFC 2045 section 6.4).",
    "encoded-composite": "A {} part may not be {} itself, only the parts in it (RFC 2045 section 6.4).",
    "8bit-in-7bit": "Octets above 127 stand in a body that is said to be 7bit (RFC 2045 section 2.7).",
    "long-line": "A line has more than 998 octets (RFC 5322 section 2.1.1).",
    "no-boundary": "A multipart without a boundary parameter cannot be parted (RFC 2046 section 5.1.1).",
    "bad-boundary": "A boundary has 1 to 70 characters of a small set, the last no blank (RFC 2046 section 5.1.1).",
    "no-delimiter": "The delimiter that the boundary announces never comes.",
    "no-closing-delimiter": "The closing delimiter, with two more hyphens, is missing; was the end cut off?",
    "delimiter-without-hyphens": "A delimiter needs two hyphens before the boundary.",
    "delimiter-differs": "This line resembles the delimiter, but is not it.",
    "too-deep": "Parts are nested more than {} deep; what is inside this one was not looked at.",
    "too-many-parts": "There are more than {:,} parts; the rest was not looked at.",
    "bad-base64": "The base64 has a flaw: {} (RFC 2045 section 6.8).",
    "bad-quoted-printable": "The quoted-printable has a flaw: {} (RFC 2045 section 6.7).",
}


def defect(name: str, octet: int, *found: object) -> Defect:
    """A defect with its sentence; `found` fills it."""
    return Defect(name, octet, TEXTS[name].format(*found))
