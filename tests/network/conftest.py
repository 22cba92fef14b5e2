"""Figure 21.10 as a hand-filled log, for the tests that need a whole conversation."""

from __future__ import annotations

import tomllib
from typing import Final

import pytest

from mailedu.network.profile import Profile
from mailedu.network.wire import Endpoint, Log, What, Write

CLIENT: Final = Endpoint("lnxclient", "10.10.12.166", 2447)
SERVER: Final = Endpoint("lnxserver", "10.10.11.66", 110)
LETTER: Final = b"Subject: a fairly long message\r\n\r\n" + b"x" * 1072 + b"\r\n"

TCP: Final = """
handshake = [0.001392, 0.000120]
close = [0.000084, 0.000704, 0.001396]
latency = 0.0002
closes = "server"
windows = { client = 17520, server = 5840 }
syn_windows = { client = 16384, server = 5840 }
shrinks = ["client"]
ports = { "access:admin1" = 2447 }

[quick_acks]
"access:admin1/USER.1" = 0.000288

[delays]
"access:admin1/GREETING.1!" = 0.034651
"access:admin1/USER.1" = 0.001112
"access:admin1/USER.1!" = 0.001542
"access:admin1/PASS.1" = 0.000462
"access:admin1/PASS.1!" = 0.023879
"access:admin1/STAT.1" = 0.001028
"access:admin1/STAT.1!" = 0.003448
"access:admin1/LIST.1" = 0.001028
"access:admin1/LIST.1!" = 0.000226
"access:admin1/RETR.1" = 0.004998
"access:admin1/RETR.1!" = 0.002095
"access:admin1/DELE.1" = 0.013363
"access:admin1/DELE.1!" = 0.000559
"access:admin1/QUIT.1" = 0.001407
"access:admin1/QUIT.1!" = 0.003456
"access:admin1/LINK.2" = 0.000073
"""
PROFILE: Final = Profile.from_table(tomllib.loads(TCP))

SAID: Final = (
    (1, "GREETING.1!", (b"+OK POP3 lnxserver.englab.jnpr.net service ready\r\n",)),
    (0, "USER.1", (b"USER admin1\r\n",)),
    (1, "USER.1!", (b"+OK User name accepted, password please\r\n",)),
    (0, "PASS.1", (b"PASS admin11\r\n",)),
    (1, "PASS.1!", (b"+OK Mailbox open, 1 messages\r\n",)),
    (0, "STAT.1", (b"STAT\r\n",)),
    (1, "STAT.1!", (b"+OK 1 1108\r\n",)),
    (0, "LIST.1", (b"LIST\r\n",)),
    (1, "LIST.1!", (b"+OK Mailbox scan listing follows\r\n", b"1 1108\r\n", b".\r\n")),
    (0, "RETR.1", (b"RETR 1\r\n",)),
    (1, "RETR.1!", (b"+OK 1108 octets\r\n", LETTER, b".\r\n")),
    (0, "DELE.1", (b"DELE 1\r\n",)),
    (1, "DELE.1!", (b"+OK Message deleted\r\n",)),
    (0, "QUIT.1", (b"QUIT\r\n",)),
    (1, "QUIT.1!", (b"+OK Sayonara\r\n",)),
)


@pytest.fixture
def figure_log() -> Log:
    """What the pump would write: each thing said after its delay in the profile."""
    log = Log()
    n = log.connect("tcp", CLIENT, SERVER)
    log.writes.append(Write(0.0, What.OPEN, n, 0, (), 0, "access:admin1/LINK.1"))
    now = PROFILE.opening
    for step, (sender, place, chunks) in enumerate(SAID, 1):
        now += PROFILE.delay(f"access:admin1/{place}")
        log.writes.append(Write(now, What.SENT, n, sender, chunks, step, f"access:admin1/{place}"))
    now += PROFILE.delay("access:admin1/LINK.2")
    log.writes.append(Write(now, What.FIN, n, PROFILE.closes, (), len(SAID) + 1, "access:admin1/LINK.2"))
    return log


@pytest.fixture
def figure_profile() -> Profile:
    return PROFILE
