"""Which packets are shown: words, and fields by their names, such as `port=110 from=server len>0 "+OK"`.

All that is asked for has to hold; `!` before a term turns it round. A field that a packet does not have fits no term
but `!=` and `!`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from mailedu.journey.gist import gist
from mailedu.journey.journey import Journey
from mailedu.journey.step import Kind, Step
from mailedu.network.segments import Packet
from mailedu.tui.widgets.packet_rows import CODE, protocol
from mailedu.visible import visible

#: Whether a packet of a step fits.
Fits: TypeAlias = Callable[[Packet, Step], bool]


class FilterError(ValueError):
    """Why a filter is none: one line, with the remedy."""


class _Number(NamedTuple):
    """A field that holds numbers: one of them has to fit."""

    of: Callable[[Packet, Step], tuple[int, ...]]


class _Words(NamedTuple):
    """A field that holds words, in small letters: one of them has to be what is asked for."""

    of: Callable[[Packet, Step], tuple[str, ...]]
    only: tuple[str, ...] = ()
    """What may be asked for; empty: anything."""


def _flags(packet: Packet, _: Step) -> tuple[str, ...]:
    return tuple(packet.flags.lower().split(", ")) if packet.flags else ()


def _names(journey: Journey, host: str) -> tuple[str, ...]:
    """All that a host is called."""
    found = journey.scenario.geography.hosts.get(host)
    machine = next((one for one in journey.scenario.machines if one.name == host), None)
    names = (host, found.address if found else "", found.title if found else "", machine.short if machine else "")
    return tuple(name.lower() for name in names if name)


def _end(packet: Packet, step: Step, journey: Journey, *, source: bool) -> tuple[str, ...]:
    """What the sender, or the receiver, of a packet is called: its role too."""
    end = packet.source if source else packet.target
    role = "client" if end.host == step.leg.actor else "server"
    return (role, end.address, *_names(journey, end.host))


def _code(packet: Packet, step: Step) -> tuple[str, ...]:
    """Of a reply, in its first packet."""
    found = CODE.match(visible(packet.payload[:8]))
    begins = step.kind is Kind.REPLY and packet.payload.startswith(step.head(3))
    return (found[0].lower(),) if begins and found is not None else ()


def _fields(journey: Journey) -> Mapping[str, _Number | _Words]:
    def source(packet: Packet, step: Step) -> tuple[str, ...]:
        return _end(packet, step, journey, source=True)

    def target(packet: Packet, step: Step) -> tuple[str, ...]:
        return _end(packet, step, journey, source=False)

    return {
        "no": _Number(lambda packet, _: (packet.n,)),
        "step": _Number(lambda packet, _: (packet.step,)),
        "port": _Number(lambda packet, _: (packet.source.port, packet.target.port)),
        "from": _Words(source),
        "to": _Words(target),
        "host": _Words(lambda packet, step: (*source(packet, step), *target(packet, step))),
        "proto": _Words(lambda packet, step: (protocol(packet, step).lower(), packet.transport)),
        "flags": _Words(_flags, ("syn", "ack", "psh", "fin", "rst")),
        "seq": _Number(lambda packet, _: (packet.seq,) if packet.transport == "tcp" else ()),
        "ack": _Number(lambda packet, _: (packet.ack,) if "ACK" in packet.flags else ()),
        "len": _Number(lambda packet, _: (len(packet.payload),)),
        "verb": _Words(lambda packet, step: (step.verb.lower(),) if packet.payload else ()),
        "code": _Words(_code),
    }


_COMPARED: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_TERM: Final = re.compile(r'(!?)(?:([A-Za-z]+)(!=|<=|>=|==|=|<|>)("[^"]*"|\S*)|"([^"]*)"|([^\s"]+))(?=\s|$)')


def read(text: str, journey: Journey) -> Fits | None:
    """The filter that a text asks for, None for an empty one. FilterError says what is wrong with it, in one line."""
    fields = _fields(journey)
    terms: list[Fits] = []
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        found = _TERM.match(text, at)
        if found is None:
            raise FilterError(f"a quotation mark is open: {visible(text[at:])}")
        negated, name, compared, value, quoted, word = found.groups()
        if name is not None:
            term = _term(fields, name, "=" if compared == "==" else compared, value.strip('"'))
        else:
            term = _word(journey, quoted if quoted is not None else word)
        terms.append(_not(term) if negated else term)
        at = found.end()
    if not terms:
        return None
    return lambda packet, step: all(term(packet, step) for term in terms)


def _not(term: Fits) -> Fits:
    return lambda packet, step: not term(packet, step)


def _term(fields: Mapping[str, _Number | _Words], name: str, compared: str, value: str) -> Fits:
    """A field and what it has to be."""
    field = fields.get(name.lower())
    said = visible(f"{name}{compared}{value}")
    if field is None:
        raise FilterError(f'no field “{visible(name)}”: put "{said}" in quotes, or take {", ".join(fields)}')
    if not value:
        raise FilterError(f"{said} what? Write {name}{compared}{_example(name.lower())}")
    if isinstance(field, _Number):
        if not re.fullmatch(r"[0-9]{1,12}", value):
            raise FilterError(f"{name} is a number: {name}{compared}{_example(name.lower())}, not {visible(value)}")
        number, compare, numbers = int(value), _COMPARED[compared], field.of
        if compared == "!=":
            return lambda packet, step: number not in numbers(packet, step)
        return lambda packet, step: any(compare(one, number) for one in numbers(packet, step))
    if compared not in ("=", "!="):
        raise FilterError(f"{name} is a word: {name}={visible(value)}, or {name}!={visible(value)}")
    wanted = [part.strip().lower() for part in value.split(",")] if field.only else [value.lower()]
    for part in wanted:
        if field.only and part not in field.only:
            raise FilterError(f"{name} are {', '.join(field.only).upper()}, not {visible(part) or 'nothing'}")
    words = field.of
    holds: Fits = lambda packet, step: all(part in words(packet, step) for part in wanted)  # noqa: E731
    return holds if compared == "=" else _not(holds)


def _example(name: str) -> str:
    return {
        "no": "7", "step": "22", "port": "110", "seq": "1", "ack": "1", "len": "0", "flags": "SYN", "verb": "RCPT",
        "code": "250", "proto": "TCP",
    }.get(name, "server")  # fmt: skip


def _word(journey: Journey, word: str) -> Fits:
    """A word in what is said, in flags or protocol, or in what an end is called."""
    wanted = word.lower()
    octets = wanted.encode("utf-8", "surrogateescape")
    called: dict[str, bool] = {}

    def is_called(host: str) -> bool:
        if host not in called:
            called[host] = any(wanted in name for name in _names(journey, host))
        return called[host]

    def holds(packet: Packet, step: Step) -> bool:
        if octets in packet.payload.lower() or wanted in packet.flags.lower():
            return True
        if wanted == protocol(packet, step).lower() or is_called(packet.source.host) or is_called(packet.target.host):
            return True
        return packet.transport == "udp" and wanted in gist(step).lower()

    return holds
