"""The chapter's figures, played: their lines, lengths and packets come out as printed."""

from __future__ import annotations

from mailedu.journey import Kind, Stage, play

#: Figure 21.10, as printed: sender's port, flags, relative sequence and acknowledgement numbers, window, octets.
#: The figure prints the window of handshake and close, and Seq and Ack of the scan listing; the rest follows.
PACKETS = """
2447 SYN      0    0 16384    0
110  SYN,ACK  0    1  5840    0
2447 ACK      1    1 17520    0
110  PSH,ACK  1    1  5840   50
2447 PSH,ACK  1   51 17470   13
110  ACK     51   14  5840    0
110  PSH,ACK 51   14  5840   41
2447 PSH,ACK 14   92 17429   14
110  PSH,ACK 92   28  5840   30
2447 PSH,ACK 28  122 17399    6
110  PSH,ACK 122  34  5840   12
2447 PSH,ACK 34  134 17387    6
110  PSH,ACK 134  40  5840   45
2447 PSH,ACK 40  179 17342    8
110  PSH,ACK 179  48  5840 1128
2447 PSH,ACK 48 1307 16214    8
110  PSH,ACK 1307 56  5840   21
2447 PSH,ACK 56 1328 16193    6
110  PSH,ACK 1328 62  5840   14
110  FIN,ACK 1342 62  5840    0
2447 ACK     62 1343 16179    0
2447 FIN,ACK 62 1343 16179    0
110  ACK     1343 63  5840    0
"""
TIMES = """
0.000000 0.001392 0.001512 0.036163 0.037275 0.037563 0.038817 0.039279 0.063158 0.064186 0.067634 0.068662 0.068888
0.073886 0.075981 0.089344 0.089903 0.091310 0.094766 0.094839 0.094923 0.095627 0.097023
"""


def test_figure_21_10_packet_by_packet() -> None:
    packets = play("figure-21-10").packets
    told = [
        (str(p.source.port), p.flags.replace(" ", ""), p.seq, p.ack, p.window, len(p.payload)) for p in packets
    ]  # fmt: skip
    rows = [row.split() for row in PACKETS.strip().split("\n")]
    assert told == [(port, flags, *map(int, numbers)) for port, flags, *numbers in rows]
    assert [f"{packet.time:.6f}" for packet in packets] == TIMES.split()
    assert {(packet.source.address, packet.target.address) for packet in packets} == {
        ("10.10.12.166", "10.10.11.66"), ("10.10.11.66", "10.10.12.166")
    }  # fmt: skip


def test_figure_21_10_line_by_line() -> None:
    journey = play("figure-21-10")
    said = [step.octets[0].decode().strip() for step in journey.steps if step.kind in (Kind.COMMAND, Kind.REPLY)]
    assert said == [
        "+OK POP3 lnxserver.englab.jnpr.net service ready",
        "USER admin1", "+OK User name accepted, password please",
        "PASS admin11", "+OK Mailbox open, 1 messages",
        "STAT", "+OK 1 1108",
        "LIST", "+OK Mailbox scan listing follows",
        "RETR 1", "+OK 1108 octets",
        "DELE 1", "+OK Message deleted",
        "QUIT", "+OK Sayonara",
    ]  # fmt: skip
    assert b"".join(journey.by_place["access:admin1/LIST.1!"].octets) == (
        b"+OK Mailbox scan listing follows\r\n1 1108\r\n.\r\n"
    )
    assert sum(map(len, journey.scenario.geography.mailboxes[journey.scenario.reader][0].letter.chunks)) == 1108


def test_figure_21_6_is_seven_commands_of_1982() -> None:
    journey = play("figure-21-6")
    said = [step.octets[0].decode().strip() for step in journey.steps if step.kind in (Kind.COMMAND, Kind.REPLY)]
    assert said == [
        "220 mail.example.com Service ready",
        "HELO laptop.example.com", "250 mail.example.com",
        "MAIL FROM:<alice@example.com>", "250 OK",
        "RCPT TO:<bob@example.net>", "250 OK",
        "DATA", "354 Start mail input; end with <CRLF>.<CRLF>",
        ".", "250 OK",
        "QUIT", "221 mail.example.com Service closing transmission channel",
    ]  # fmt: skip


def test_figure_21_7_is_the_login_of_alices_submission() -> None:
    """The base64 prompts of Figure 21.7, which decode to Username: and Password: (RFC 4648)."""
    journey = play("alice-to-bob")
    login = [step.octets[0].decode().strip() for step in journey.steps if step.verb in ("AUTH", "RESPONSE")]
    assert login == [
        "AUTH LOGIN", "334 VXNlcm5hbWU6", "YWxpY2U=", "334 UGFzc3dvcmQ6", "d29uZGVybGFuZA==",
        "235 2.7.0 Authentication succeeded",
    ]  # fmt: skip


def test_figures_21_2_and_21_5_are_the_five_stages_in_order() -> None:
    journey = play("alice-to-bob")
    assert list(dict.fromkeys(step.leg.stage for step in journey.steps)) == list(Stage)
    ports = {(stream.transport, stream.server.port) for stream in journey.log.connections}
    assert ports == {("tcp", 587), ("udp", 53), ("tcp", 25), ("tcp", 110)}
