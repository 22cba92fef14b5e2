"""The tree of a message as plain data, ready for JSON."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from mailedu.mime.parser import Defect, Part


def describe(part: Part) -> dict[str, Any]:
    """A part and all in it: what its header says, where it stands, its size and hash, what is wrong with it.

    `size` and `sha256` are of the decoded octets, None for a multipart; `raw` of a field is its octets read as UTF-8,
    with backslashes where they are none.
    """
    payload = None if part.is_multipart else part.decoded()
    inner = part.encoding_defect()
    defects = sorted((*part.defects, *([inner] if inner else [])), key=lambda found: found.octet)
    return {
        "type": part.type,
        "params": dict(part.params),
        "charset": part.charset,
        "filename": part.filename,
        "disposition": part.disposition,
        "encoding": part.encoding,
        "headers": [
            {
                "name": field.name,
                "raw": field.raw.decode("utf-8", "backslashreplace"),
                "value": field.value,
                "span": list(field.span),
            }
            for field in part.headers
        ],
        "header_span": list(part.header_span),
        "body_span": list(part.body_span),
        "size": None if payload is None else len(payload),
        "sha256": None if payload is None else sha256(payload).hexdigest(),
        "defects": list(map(_defect, defects)),
        "parts": list(map(describe, part.parts)),
    }


def _defect(found: Defect) -> dict[str, Any]:
    return {"name": found.name, "octet": found.octet, "text": found.text}
