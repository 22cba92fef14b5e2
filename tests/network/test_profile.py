from __future__ import annotations

import tomllib

import pytest

from mailedu.network.profile import Profile


def read(text: str) -> Profile:
    return Profile.from_table(tomllib.loads(text))


def test_an_empty_table_is_the_default() -> None:
    assert read("") == Profile()


def test_what_is_not_given_follows_from_latency_and_windows() -> None:
    profile = read('latency = "50ms"\nwindows = { client = 17520 }')
    assert profile.handshake == (0.05, 0.05)
    assert profile.close == (0.05, 0.0, 0.05)
    assert profile.opening == 0.1
    assert profile.windows == profile.syn_windows == (17520, 65535)


def test_what_is_said_comes_after_its_delay_or_one_latency() -> None:
    profile = read('latency = 0.02\ndelays = { "submit/RCPT.1" = "3s" }')
    assert profile.delay("submit/RCPT.1") == profile.delay("submit/RCPT.1", same_speaker=True) == 3.0
    assert profile.delay("submit/RCPT.2") == 0.02
    assert profile.delay("submit/RCPT.2", same_speaker=True) == 0.0


def test_all_keys_are_read() -> None:
    profile = read("""
        rate = 1000
        mss = 536
        closes = "client"
        delayed_ack = "100ms"
        syn_again = [1, "2s"]
        connect_timeout = "1m"
        shrinks = ["server"]
        packet_windows = { 21 = 16179 }
        quick_acks = { "access/USER.1" = 0.001 }
        ports = { "access:bob" = 2447 }
    """)
    assert (profile.rate, profile.mss, profile.closes, profile.delayed_ack) == (1000.0, 536, 0, 0.1)
    assert (profile.syn_again, profile.connect_timeout, profile.shrinks) == ((1.0, 2.0), 60.0, (False, True))
    assert (profile.packet_windows, profile.quick_acks) == ({21: 16179}, {"access/USER.1": 0.001})
    assert profile.ports == {"access:bob": 2447}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("latancy = 1", "unknown key 'latancy'"),
        ('latency = "soon"', "tcp.latency: not a duration: 'soon'"),
        ("mss = 0", "tcp.mss: wants a whole number from 1 to 65495"),
        ("mss = true", "tcp.mss"),
        ('closes = "both"', "tcp.closes: wants client or server"),
        ("closes = []", "tcp.closes"),
        ("handshake = [1]", "tcp.handshake: wants a list of 2 durations"),
        ("close = [1, 2, -1]", "tcp.close: not a duration"),
        ("syn_again = 1", "tcp.syn_again: wants a list of durations"),
        ("delayed_ack = 0.5", "half a second"),
        ("windows = 5", "tcp.windows: wants a table"),
        ("windows = { clinet = 5 }", "tcp.windows: wants client or server, not 'clinet'"),
        ("windows = { client = 70000 }", "tcp.windows.client"),
        ('shrinks = "client"', "tcp.shrinks: wants a list"),
        ("shrinks = [1]", "tcp.shrinks: wants client or server"),
        ('delays = { "a/B.1" = "x" }', "tcp.delays.a/B.1: not a duration"),
        ("delays = 4", "tcp.delays: wants a table"),
        ("ports = { access = 0 }", "tcp.ports.access: wants a whole number"),
        ("packet_windows = { x = 4 }", "'x' is no packet's number"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"^tcp") as wrong:
        read(text)
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)
