"""Laws that hold for any message, well-formed or torn: of the parser, and of what stands on it."""

from __future__ import annotations

import email
import email.message
import email.policy
import json
from hashlib import sha256
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.framing import Content
from mailedu.mime.describe import describe
from mailedu.mime.encodings import encode_base64, encode_quoted_printable
from mailedu.mime.parser import Part, parse
from mailedu.mime.prepare import InputError, prepare
from mailedu.mime.reading import outline, reading

# Messages -------------------------------------------------------------------------------------------------------------


class Tree(NamedTuple):
    """What a message is meant to be."""

    type: str
    octets: bytes
    """The part as it is written, header and body, without a last line end of its own."""
    payload: bytes
    parts: tuple[Tree, ...]


LINES = st.lists(st.text("abc .=-xyz", max_size=20)).map(lambda lines: "\r\n".join(lines).encode())


@st.composite
def leaves(draw: st.DrawFn) -> Tree:
    type_ = draw(st.sampled_from(["text/plain", "text/html", "application/octet-stream", "image/png"]))
    encoding = draw(st.sampled_from(["7bit", "8bit", "base64", "quoted-printable"]))
    if encoding == "base64":
        payload = draw(st.binary(max_size=100))
        body = encode_base64(payload).removesuffix(b"\r\n")
    elif encoding == "quoted-printable":
        payload = draw(LINES) + draw(st.sampled_from([b"", b" ", "é".encode()]))
        body = encode_quoted_printable(payload)
    else:
        payload = body = draw(LINES)
    header = f"Content-Type: {type_}; name=x\r\nContent-Transfer-Encoding: {encoding}\r\n".encode()
    return Tree(type_, header + b"\r\n" + body, payload, ())


@st.composite
def multiparts(draw: st.DrawFn, inner: st.SearchStrategy[Tree]) -> Tree:
    parts = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
    boundary = b"b%d" % draw(st.integers(0, 10**9))
    while any(b"--" + boundary in part.octets for part in parts):
        boundary += b"x"
    kind = draw(st.sampled_from(["mixed", "alternative", "related", "digest"]))
    header = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n' % (kind.encode(), boundary)
    preamble = draw(st.sampled_from([b"", b"A preamble.\r\n", b"Two\r\nlines.\r\n"]))
    pad = draw(st.sampled_from([b"", b" ", b" \t"]))
    delimited = b"".join(b"--%s%s\r\n%s\r\n" % (boundary, pad, part.octets) for part in parts)
    octets = b"%s\r\n%s%s--%s--%s" % (
        header,
        preamble,
        delimited,
        boundary,
        draw(st.sampled_from([b"", b"\r\nepilogue"])),
    )
    return Tree(f"multipart/{kind}", octets, b"", parts)


@st.composite
def carriers(draw: st.DrawFn, inner: st.SearchStrategy[Tree]) -> Tree:
    carried = draw(inner)
    message = b"Subject: carried\r\nMIME-Version: 1.0\r\n" + carried.octets
    carried = carried._replace(octets=message)
    return Tree("message/rfc822", b"Content-Type: message/rfc822\r\n\r\n" + message, message, (carried,))


def _more(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(multiparts(inner), carriers(inner))


TREES = st.recursive(leaves(), _more, max_leaves=6)

#: Well-formed messages as trees whose `octets` are the whole message, with a last line end.
MESSAGES = TREES.map(
    lambda tree: tree._replace(
        octets=b"From: a@b.c\r\nTo: d@e.f\r\nMIME-Version: 1.0\r\n" + tree.octets + b"\r\n",
        payload=tree.payload if tree.type.startswith(("image", "application")) else tree.payload + b"\r\n",
    )
)

_JUNK = st.binary(max_size=5) | st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"--",
        b"\r\n\r\n",
        b": ",
        b" ",
        b";",
        b"=",
        b'"',
        b"boundary=",
        b"\0",
        b"\xff",
        b"From ",
        b"\n--b",
    ]
)


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """A message with some octets cut out, repeated or put in."""
    octets = draw(MESSAGES).octets
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(octets)))
        end = draw(st.integers(start, min(len(octets), start + 40)))
        octets = octets[:start] + draw(_JUNK | st.just(octets[start:end] * 2)) + octets[end:]
    return octets.replace(b"\r\n", b"\n") if draw(st.booleans()) else octets


ANY_OCTETS = st.one_of(st.binary(), torn(), st.lists(_JUNK).map(b"".join))


# Well-formed messages -------------------------------------------------------------------------------------------------


def same(part: Part, tree: Tree) -> None:
    assert part.type == tree.type
    assert part.as_bytes() == tree.octets
    assert [each.type for each in part.parts] == [each.type for each in tree.parts]
    if not part.is_multipart:
        assert part.decoded() == tree.payload
    for each, meant in zip(part.parts, tree.parts, strict=True):
        same(each, meant)


@pytest.mark.law(most=400)
@given(TREES)
def test_a_tree_is_found_as_it_was_written(tree: Tree) -> None:
    message = parse(b"MIME-Version: 1.0\r\n" + tree.octets)
    same(message, tree._replace(octets=b"MIME-Version: 1.0\r\n" + tree.octets))
    assert message.all_defects() == ()


@pytest.mark.law(most=400)
@given(MESSAGES)
def test_the_standard_library_finds_the_same_tree(tree: Tree) -> None:
    ours = list(parse(tree.octets).walk())
    theirs = list(email.message_from_bytes(tree.octets, policy=email.policy.compat32).walk())
    assert [part.type for part in ours] == [part.get_content_type() for part in theirs]
    for part, other in zip(ours, theirs, strict=True):
        assert [field.name for field in part.headers] == other.keys()
        if not part.parts:
            payload = other.get_payload(decode=True)
            assert isinstance(payload, bytes)
            # Theirs drops the line end before a delimiter that ours drops too, but none at the very end.
            assert part.decoded() == payload


@pytest.mark.law(most=400)
@given(MESSAGES)
def test_line_ends_on_disk_make_no_other_tree(tree: Tree) -> None:
    crlf, lf = parse(tree.octets), parse(tree.octets.replace(b"\r\n", b"\n"))
    assert [part.type for part in crlf.walk()] == [part.type for part in lf.walk()]
    assert lf.all_defects() == ()
    assert outline(crlf)[0].split(",")[0] == outline(lf)[0].split(",")[0]


# Any octets -----------------------------------------------------------------------------------------------------------


@pytest.mark.law(most=400)
@given(ANY_OCTETS)
def test_parsing_is_total_and_loses_nothing(octets: bytes) -> None:
    message = parse(octets)
    assert message.as_bytes() == octets
    for part in message.walk():
        start, end = part.header_span[0], part.body_span[1]
        assert start <= part.header_span[1] <= part.body_span[0] <= end
        assert part.as_bytes() == octets[start:end]
        at = start
        for field in part.headers:
            assert octets[slice(*field.span)] == field.raw
            assert at <= field.span[0]
            at = field.span[1]
            assert field.value.isprintable() or field.value
        assert at <= part.header_span[1]
        at = part.body_span[0]
        for each in part.parts:
            assert at <= each.header_span[0]
            assert each.body_span[1] <= end
            at = each.body_span[1]
        for span in (part.preamble_span, part.epilogue_span):
            assert span is None or part.body_span[0] <= span[0] <= span[1] <= end
        assert all(0 <= defect.octet <= len(octets) for defect in part.defects)
        part.text().encode("utf-8")


@pytest.mark.law(most=400)
@given(ANY_OCTETS)
def test_a_description_is_plain_data(octets: bytes) -> None:
    message = parse(octets)
    told = json.loads(json.dumps(describe(message)))
    waiting = [(told, message)]
    while waiting:
        found, part = waiting.pop()
        assert set(found) == {
            *(
                "type",
                "params",
                "charset",
                "filename",
                "disposition",
                "encoding",
                "headers",
                "header_span",
                "body_span",
            ),
            *("size", "sha256", "defects", "parts"),
        }
        assert (found["size"] is None) == found["type"].startswith("multipart/")
        if found["size"] is not None:
            assert found["size"] == len(part.decoded())
            assert found["sha256"] == sha256(part.decoded()).hexdigest()
        waiting.extend(zip(found["parts"], part.parts, strict=True))


@pytest.mark.law(most=400)
@given(ANY_OCTETS)
def test_any_message_can_be_read(octets: bytes) -> None:
    message = parse(octets)
    read = reading(message)
    read.text.encode("utf-8")
    assert all(enclosed.size >= 0 for enclosed in read.enclosed)
    assert len(outline(message)) == len(list(message.walk()))


# Made ready to be sent ------------------------------------------------------------------------------------------------

WHEN = 1_795_510_800.0
LONG = st.sampled_from([b"", b"x" * 1200, b"long words " * 150, b"\xc3\xa9" * 700, b" " * 1100])


@pytest.mark.law(most=400)
@given(st.one_of(ANY_OCTETS, MESSAGES.map(lambda tree: tree.octets)), LONG, st.integers(0, 400))
def test_what_is_prepared_can_be_sent(octets: bytes, more: bytes, place: int) -> None:
    octets = octets[:place] + more + octets[place:]
    try:
        prepared = prepare(octets, date=WHEN, message_id="<1@example.com>")
    except InputError as error:
        refused = str(error)
        assert refused.isprintable()
        return
    content = Content(prepared.chunks)
    assert not content.has_bare_line_end()
    assert not content.has_long_line()
    assert prepared.reverse_path
    assert prepared.recipients
    message = parse(bytes(content))
    for name in ("date", "from", "message-id"):
        assert message.field(name)
    assert not message.field("bcc")
    assert prepared.changes[0].verb == "FILE"
    assert prepared.changes[0].octets == octets
    # Once ready, always ready.
    again = prepare(bytes(content), date=0.0, message_id="<2@example.com>")
    assert b"".join(again.chunks) == bytes(content)
    assert [change.verb for change in again.changes] == ["FILE"]


@pytest.mark.law(most=400)
@given(MESSAGES, LONG, st.data())
def test_decoded_octets_stay_what_they_were(tree: Tree, more: bytes, data: st.DataObject) -> None:
    """A long line is put into one leaf that is not encoded yet."""
    octets = tree.octets
    places = [
        part.body_span[0] for part in parse(octets).walk() if not part.parts and part.encoding in ("7bit", "8bit")
    ]
    if places:
        place = data.draw(st.sampled_from(places))
        octets = octets[:place] + more + octets[place:]
    prepared = b"".join(prepare(octets, date=WHEN, message_id="<1@example.com>").chunks)
    before, after = list(parse(octets).walk()), list(parse(prepared).walk())
    assert [part.type for part in before] == [part.type for part in after]
    for part, other in zip(before, after, strict=True):
        if not part.parts:
            assert part.decoded() == other.decoded()
    if not more:
        assert prepared.endswith(octets.partition(b"\r\n\r\n")[2])


@pytest.mark.law(most=400)
@given(MESSAGES)
def test_line_ends_do_not_matter(tree: Tree) -> None:
    crlf = prepare(tree.octets, date=WHEN, message_id="<1@example.com>")
    for end in (b"\n", b"\r"):
        other = prepare(tree.octets.replace(b"\r\n", end), date=WHEN, message_id="<1@example.com>")
        assert other.chunks == crlf.chunks
        assert other.recipients == crlf.recipients
