from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.network.profile import Profile
from mailedu.network.reassembly import MOST_SEGMENTS, Piece, Stream, reassemble
from mailedu.network.segments import Packet, segments
from mailedu.network.wire import Endpoint, Log, What, Write

CLIENT = Endpoint("client", "198.51.100.5", 40000)
SERVER = Endpoint("server", "203.0.113.25", 25)


def tcp(sender: int, seq: int, payload: bytes = b"", flags: str = "ACK", ack: int = 1, n: int = 0) -> Packet:
    source, target = (CLIENT, SERVER) if sender == 0 else (SERVER, CLIENT)
    return Packet(n, float(n), "tcp", source, target, flags, seq, ack, 65535, payload, n, "", -1)


def said(stream: Stream, sender: int) -> bytes:
    return b"".join(piece.octets for piece in stream.pieces if piece.sender == sender)


def only(packets: Iterable[Packet]) -> Stream:
    (stream,) = reassemble(packets)
    return stream


def order(stream: Stream) -> list[tuple[int, bytes, int]]:
    return [(piece.sender, piece.octets, piece.lost) for piece in stream.pieces]


def test_the_figure_comes_back_as_it_was_said(figure_log: Log, figure_profile: Profile) -> None:
    stream = only(segments(figure_log, figure_profile))
    written = [write for write in figure_log.writes if write.what is What.SENT]
    assert [(p.sender, p.octets, p.time, p.step) for p in stream.pieces] == [
        (write.sender, b"".join(write.chunks), write.time, write.step) for write in written
    ]
    assert (stream.client.port, stream.server.port, stream.begun) == (2447, 110, True)
    assert stream.ended == ("FIN", "FIN")


def test_late_segments_wait_for_those_before_them() -> None:
    stream = only([tcp(0, 0, flags="SYN", n=1), tcp(0, 4, b"def", n=2), tcp(0, 7, b"g", n=3), tcp(0, 1, b"abc", n=4)])
    assert stream.pieces == (
        Piece(0, b"abc", 4.0, 4, 4),
        Piece(0, b"def", 4.0, 2, 2),
        Piece(0, b"g", 4.0, 3, 3),
    )


def test_octets_that_come_twice_count_once() -> None:
    stream = only([tcp(0, 1, b"abc"), tcp(0, 1, b"abc"), tcp(0, 1, b"abcd"), tcp(0, 3, b"cdef"), tcp(0, 2, b"b")])
    assert order(stream) == [(0, b"abc", 0), (0, b"d", 0), (0, b"ef", 0)]


def test_early_segments_may_overlap_each_other() -> None:
    stream = only([tcp(0, 1, b"a"), tcp(0, 3, b"cd"), tcp(0, 3, b"cdef"), tcp(0, 4, b"d"), tcp(0, 2, b"bc")])
    assert said(stream, 0) == b"abcdef"


def test_sequence_numbers_wrap_around() -> None:
    top = 2**32
    stream = only([tcp(0, top - 3, flags="SYN"), tcp(0, 1, b"def"), tcp(0, top - 2, b"abc"), tcp(0, 4, b"g")])
    assert said(stream, 0) == b"abcdefg"


def test_what_was_acknowledged_but_not_captured_is_lost_at_once() -> None:
    stream = only(
        [
            tcp(0, 0, flags="SYN"),
            tcp(1, 0, flags="SYN, ACK"),
            tcp(0, 11, b"RSET\r\n"),
            tcp(1, 1, b"250 OK\r\n", ack=17),
            tcp(0, 17, b"QUIT\r\n", ack=9),
        ]
    )
    assert order(stream) == [(0, b"RSET\r\n", 10), (1, b"250 OK\r\n", 0), (0, b"QUIT\r\n", 0)]


def test_a_hole_at_the_end_is_told() -> None:
    assert order(only([tcp(0, 1, b"ab"), tcp(0, 9, b"yz")])) == [(0, b"ab", 0), (0, b"yz", 6)]


def test_a_hole_holds_back_only_so_many_segments() -> None:
    packets = [tcp(0, 1, b"a", n=1)]
    packets += [tcp(0, 3 + 2 * k, b"x", n=k + 2) for k in range(MOST_SEGMENTS + 1)]
    packets += [tcp(1, 1, b"y", n=9999)]
    last = only(packets).pieces
    assert [p.lost for p in last[:3]] == [0, 1, 0], "the other side speaks only after the bound was reached"
    assert last[1].octets == b"x"


def test_a_capture_may_begin_in_the_middle() -> None:
    stream = only([tcp(1, 500, b"+OK\r\n"), tcp(0, 700, b"QUIT\r\n")])
    assert (stream.client, stream.server, stream.begun) == (CLIENT, SERVER, False)
    assert order(stream) == [(1, b"+OK\r\n", 0), (0, b"QUIT\r\n", 0)]


def test_a_capture_may_begin_with_the_answer_to_a_syn() -> None:
    stream = only([tcp(1, 900, flags="SYN, ACK", ack=101), tcp(0, 103, b"cd"), tcp(0, 101, b"ab"), tcp(1, 901, b"y")])
    assert stream.client == CLIENT
    assert order(stream) == [(0, b"ab", 0), (0, b"cd", 0), (1, b"y", 0)]


def test_a_syn_sent_again_is_the_same_connection_and_a_new_one_another() -> None:
    one = [tcp(0, 5, flags="SYN"), tcp(0, 5, flags="SYN"), tcp(0, 6, b"one")]
    streams = reassemble([*one, tcp(0, 9, flags="RST"), tcp(0, 77, flags="SYN"), tcp(0, 78, b"two")])
    assert [said(stream, 0) for stream in streams] == [b"one", b"two"]
    assert [stream.ended for stream in streams] == [("RST", ""), ("", "")]


def test_datagrams_come_as_they_are() -> None:
    log = Log()
    log.connect("udp", CLIENT, SERVER._replace(port=53))
    log.writes += [Write(0.0, What.DATAGRAM, 0, 0, (b"q",), 1), Write(0.1, What.DATAGRAM, 0, 1, (b"a",), 2)]
    stream = only(segments(log, Profile()))
    assert stream.transport == "udp"
    assert [(p.sender, p.octets, p.step) for p in stream.pieces] == [(0, b"q", 1), (1, b"a", 2)]


def shuffled(packets: Sequence[Packet], seed: int) -> list[Packet]:
    """As a bad network would bring them: each data segment up to four places late, some of them twice."""
    lots = random.Random(seed)
    opening = [p for p in packets if "SYN" in p.flags]
    data = [p for p in packets if p.payload]
    data += lots.sample(data, len(data) // 3)
    return opening + [p for _, p in sorted(enumerate(data), key=lambda at: at[0] + lots.uniform(0, 4))]


@pytest.mark.law(most=400)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4000)), max_size=8),
    st.integers(0, 1000),
    st.sampled_from([1, 100, 1460]),
)
def test_any_order_of_arrival_gives_the_same_octets(talk: list[tuple[int, int]], seed: int, mss: int) -> None:
    lots = random.Random(seed)
    mss = max(mss, sum(size for _, size in talk) // 200 + 1)  # few enough segments to be held back
    log = Log()
    log.connect("tcp", CLIENT, SERVER)
    log.writes.append(Write(0.0, What.OPEN, 0, 0))
    log.writes += [Write(float(k), What.SENT, 0, s, (lots.randbytes(size),)) for k, (s, size) in enumerate(talk, 1)]
    # Acknowledgments would tell of a hole that a shuffled list only seems to have.
    packets = [p._replace(flags="PSH") if p.payload else p for p in segments(log, Profile(mss=mss))]
    stream = only(shuffled(packets, seed))
    for sender in (0, 1):
        assert said(stream, sender) == b"".join(b"".join(w.chunks) for w in log.writes if w.sender == sender)
    assert not any(piece.lost for piece in stream.pieces)


wild = st.builds(
    tcp,
    st.integers(0, 1),
    st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1)),
    st.binary(max_size=5),
    st.sampled_from(["SYN", "SYN, ACK", "ACK", "PSH, ACK", "FIN, ACK", "RST", "RST, ACK", ""]),
    st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1)),
)


@pytest.mark.law(most=400)
@given(st.lists(wild, max_size=30))
def test_whatever_the_packets_say_it_does_not_raise(packets: list[Packet]) -> None:
    streams = reassemble(packets)
    assert sum(len(p.octets) for s in streams for p in s.pieces) <= sum(len(p.payload) for p in packets)
