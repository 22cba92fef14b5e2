"""Capture files as tshark and dpkt read them: nothing is wrong in any, and they find what our packets say."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import dpkt
import pytest

from mailedu.journey import Edit, Journey, Stage, Then, load, play, scenario
from mailedu.journey.pcap import capture_file, comment
from mailedu.network.capture import Captured, pcap, pcapng
from mailedu.network.segments import Packet
from mailedu.network.wire import Endpoint

NOTE = 0x400000
"""Wireshark's severity from which on a remark is about something unusual; warnings and errors are above it."""
BETWEEN = "\x1e"
FIELDS = {
    "time": "frame.time_epoch",
    "source": "ip.src",
    "target": "ip.dst",
    "host": "ip.src_host",
    "seq": "tcp.seq",
    "ack": "tcp.ack",
    "size": "tcp.len",
    "window": "tcp.window_size_value",
    "of_ip": "ip.checksum.status",
    "of_tcp": "tcp.checksum.status",
    "of_udp": "udp.checksum.status",
    "malformed": "_ws.malformed",
    "severities": "_ws.expert.severity",
    "remarks": "_ws.expert.message",
    "comment": "frame.comment",
    "protocol": "_ws.col.Protocol",
    "info": "_ws.col.Info",
}


class Row(NamedTuple):
    """A packet as tshark reads it; a field that it does not have is empty."""

    time: str
    source: str
    target: str
    host: str
    seq: str
    ack: str
    size: str
    window: str
    of_ip: str
    of_tcp: str
    of_udp: str
    malformed: str
    severities: str
    remarks: str
    comment: str
    protocol: str
    info: str

    @property
    def unusual(self) -> list[str]:
        """What tshark remarks that is more than chat."""
        severities, remarks = self.severities.split(BETWEEN), self.remarks.split(BETWEEN)
        assert len(severities) == len(remarks)
        return [said for level, said in zip(severities, remarks, strict=True) if level and int(level, 0) >= NOTE]


def tshark(file: Path) -> list[Row]:
    checks = [f"-o{protocol}.check_checksum:TRUE" for protocol in ("ip", "tcp", "udp")]
    wanted = [part for name in FIELDS.values() for part in ("-e", name)]
    command = ["tshark", "-r", str(file), "-Nn", *checks, "-Tfields", f"-Eaggregator={BETWEEN}", *wanted]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return [Row(*line.split("\t")) for line in done.stdout.decode().removesuffix("\n").split("\n")]


def saved(tmp_path: Path, *pieces: bytes) -> Path:
    file = tmp_path / "packets"
    file.write_bytes(b"".join(pieces))
    return file


def micro(written: str) -> int:
    """Seconds as tshark writes them, in microseconds."""
    seconds, fraction = written.split(".")
    return int(seconds) * 1_000_000 + int(fraction[:6])


# Everything that is shipped -------------------------------------------------------------------------------------------


def journeys(name: str) -> Iterator[Journey]:
    """The scenario, and with each of its faults; other seeds, so that ports and sequence numbers differ."""
    yield play(load(name))
    for seed, fault in enumerate(scenario.faults_of(name), 1):
        yield play(load(name, [fault.name]), seed=seed)


def meant(said: str, packet: Packet, again: bool, reused: bool) -> bool:
    """Whether what is unusual about a packet is what the journey shows."""
    if said.startswith("Connection reset"):
        return "RST" in packet.flags
    if said.startswith(("This frame is a (suspected) retransmission", "The SYN packet does not contain")):
        return packet.flags == "SYN" and again
    if said.startswith("A new tcp session is started with the same ports"):
        return packet.flags == "SYN" and reused  # several journeys lie in one file here
    return said.startswith(
        ("This frame undergoes the connection closing", "This frame initiates the connection closing")
    )


@pytest.mark.needs("tshark")
@pytest.mark.parametrize("name", scenario.names())
def test_tshark_finds_nothing_wrong_and_reads_what_our_packets_say(name: str, tmp_path: Path) -> None:
    is_read_as_we_say(list(journeys(name)), tmp_path)


@pytest.mark.needs("tshark")
@pytest.mark.parametrize("then", [Then.WAIT, Then.GO_ON])
def test_so_it_is_where_a_line_is_dropped_or_a_side_falls_silent(then: Then, tmp_path: Path) -> None:
    one = load("alice-to-bob")
    edits = [Edit(step.place, (), then) for step in play(one).steps]
    played = [play(one, [edit], seed=seed) for seed, edit in enumerate(edits)]
    changed = [journey for journey in played if not journey.unused]
    assert len(changed) > 50
    is_read_as_we_say(changed, tmp_path)


def is_read_as_we_say(played: Sequence[Journey], tmp_path: Path) -> None:
    """A pcapng file may have many sections, so one call of tshark reads several journeys."""
    read = iter(tshark(saved(tmp_path, *(piece for journey in played for piece in capture_file(journey)))))
    earlier: set[tuple[Endpoint, Endpoint]] = set()
    for journey in played:
        start = round(journey.scenario.start * 1_000_000)
        called: set[int] = set()
        for packet in journey.packets:
            row, where = next(read), f"{journey.scenario.name}, packet {packet.n}"
            assert not row.malformed, where
            assert (row.of_ip, row.of_tcp + row.of_udp) == ("1", "1"), where
            again, reused = packet.connection in called, (packet.source, packet.target) in earlier
            assert not [said for said in row.unusual if not meant(said, packet, again, reused)], where
            called.add(packet.connection)
            assert micro(row.time) == start + round(packet.time * 1_000_000), where
            assert (row.source, row.target) == (packet.source.address, packet.target.address), where
            assert row.host == packet.source.host, f"{where}: from the names in the file"
            assert row.comment == comment(journey, packet), where
            if packet.transport == "tcp":
                numbers = (packet.seq, packet.ack, len(packet.payload), packet.window)
                assert tuple(map(int, (row.seq, row.ack, row.size, row.window))) == numbers, where
            else:
                assert row.protocol == "DNS", where
        earlier.update((one.client, one.server) for one in journey.log.connections)
    assert next(read, None) is None


@pytest.mark.parametrize("name", scenario.names())
def test_each_comment_says_something_and_fits_a_line(name: str) -> None:
    for journey in journeys(name):
        for packet in journey.packets:
            said = comment(journey, packet)
            assert len(said) > 20
            assert said.isprintable()
            assert said.endswith(f"(step {packet.step})")
            if len(packet.payload) and len(packet.payload) == journey.step(packet.step).size:
                text = journey.scene(packet.step).explanation
                assert said.startswith(f"{text.title} {text.what}")
                assert all(rfc in said for rfc in text.rfc)


def test_nothing_foreign_is_in_a_comment_as_it_is() -> None:
    edit = Edit("submit/RCPT.1", (b"RCPT TO:<\x1b[2J\xe2\x80\xaeevil@example.net>",))
    journey = play(load("alice-to-bob"), [edit])
    assert any(b"\x1b[2J" in packet.payload for packet in journey.packets)
    assert all(comment(journey, packet).isprintable() for packet in journey.packets)


# Figure 21.10 ---------------------------------------------------------------------------------------------------------

CLIENT, SERVER = "10.10.12.166", "10.10.11.66"
#: Row by row as the figure shows it; no time where it cannot be read, Info up to where the figure cuts it.
FIGURE = (
    (1, "0.000000", CLIENT, SERVER, "TCP", "2447 > pop3 [SYN] Seq=0 Ack=0 Win=16384"),
    (2, "0.001392", SERVER, CLIENT, "TCP", "pop3 > 2447 [SYN, ACK] Seq=0 Ack=1 Win=5840"),
    (3, "0.001512", CLIENT, SERVER, "TCP", "2447 > pop3 [ACK] Seq=1 Ack=1 Win=17520"),
    (4, "0.036163", SERVER, CLIENT, "POP", "Response: +OK POP3 lnxserver.englab.jnpr.net serv"),
    (5, "0.037275", CLIENT, SERVER, "POP", "Request: USER admin1"),
    (6, "0.037563", SERVER, CLIENT, "TCP", "pop3 > 2447 [ACK] Seq=51 Ack=14 Win=5840"),
    (7, "0.038817", SERVER, CLIENT, "POP", "Response: +OK User name accepted, password please"),
    (8, "0.039279", CLIENT, SERVER, "POP", "Request: PASS admin11"),
    (9, "0.063158", SERVER, CLIENT, "POP", "Response: +OK Mailbox open, 1 messages"),
    (10, "0.064186", CLIENT, SERVER, "POP", "Request: STAT"),
    (11, "", SERVER, CLIENT, "POP", "Response: +OK 1 1108"),
    (12, "0.068662", CLIENT, SERVER, "POP", "Request: LIST"),
    (13, "0.068888", SERVER, CLIENT, "POP", "Response: +OK Mailbox scan listing follows"),
    (14, "0.073886", CLIENT, SERVER, "POP", "Request: RETR 1"),
    (15, "0.075981", SERVER, CLIENT, "POP", "Response: +OK 1108 octets"),
    (16, "0.089344", CLIENT, SERVER, "POP", "Request: DELE 1"),
    (17, "0.089903", SERVER, CLIENT, "POP", "Response: +OK Message deleted"),
    (18, "0.091310", CLIENT, SERVER, "POP", "Request: QUIT"),
    (19, "0.094766", SERVER, CLIENT, "POP", "Response: +OK Sayonara"),
    (20, "0.094839", SERVER, CLIENT, "TCP", "pop3 > 2447 [FIN, ACK] Seq=1342 Ack=62 Win=5840"),
    (21, "0.094923", CLIENT, SERVER, "TCP", "2447 > pop3 [ACK] Seq=62 Ack=1343 Win=16179"),
    (22, "0.095627", CLIENT, SERVER, "TCP", "2447 > pop3 [FIN, ACK] Seq=62 Ack=1343 Win=16179"),
    (23, "0.097023", SERVER, CLIENT, "TCP", "pop3 > 2447 [ACK] Seq=1343 Ack=63 Win=5840"),
)


@pytest.mark.needs("tshark")
def test_tshark_reads_figure_21_10_row_by_row(tmp_path: Path) -> None:
    journey = play(load("figure-21-10"))
    rows = tshark(saved(tmp_path, *capture_file(journey)))
    assert len(rows) == len(FIGURE) == 23
    for row, (no, time, source, target, protocol, info) in zip(rows, FIGURE, strict=True):
        where = f"row {no}"
        assert (row.source, row.target, row.protocol) == (source, target, protocol), where
        if time:
            assert micro(row.time) - micro(rows[0].time) == micro(time), where
        if protocol == "POP":  # today's words: S for a response, C for a request
            said = info.replace("Response", "S").replace("Request", "C")
            assert row.info.startswith(said) if no == 4 else row.info == said, where
        else:
            found = re.fullmatch(r"(\S+) > (\S+) \[(.+)\] Seq=(\d+) Ack=(\d+) Win=(\d+)", info)
            assert found, where
            ports = [port.replace("pop3", "110") for port in found.group(1, 2)]
            assert row.info.startswith(f"{ports[0]} → {ports[1]} [{found[3]}] Seq={found[4]}"), where
            assert (row.seq, row.ack, row.window, row.size) == (*found.group(4, 5, 6), "0"), where
    thirteen = rows[12]
    assert (thirteen.seq, thirteen.ack, thirteen.size) == ("134", "40", "45")


# The files ------------------------------------------------------------------------------------------------------------

TWO = (
    Captured(1_200_616_800_000_001, b"\2" * 61, "été: the first"),
    Captured(4_294_967_295_999_999, b"\3" * 64),
)


def test_dpkt_reads_both_forms() -> None:
    for read in (
        dpkt.pcapng.Reader(io.BytesIO(b"".join(pcapng(TWO, {"192.0.2.1": "a.example"}, "mailedu", "about")))),
        dpkt.pcap.Reader(io.BytesIO(b"".join(pcap(TWO)))),
    ):
        assert read.datalink() == dpkt.pcap.DLT_EN10MB
        found = [(round(float(time) * 1_000_000), octets) for time, octets in read]
        assert [octets for _, octets in found] == [one.octets for one in TWO]
        assert [time for time, _ in found] == pytest.approx([one.time for one in TWO], abs=1)


def test_blocks_are_whole_words_and_know_their_length_at_both_ends() -> None:
    octets = b"".join(pcapng(TWO, {"192.0.2.1": "a", "192.0.2.2": "ab.example"}, comment="x" * 99_999))
    kinds = []
    while octets:
        length = int.from_bytes(octets[4:8], "little")
        assert length % 4 == 0
        assert octets[length - 4 : length] == octets[4:8]
        kinds.append(int.from_bytes(octets[:4], "little"))
        octets = octets[length:]
    assert kinds == [0x0A0D0D0A, 1, 4, 6, 6]


def test_pcap_and_pcapng_hold_the_same_frames() -> None:
    journey = play(load("alice-to-bob"))
    plain = dpkt.pcap.Reader(io.BytesIO(b"".join(capture_file(journey, "pcap"))))
    explained = dpkt.pcapng.Reader(io.BytesIO(b"".join(capture_file(journey))))
    frames = [octets for _, octets in plain]
    assert frames == [octets for _, octets in explained] == [journey.frames.frame(packet) for packet in journey.packets]


def test_a_stage_has_its_packets_alone() -> None:
    journey = play(load("alice-to-bob"))
    whole = [journey.frames.frame(packet) for packet in journey.packets]
    parts = []
    for stage in Stage:
        read = dpkt.pcap.Reader(io.BytesIO(b"".join(capture_file(journey, "pcap", stage))))
        parts.append([octets for _, octets in read])
    assert sorted(octets for part in parts for octets in part) == sorted(whole)
    assert [bool(part) for part in parts] == [False, True, True, False, True]


def test_equal_journeys_have_equal_files_and_another_seed_has_other_numbers() -> None:
    first, same, other = (b"".join(capture_file(play(load("figure-21-10"), seed=seed))) for seed in (3, 3, 4))
    assert first == same != other


def test_hosts_count_their_datagrams() -> None:
    journey = play(load("alice-to-bob"))
    last: dict[str, int] = {}
    for packet in journey.packets:
        ident = int.from_bytes(journey.frames.frame(packet)[18:20], "big")
        assert ident == (last.get(packet.source.host, ident - 1) + 1) % 65536
        last[packet.source.host] = ident


def test_layers_name_what_a_whole_step_says() -> None:
    journey = play(load("alice-to-bob"))
    rcpt = next(one for one in journey.packets if one.payload.startswith(b"RCPT"))
    made, smtp = journey.frames.frame(rcpt), journey.frames.layers(rcpt)[-1]
    assert smtp.name == "SMTP"
    assert {made[field.start : field.end] for field in smtp.fields} >= {b"<bob@example.net>", b"\r\n"}
    assert [layer.name for layer in journey.frames.layers(rcpt)] == ["Ethernet", "IPv4", "TCP", "SMTP"]
    question = next(one for one in journey.packets if one.transport == "udp")
    assert [layer.name for layer in journey.frames.layers(question)] == ["Ethernet", "IPv4", "UDP", "DNS"]
    assert journey.frames.layers(question)[-1].fields


def test_what_a_form_cannot_hold_is_said_before_anything_is_made() -> None:
    with pytest.raises(ValueError, match="a capture is made as pcapng or pcap, not as 'text'"):
        capture_file(play(load("figure-21-10")), "text")
    late = play(scenario.patched("figure-21-10", {"start": datetime(2107, 1, 1, tzinfo=UTC)}))
    with pytest.raises(ValueError, match="pcap holds no time after 2106; pcapng does"):
        capture_file(late, "pcap")
    assert b"".join(capture_file(late))
    early = play(scenario.patched("figure-21-10", {"start": datetime(1969, 1, 1, tzinfo=UTC)}))
    for form in ("pcap", "pcapng"):
        with pytest.raises(ValueError, match=f"{form} holds no time before 1970"):
            capture_file(early, form)
