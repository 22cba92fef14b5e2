from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.network.profile import Profile
from mailedu.network.segments import Packet, segments
from mailedu.network.wire import Endpoint, Log, What, Write

ALICE = Endpoint("laptop.example.com", "198.51.100.5", 54002)
MAIL = Endpoint("mail.example.com", "203.0.113.25", 587)


def log_of(*writes: Write, transport: str = "tcp") -> Log:
    log = Log()
    log.connect(transport, ALICE, MAIL)
    log.writes.extend(writes)
    return log


def sent(time: float, sender: int, *chunks: bytes, step: int = -1, place: str = "") -> Write:
    return Write(time, What.SENT, 0, sender, chunks, step, place)


def opened(time: float = 0.0) -> Write:
    return Write(time, What.OPEN, 0, 0, (), 0, "submit/LINK.1")


def closed(time: float, sender: int, step: int = -1) -> Write:
    return Write(time, What.FIN, 0, sender, (), step, "submit/LINK.2")


def short(packets: Sequence[Packet]) -> list[tuple[str, str, int, int, int]]:
    return [(">" if p.source == ALICE else "<", p.flags, p.seq, p.ack, len(p.payload)) for p in packets]


# Figure 21.10 ---------------------------------------------------------------------------------------------------------

C, S = "10.10.12.166", "10.10.11.66"
#: No, time, source, flags, Seq, Ack, window, Len. The time of row 11 and the windows of rows that show a POP3 line are
#: not to be read in the figure (but row 13's window is, in its hex dump: 16 d0); they follow from the rest.
FIGURE = [
    (1, 0.000000, C, "SYN", 0, 0, 16384, 0),
    (2, 0.001392, S, "SYN, ACK", 0, 1, 5840, 0),
    (3, 0.001512, C, "ACK", 1, 1, 17520, 0),
    (4, 0.036163, S, "PSH, ACK", 1, 1, 5840, 50),
    (5, 0.037275, C, "PSH, ACK", 1, 51, 17470, 13),
    (6, 0.037563, S, "ACK", 51, 14, 5840, 0),
    (7, 0.038817, S, "PSH, ACK", 51, 14, 5840, 41),
    (8, 0.039279, C, "PSH, ACK", 14, 92, 17429, 14),
    (9, 0.063158, S, "PSH, ACK", 92, 28, 5840, 30),
    (10, 0.064186, C, "PSH, ACK", 28, 122, 17399, 6),
    (11, 0.067634, S, "PSH, ACK", 122, 34, 5840, 12),
    (12, 0.068662, C, "PSH, ACK", 34, 134, 17387, 6),
    (13, 0.068888, S, "PSH, ACK", 134, 40, 5840, 45),
    (14, 0.073886, C, "PSH, ACK", 40, 179, 17342, 8),
    (15, 0.075981, S, "PSH, ACK", 179, 48, 5840, 1128),
    (16, 0.089344, C, "PSH, ACK", 48, 1307, 16214, 8),
    (17, 0.089903, S, "PSH, ACK", 1307, 56, 5840, 21),
    (18, 0.091310, C, "PSH, ACK", 56, 1328, 16193, 6),
    (19, 0.094766, S, "PSH, ACK", 1328, 62, 5840, 14),
    (20, 0.094839, S, "FIN, ACK", 1342, 62, 5840, 0),
    (21, 0.094923, C, "ACK", 62, 1343, 16179, 0),
    (22, 0.095627, C, "FIN, ACK", 62, 1343, 16179, 0),
    (23, 0.097023, S, "ACK", 1343, 63, 5840, 0),
]


def test_figure_21_10_comes_out_exact(figure_log: Log, figure_profile: Profile) -> None:
    packets = segments(figure_log, figure_profile)
    rows = [(p.n, round(p.time, 9), p.source.address, p.flags, p.seq, p.ack, p.window, len(p.payload)) for p in packets]
    assert rows == FIGURE
    assert {(p.source.port, p.target.port) for p in packets} == {(2447, 110), (110, 2447)}


def test_packets_belong_to_steps(figure_log: Log, figure_profile: Profile) -> None:
    packets = segments(figure_log, figure_profile)
    steps = [p.step for p in packets]
    assert steps == [0, 0, 0, 1, 2, 2, *range(3, 16), 16, 16, 16, 16]
    assert packets[5].place == "access:admin1/USER.1", "a bare ACK belongs to the step that it acknowledges"


# Opening and closing --------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_a_syn_and_a_reset() -> None:
    packets = segments(log_of(Write(1.0, What.REFUSED, 0, 0, (), 7)), Profile())
    assert short(packets) == [(">", "SYN", 0, 0, 0), ("<", "RST, ACK", 0, 1, 0)]
    assert {p.step for p in packets} == {7}


def test_syns_that_nobody_answers_are_sent_again() -> None:
    packets = segments(log_of(Write(2.0, What.UNREACHABLE, 0, 0)), Profile())
    assert [(p.time, p.flags, p.seq) for p in packets] == [(t, "SYN", 0) for t in (2.0, 3.0, 5.0, 9.0)]
    assert len(segments(log_of(Write(2.0, What.UNREACHABLE, 0, 0)), Profile(connect_timeout=2.0))) == 2


@pytest.mark.parametrize("first", [0, 1])
def test_one_fin_in_the_log_closes_both_directions(first: int) -> None:
    a, b = "><" if first == 0 else "<>"
    assert short(segments(log_of(opened(), closed(1.0, first)), Profile()))[3:] == [
        (a, "FIN, ACK", 1, 1, 0),
        (b, "ACK", 1, 2, 0),
        (b, "FIN, ACK", 1, 2, 0),
        (a, "ACK", 2, 2, 0),
    ]


def test_both_fins_in_the_log_keep_their_times() -> None:
    packets = segments(log_of(opened(), closed(1.0, 1, 8), closed(5.0, 0, 9)), Profile())
    assert [(round(p.time, 6), p.flags, p.step) for p in packets[3:]] == [
        (1.0, "FIN, ACK", 8),
        (1.01, "ACK", 8),
        (5.0, "FIN, ACK", 9),
        (5.01, "ACK", 9),
    ]


def test_a_half_closed_connection_still_carries_octets() -> None:
    packets = segments(log_of(opened(), closed(1.0, 0), sent(2.0, 1, b"421 bye\r\n")), Profile())
    assert short(packets)[3:] == [
        (">", "FIN, ACK", 1, 1, 0),
        ("<", "ACK", 1, 2, 0),
        ("<", "PSH, ACK", 1, 2, 9),
        ("<", "FIN, ACK", 10, 2, 0),
        (">", "ACK", 2, 11, 0),
    ]


def test_a_reset_ends_everything_at_once() -> None:
    packets = segments(log_of(opened(), sent(1.0, 0, b"EHLO x\r\n"), Write(1.0, What.RESET, 0, 1)), Profile())
    assert short(packets)[3:] == [(">", "PSH, ACK", 1, 1, 8), ("<", "RST", 1, 0, 0)]


@pytest.mark.parametrize("end", [closed(1.0, 0), Write(1.0, What.RESET, 0, 0), Write(1.0, What.RESET, 0, 1)])
def test_octets_after_the_end_are_an_error(end: Write) -> None:
    with pytest.raises(ValueError, match="after it was closed"):
        segments(log_of(opened(), end, sent(2.0, 0, b"x")), Profile())


def test_datagrams_are_one_packet_each() -> None:
    log = log_of(
        Write(0.0, What.DATAGRAM, 0, 0, (b"qu", b"ery"), 3), Write(0.5, What.DATAGRAM, 0, 1, (b"answer",), 4),
        transport="udp",
    )  # fmt: skip
    packets = segments(log, Profile())
    assert [(p.transport, p.source, p.flags, p.payload, p.step) for p in packets] == [
        ("udp", ALICE, "", b"query", 3),
        ("udp", MAIL, "", b"answer", 4),
    ]


# Acknowledging --------------------------------------------------------------------------------------------------------


def test_an_ack_rides_on_octets_that_go_the_other_way_within_200_ms() -> None:
    packets = segments(log_of(opened(), sent(1.0, 0, b"NOOP\r\n"), sent(1.2, 1, b"250 OK\r\n")), Profile())
    assert short(packets)[3:] == [(">", "PSH, ACK", 1, 1, 6), ("<", "PSH, ACK", 1, 7, 8), (">", "ACK", 7, 9, 0)]


def test_an_ack_waits_for_200_ms_and_no_longer() -> None:
    packets = segments(log_of(opened(), sent(1.0, 0, b"NOOP\r\n", step=5), sent(9.0, 1, b"250 OK\r\n")), Profile())
    assert short(packets)[4] == ("<", "ACK", 1, 7, 0)
    assert packets[4].time == pytest.approx(1.0 + 0.01 + 0.2)
    assert packets[4].step == 5


def test_every_second_full_segment_is_acknowledged() -> None:
    packets = segments(log_of(opened(), sent(1.0, 0, b"x" * (1460 * 5 + 1))), Profile())[3:]
    full, data, acks = 1460, [p for p in packets if p.payload], [p for p in packets if not p.payload]
    assert [len(p.payload) for p in data] == [full] * 5 + [1]
    assert [p.flags for p in data] == ["ACK"] * 5 + ["PSH, ACK"]
    assert [p.ack for p in acks] == [1 + 2 * full, 1 + 4 * full, 1 + 5 * full + 1]
    assert acks[0].time == pytest.approx(data[1].time + 0.01)
    assert acks[2].time == pytest.approx(data[4].time + 0.01 + 0.2)


def test_a_long_text_takes_the_time_that_the_profile_says() -> None:
    profile = Profile(rate=146_000)
    packets = segments(log_of(opened(), sent(1.0, 0, b"x" * 14_600)), profile)
    data = [p for p in packets if p.payload]
    assert data[-1].time - data[0].time == pytest.approx(profile.transfer(14_600)) == pytest.approx(0.09)
    assert profile.transfer(1460) == 0


def test_a_long_text_is_out_before_the_next_write_whatever_the_rate() -> None:
    profile = Profile(rate=1)
    packets = segments(log_of(opened(), sent(1.0, 0, b"x" * 14_600), sent(1.5, 1, b"250 OK\r\n")), profile)
    reply = next(p for p in packets if p.payload.startswith(b"250"))
    assert reply.time == 1.5
    assert reply.ack == 14_601
    assert max(p.time for p in packets if p.payload[:1] == b"x") <= 1.5 - profile.latency


def test_a_quick_ack_comes_at_once_but_not_after_the_answer() -> None:
    profile = Profile(quick_acks={"submit/NOOP.1": 0.001})
    said = sent(1.0, 0, b"NOOP\r\n", place="submit/NOOP.1")
    assert [p.time for p in segments(log_of(said, sent(2.0, 1, b"250\r\n")), profile)][:2] == [1.0, 1.001]
    assert short(segments(log_of(said, sent(1.001, 1, b"250\r\n")), profile))[1] == ("<", "PSH, ACK", 0, 6, 5)


def test_windows_can_be_set_by_packet() -> None:
    packets = segments(log_of(opened(), closed(1.0, 0)), Profile(windows=(4000, 5000), packet_windows={4: 77}))
    assert [p.window for p in packets] == [65535, 65535, 4000, 77, 5000, 5000, 4000]


def test_a_shrinking_window_opens_again() -> None:
    profile = Profile(windows=(4000, 4000), shrinks=(False, True))
    packets = segments(
        log_of(opened(), sent(1.0, 0, b"x" * 100), sent(1.1, 1, b"y"), sent(1.2, 0, b"z" * 2820)), profile
    )
    assert [p.window for p in packets if p.source == MAIL] == [65535, 3900, 4000]


def test_a_chunk_that_fits_is_not_copied() -> None:
    chunk = b"250 OK\r\n"
    assert segments(log_of(sent(0.0, 1, b"", chunk)), Profile())[0].payload is chunk


# Many connections -----------------------------------------------------------------------------------------------------


def test_packets_of_several_connections_are_numbered_by_time() -> None:
    log = Log()
    assert [log.connect("tcp", ALICE, MAIL), log.connect("udp", ALICE, MAIL)] == [0, 1]
    log.writes += [
        sent(1.0, 0, b"QUIT\r\n"),
        Write(1.0, What.DATAGRAM, 1, 0, (b"q",)),
        Write(1.1, What.DATAGRAM, 1, 1, (b"a",)),
    ]
    packets = segments(log, Profile())
    assert [(p.n, p.connection) for p in packets] == [(1, 0), (2, 1), (3, 1), (4, 0)]
    assert packets[-1].flags == "ACK"


# Laws -----------------------------------------------------------------------------------------------------------------

talk = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0001, 0.01, 0.21, 3.0]),
        st.integers(0, 1),
        st.lists(st.one_of(st.binary(max_size=9), st.integers(0, 9).map(lambda n: b"x" * 731 * n)), max_size=3),
        st.sampled_from(["", "quick"]),
    ),
    max_size=12,
)
profiles = st.builds(
    Profile,
    latency=st.sampled_from([0.0, 0.0002, 0.01, 0.3]),
    rate=st.sampled_from([1000.0, 1_250_000.0]),
    mss=st.sampled_from([100, 536, 1460]),
    quick_acks=st.sampled_from([{}, {"quick": 0.0}, {"quick": 0.001}]),
    shrinks=st.tuples(st.booleans(), st.booleans()),
)


@pytest.mark.law(most=400)
@given(talk, profiles, st.sampled_from([(), (0,), (1,), (0, 1), (1, 0)]))
def test_what_is_written_travels_whole_and_is_acknowledged(talk, profile, fins) -> None:  # type: ignore[no-untyped-def]
    time = 0.0
    writes = [opened()]
    for pause, sender, chunks, place in talk:
        time += pause
        writes.append(sent(time, sender, *chunks, place=place))
    writes += [closed(time := time + 0.01, sender) for sender in fins]
    packets = segments(log_of(*writes), profile)

    assert [p.n for p in packets] == list(range(1, len(packets) + 1))
    assert all(a.time <= b.time for a, b in pairwise(packets))
    assert all(0 <= p.window <= 65535 and len(p.payload) <= profile.mss for p in packets)
    for sender, end in enumerate((ALICE, MAIL)):
        mine = [p for p in packets if p.source == end]
        written = b"".join(b"".join(w.chunks) for w in writes if w.sender == sender)
        assert b"".join(p.payload for p in mine) == written
        expected = 0
        for p in mine:
            assert p.seq == expected, "sequence numbers have no holes"
            expected += len(p.payload) + ("SYN" in p.flags) + ("FIN" in p.flags)
        so_far = 0
        acked = 0
        for p in packets:
            if p.source == end:
                so_far = p.seq + len(p.payload) + ("SYN" in p.flags) + ("FIN" in p.flags)
            elif "ACK" in p.flags:
                assert acked <= p.ack <= so_far, "an ACK never falls and never says more than was sent"
                acked = p.ack
        assert acked == expected, "all is acknowledged in the end"
        assert sum("FIN" in p.flags for p in mine) == bool(fins)


@pytest.mark.law(most=400)
@given(talk, profiles)
def test_bare_acks_repeat_nothing(talk, profile) -> None:  # type: ignore[no-untyped-def]
    time, writes = 0.0, [opened()]
    for pause, sender, chunks, place in talk:
        time += pause
        writes.append(sent(time, sender, *chunks, place=place))
    told = {ALICE: -1, MAIL: -1}
    for p in segments(log_of(*writes), profile):
        if p.flags == "ACK" and not p.payload:
            assert p.ack > told[p.source]
        if "ACK" in p.flags:
            told[p.source] = p.ack
