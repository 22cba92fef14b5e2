"""Frames: that their checksums are right by sums of our own, that layers tile them, and what stands where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.network.frames import ETHERNET, IPV4, Numbers, address, frame, layers
from mailedu.network.profile import Profile
from mailedu.network.segments import Packet, segments
from mailedu.network.wire import Endpoint, Log

ALICE = Endpoint("laptop.example.com", "198.51.100.5", 54002)
MAIL = Endpoint("mail.example.com", "203.0.113.25", 587)
FLAGS = ("SYN", "SYN, ACK", "ACK", "PSH, ACK", "FIN, ACK", "RST, ACK", "RST")
BITS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}


def packet(flags: str = "PSH, ACK", payload: bytes = b"QUIT\r\n", transport: str = "tcp", **more: int) -> Packet:
    v = {"n": 1, "seq": 1, "ack": 1, "window": 65535, **more}
    return Packet(v["n"], 0.0, transport, ALICE, MAIL, flags, v["seq"], v["ack"], v["window"], payload, 1, "", 0)


def words(octets: bytes) -> int:
    """The one's complement sum of the 16-bit words, one after the other (RFC 9293 section 3.1)."""
    octets += bytes(len(octets) % 2)
    total = 0
    for at in range(0, len(octets), 2):
        total += octets[at] << 8 | octets[at + 1]
        total = (total & 0xFFFF) + (total >> 16)
    return total


ends = st.builds(
    Endpoint,
    st.sampled_from(["laptop.example.com", "mx1.example.net", ""]),
    st.one_of(st.just(""), st.ip_addresses(v=4).map(str)),
    st.integers(0, 65535),
)
packets = st.builds(
    Packet,
    n=st.integers(1, 99_999),
    time=st.just(0.0),
    transport=st.sampled_from(["tcp", "udp"]),
    source=ends,
    target=ends,
    flags=st.sampled_from(FLAGS),
    seq=st.integers(0, 2**34),
    ack=st.integers(0, 2**34),
    window=st.integers(0, 65535),
    payload=st.one_of(
        st.binary(max_size=1460), st.integers(0, 1460).map(bytes), st.integers(0, 99).map(b"\xff".__mul__)
    ),
    step=st.just(1),
    place=st.just(""),
    connection=st.just(0),
)
numbers = st.builds(
    Numbers, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 65535), st.integers(1, 65495)
)


@pytest.mark.law(most=2000)
@given(packets, numbers)
def test_each_checksum_is_right(one: Packet, more: Numbers) -> None:
    made = frame(one, more)
    header, segment = made[ETHERNET : ETHERNET + IPV4], made[ETHERNET + IPV4 :]
    assert words(header) == 0xFFFF
    protocol = 17 if one.transport == "udp" else 6
    assert header[9] == protocol
    pseudo = header[12:20] + bytes((0, protocol)) + len(segment).to_bytes(2, "big")
    assert words(pseudo + segment) == 0xFFFF
    if one.transport == "udp":
        assert segment[6:8] != b"\0\0", "which would say that there is no checksum"


@pytest.mark.law(most=2000)
@given(packets, numbers)
def test_layers_and_the_fields_of_headers_tile_the_frame(one: Packet, more: Numbers) -> None:
    made, found = frame(one, more), layers(one, more, spans=[(0, len(one.payload), "all of it", "")])
    at = 0
    for layer in found:
        assert layer.start == at
        at = layer.end
    assert at == len(made)
    for layer in found[:3]:
        at = layer.start
        for field in layer.fields:
            assert field.start == at < field.end
            at = field.end
        assert at == layer.end
    assert len(found) == 3 + bool(one.payload)
    if one.payload:
        assert made[found[3].start :] == one.payload
        assert (found[3].fields[0].start, found[3].fields[0].end) == (found[3].start, len(made))


@pytest.mark.law(most=2000)
@given(packets, numbers)
def test_what_the_packet_says_stands_in_its_frame(one: Packet, more: Numbers) -> None:
    made = frame(one, more)
    assert made.endswith(one.payload)
    segment = made[ETHERNET + IPV4 :]
    assert int.from_bytes(made[16:18], "big") == len(made) - ETHERNET
    assert int.from_bytes(made[18:20], "big") == more.ident
    assert made[26:34] == address(one.source.address) + address(one.target.address)
    assert (int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big")) == (
        one.source.port,
        one.target.port,
    )
    if one.transport == "udp":
        assert int.from_bytes(segment[4:6], "big") == len(segment) == 8 + len(one.payload)
        return
    assert segment[13] == sum(BITS[flag] for flag in one.flags.split(", "))
    assert int.from_bytes(segment[14:16], "big") == one.window
    assert len(segment) - (segment[12] >> 4) * 4 == len(one.payload)
    seq, ack = int.from_bytes(segment[4:8], "big"), int.from_bytes(segment[8:12], "big")
    if (one.flags, one.seq) != ("RST, ACK", 0):
        assert seq == (more.first + one.seq) % 2**32
    assert ack == ((more.other + one.ack) % 2**32 if "ACK" in one.flags else 0)


def test_a_syn_offers_the_segment_size_of_the_profile() -> None:
    made = frame(packet("SYN", b"", seq=0, ack=0), Numbers(mss=536))
    assert made[-4:] == bytes((2, 4)) + (536).to_bytes(2, "big")
    assert [field.value for field in layers(packet("SYN", b""), Numbers(mss=536))[2].fields][-1] == "536 octets"
    assert len(frame(packet("ACK", b""))) == 54


def test_who_refuses_has_no_number_of_his_own() -> None:
    """RFC 9293 section 3.5.2, group 1: the reset has sequence number zero."""
    made = frame(packet("RST, ACK", b"", seq=0), Numbers(first=77, other=99))
    assert made[38:46] == (0).to_bytes(4, "big") + (100).to_bytes(4, "big")


def test_a_host_has_one_hardware_address_that_no_maker_gave() -> None:
    made = frame(packet())
    assert made[:12] == b"\x02\x00\xcb\x00\x71\x19" + b"\x02\x00\xc6\x33\x64\x05"
    assert made[12:14] == b"\x08\x00"
    assert layers(packet())[0].text == "02:00:c6:33:64:05 to 02:00:cb:00:71:19"


def test_fields_of_the_text_lie_where_their_octets_are() -> None:
    one = packet(payload=b"RCPT TO:<bob@example.net>\r\n")
    spans = [(0, 4, "verb", "who it is for"), (8, 25, "forward-path", ""), (25, 27, "CRLF", ""), (9, 99, "beyond", "")]
    found = layers(one, spans=spans)[3]
    made = frame(one)
    assert (found.name, found.text) == ("SMTP", "27 octets")
    assert [(field.name, field.value) for field in found.fields] == [
        ("Verb", "RCPT"),
        ("Forward-path", "<bob@example.net>"),
        ("CRLF", "\\r\\n"),
    ]
    assert [made[field.start : field.end] for field in found.fields] == [b"RCPT", b"<bob@example.net>", b"\r\n"]
    assert found.fields[0].meaning == "who it is for"


@pytest.mark.parametrize("written", ["", "example.com", "1.2.3", "1.2.3.256", "1.2.3.x", "::1", "1.2.3.٤", "-1.2.3.4"])
def test_what_is_no_address_is_nobodys(written: str) -> None:
    assert address(written) == bytes(4)


@pytest.mark.parametrize(("transport", "most"), [("tcp", 65_495), ("udp", 65_507)])
def test_what_no_datagram_holds_is_refused(transport: str, most: int) -> None:
    assert len(frame(packet(payload=bytes(most), transport=transport))) == ETHERNET + 65_535
    with pytest.raises(ValueError, match=r"^packet 3: 65536 octets are more than an IPv4 datagram holds"):
        frame(packet(payload=bytes(most + 1), transport=transport, n=3))


def test_the_figures_scan_listing_has_the_octets_of_its_hex_dump(figure_log: Log, figure_profile: Profile) -> None:
    """Figure 21.10 shows packet 13 in hexadecimal; its two initial sequence numbers follow from there.

    Its checksum is left out: not all digits of these numbers can be read for sure in print.
    """
    thirteen = segments(figure_log, figure_profile)[12]
    made = frame(thirteen, Numbers(first=0x5DD32AFD - 134, other=0x1CCA636D - 40))
    assert made[34:50].hex() == "006e098f5dd32afd1cca636d501816d0"
    assert made[52:64].hex() == "00002b4f4b204d61696c626f"
