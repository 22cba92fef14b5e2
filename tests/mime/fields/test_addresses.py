from __future__ import annotations

import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.addresses import AddressError, Mailbox, addresses, format_mailbox, is_address, why_not
from mailedu.smtp import grammar

ATOM = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=9)
LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
DOMAIN = HOST | st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]"])
DOT_ATOM = st.lists(ATOM, min_size=1, max_size=3).map(".".join)
QUOTED = st.lists(st.sampled_from([" ", "@", ".", "a", ",", '\\"', "\\\\", "<"]), min_size=1, max_size=9).map(
    lambda parts: f'"{"".join(parts)}"'
)
ADDRESS = st.tuples(DOT_ATOM | QUOTED, DOMAIN).map("@".join)
NAME = st.text(
    st.one_of(st.sampled_from(' ,.@<>"\\()=?é漢'), st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))),
    max_size=30,
).map(lambda name: name.strip())


@pytest.mark.law(most=400)
@given(st.lists(st.tuples(NAME, ADDRESS), max_size=4))
def test_what_is_written_is_read(people: list[tuple[str, str]]) -> None:
    mailboxes = tuple(Mailbox(*each) for each in people)
    value = ", ".join(map(format_mailbox, mailboxes))
    assert value.isascii()
    read = addresses(value)
    assert [mailbox.name for mailbox in read] == [name for name, _ in people]
    for mailbox, (_, address) in zip(read, people, strict=True):
        assert mailbox.address == address or (address[0] == '"' and is_address(mailbox.address))
    folded = value.replace(", ", ",\r\n ")
    assert addresses(folded.encode("ascii")) == read


@pytest.mark.law(most=400)
@given(st.lists(st.tuples(st.text("abc .,", max_size=9).map(str.strip), DOT_ATOM, HOST), min_size=1, max_size=4))
def test_the_standard_library_reads_the_same(people: list[tuple[str, str, str]]) -> None:
    """But for domain literals, which Python 3.13 (and later 3.11 and 3.12) take for an attack."""
    value = ", ".join(format_mailbox(Mailbox(name, f"{local}@{host}")) for name, local, host in people)
    assert email.utils.getaddresses([value]) == [(name, address) for name, address in addresses(value)]


@pytest.mark.law(most=400)
@given(st.text(st.sampled_from('ab.@<>,;:"\\()[] é=?\r\n\x00')) | st.text() | st.binary())
def test_reading_never_fails_in_another_way(value: str | bytes) -> None:
    try:
        found, line = addresses(value, "To"), " in To: "
    except AddressError as error:
        found, line = (), str(error)
    assert line.isprintable()
    assert " in To: " in line
    assert all(is_address(mailbox.address) for mailbox in found)


@pytest.mark.law(most=400)
@given(ADDRESS | st.text(st.sampled_from('ab.@"\\[]- _é'), max_size=12))
def test_smtp_takes_each_address(address: str) -> None:
    """What may stand in an envelope is decided twice; the two agree."""
    assert is_address(address) == (grammar.split(address) is not None)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Alice <alice@example.com>", [("Alice", "alice@example.com")]),
        ("bob@example.net, carol@example.net", [("", "bob@example.net"), ("", "carol@example.net")]),
        ("A Group:Ed <joe@where.test>,jane@where.test;", [("Ed", "joe@where.test"), ("", "jane@where.test")]),
        ("Friends: a@b.c; , d@e.f", [("", "a@b.c"), ("", "d@e.f")]),
        ("Undisclosed recipients:;", []),
        ("undisclosed-recipients: ;", []),
        ("", []),
        (" , ,", []),
        ("(nobody)", []),
        ('"Joe Q. Public" <joe@example.com>', [("Joe Q. Public", "joe@example.com")]),
        ("John Q. Public <joe@example.com>", [("John Q. Public", "joe@example.com")]),
        ('"Giant; \\"Big\\" Box" <box@example.net>', [('Giant; "Big" Box', "box@example.net")]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        ("Mary Smith <@node.test,@b.test:mary@example.net>, ,", [("Mary Smith", "mary@example.net")]),
        ("jdoe@test  . example", [("", "jdoe@test.example")]),
        ("bob@example.net (Bob (the builder))", [("Bob (the builder)", "bob@example.net")]),
        ("=?utf-8?Q?J=C3=B6rg?= <j@example.de>", [("Jörg", "j@example.de")]),
        ("=?utf-8?Q?J=C3=B6?=\r\n =?utf-8?Q?rg?= Smith <j@example.de>", [("Jörg Smith", "j@example.de")]),
        ('"john doe"@example.org', [("", '"john doe"@example.org')]),
        ('"john".doe@example.org', [("", "john.doe@example.org")]),
        ("a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        ("bob@example.net <bob@example.net>", [("bob@example.net", "bob@example.net")]),  # QUIRK
        ("Group: a@b.c", [("", "a@b.c")]),  # QUIRK: no semicolon
        ("Jörg <j@example.de>", [("Jörg", "j@example.de")]),
    ],
)  # fmt: skip
def test_forms_of_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert list(addresses(value)) == found


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("bob@", "'bob@' in To: no domain"),
        ("a@b.c, bob", "'bob' in To: no domain"),
        ("@example.net", "'@example.net' in To: nothing before the @"),
        ("a@b@c", "'a@b@c' in To: more than one @"),
        ("John Doe@example.net", "'John Doe@example.net' in To: a blank in it"),
        ("a..b@c.d", "'a..b@c.d' in To: a dot too many"),
        ("a@b..c", "'a@b..c' in To: a dot too many"),
        ("jörg@example.de", "'jörg@example.de' in To: not US-ASCII, which needs SMTPUTF8"),
        ("a@b_c", "'a@b_c' in To: 'b_c' is no name for a host"),
        ("Bob <bob@example.net", "'Bob <bob@example.net' in To: no > at the end"),
        ("Bob bob@example.net>", "'Bob bob@example.net>' in To: a > without its <"),
        ("x <a@b> y", "'x <a@b> y' in To: text after the >"),
        ("a@b; c@d", "'a@b; c@d' in To: a semicolon outside a group"),
        ("<>", "'<>' in To: no domain"),
        ("Smith, John <j@x.org>", "'Smith' in To: no domain"),
        ("a@[192.0.2.1", "'a@[192.0.2.1' in To: no address between its brackets"),
        ('"a@b.c', "'\"a@b.c' in To: no domain"),
        ("a@b.c (Bob", "'a@b.c (Bob' in To: a ( without its )"),
        ("x" * 65 + "@b.c", "'" + "x" * 59 + "…' in To: more than 64 octets before the @"),
        ("\x1b[2J@b.c", "'\\x1b[2J@b.c' in To: not one word"),
    ],
)  # fmt: skip
def test_the_faulty_piece_is_named(value: str, line: str) -> None:
    with pytest.raises(AddressError) as caught:
        addresses(value, "To")
    assert str(caught.value) == line


def test_without_a_field_the_piece_alone_is_named() -> None:
    with pytest.raises(AddressError, match=r"^'bob': no domain$"):
        addresses("bob")


@pytest.mark.parametrize(
    "address", ["a@b", "a.b+c@d-e.f", '"a b"@c', "a@[192.0.2.1]", "Ä@b", "a\n@b", "a@b.c.", '""@b', "a @b"]
)
def test_a_reason_is_given_just_where_it_is_no_address(address: str) -> None:
    assert is_address(address) == (not why_not(address))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "a@b.c"),
        ("Alice", "Alice <a@b.c>"),
        ("Smith, J.", '"Smith, J." <a@b.c>'),
        ('a "b" \\', '"a \\"b\\" \\\\" <a@b.c>'),
        ("Jörg", "=?utf-8?Q?J=C3=B6rg?= <a@b.c>"),
    ],
)
def test_names_as_they_are_written(name: str, written: str) -> None:
    assert format_mailbox(Mailbox(name, "a@b.c")) == written


def test_large_lists_take_no_long_time() -> None:
    assert len(addresses(", ".join(f"guest{n}@example.net" for n in range(20_000)))) == 20_000
    with pytest.raises(AddressError):
        addresses("(" * 50_000 + "a" + '"' * 3)
    with pytest.raises(AddressError):
        addresses('"\\' * 50_000)
