"""Facts of content tables and of codings: what they say, and how they refuse what they cannot say."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.exercise.facts import About, FactError, ask, table
from mailedu.exercise.model import Call
from mailedu.smtp.states import COMMANDS, NOT_IMPLEMENTED

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)


def fact(name: str, **arguments: Any) -> Any:
    return ask(Call(name, arguments), About())


# Tables ---------------------------------------------------------------------------------------------------------------


def test_every_table_has_rows_with_the_same_keys_of_what_is_asked() -> None:
    for name in table.names():
        rows = table.rows(name)
        assert len(rows) >= 4, name
        first = next(iter(rows.values()))
        for row, cells in rows.items():
            assert "does" in cells or "means" in cells or "use" in cells, (name, row)
            for key in set(first) & {"does", "means", "rfc", "group", "state", "position", "success", "letter"}:
                assert key in cells, (name, row, key)


def test_what_rows_do_tells_them_apart() -> None:
    for name in table.names():
        for column in ("does", "means", "use"):
            said = [cells[column] for row, cells in table.rows(name).items() if column in cells and "Bcc" not in row]
            assert len(set(said)) == len(said), (name, column)


@pytest.mark.parametrize(
    ("row", "port"),
    [("smtp", 25), ("dns", 53), ("pop3", 110), ("imap", 143), ("submissions", 465), ("submission", 587), ("imaps", 993),
     ("pop3s", 995)],
)  # fmt: skip
def test_ports(row: str, port: int) -> None:
    assert fact("table.value", table="ports", row=row, column="port") == port
    assert fact("table.row", table="ports", column="port", equals=port) == row


def test_the_commands_are_those_of_the_table_and_our_server_knows_their_names() -> None:
    commands = list(table.rows("smtp-commands"))
    assert len(commands) == 11
    assert {command.split()[0] for command in commands} <= COMMANDS | NOT_IMPLEMENTED


def test_the_header_fields_are_corrected() -> None:
    fields = table.rows("header-fields")
    assert len(fields) == 22
    assert fact("table.where", table="header-fields", column="required", equals=True) == ["Date", "From"]
    assert fields["Return-Path"]["most"] == 1  # RFC 5321 section 4.4; the book says unlimited
    assert fact("table.where", table="header-fields", column="most", equals="any", rows=["To", "Comments"]) == [
        "Comments"
    ]
    assert len(fact("table.where", table="header-fields", column="group", equals="resent")) == 7


def test_the_stages_come_in_their_order() -> None:
    mixed = ["access", "process", "compose", "submit", "deliver"]
    assert fact("table.order", table="stages", by="order", rows=mixed) == [
        "compose", "submit", "deliver", "process", "access",
    ]  # fmt: skip
    assert fact("table.map", table="stages", column="protocol", rows=["submit", "access"]) == {
        "submit": "SMTP", "access": "POP3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("table.value", {"table": "port", "row": "pop3", "column": "port"}, "no table 'port'; did you mean ports?"),
        (
            "table.value",
            {"table": "ports", "row": "pop33", "column": "port"},
            "no row of ports 'pop33'; did you mean pop3?",
        ),
        (
            "table.value",
            {"table": "ports", "row": "pop3", "column": "prt"},
            "column of ports, row pop3, 'prt'; did you mean",
        ),
        ("table.map", {"table": "ports", "column": "port", "rows": ["x"]}, "no row of ports 'x'; there are smtp"),
        ("table.row", {"table": "ports", "column": "transport", "equals": "TCP"}, "7 rows of ports have 'TCP'"),
        ("coding.from_base64", {"text": "no base64!"}, "is no base64"),
        ("coding.from_base64", {"text": "abc"}, "is no base64"),
        ("coding.from_plain", {"text": "YWJj", "part": "user"}, "has no user: AUTH PLAIN holds"),
        ("coding.login_answer", {"question": "Sex:", "user": "a", "password": "b"}, "does not ask 'Sex:'"),
        ("coding.login_question", {"asks": "age"}, "asks for user or password, not for 'age'"),
        ("coding.base64", {"text": "a", "ending": "cr"}, "no ending 'cr'"),
    ],
)
def test_what_is_not_there_is_told(name: str, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(FactError) as raised:
        fact(name, **arguments)
    assert told in str(raised.value)


# Codings --------------------------------------------------------------------------------------------------------------


def test_the_login_of_figure_21_7_is_coded() -> None:
    assert fact("coding.login_question", asks="user") == "VXNlcm5hbWU6"
    assert fact("coding.login_question", asks="password") == "UGFzc3dvcmQ6"
    login = {"user": "admin", "password": "admin11"}
    for question in ("VXNlcm5hbWU6", "334 VXNlcm5hbWU6", "Username:"):
        assert fact("coding.login_answer", question=question, **login) == "YWRtaW4="
    assert fact("coding.login_answer", question="UGFzc3dvcmQ6", **login) == "YWRtaW4xMQ=="


def test_who_encodes_the_line_break_too_gets_something_else() -> None:
    assert fact("coding.base64", text="admin") == "YWRtaW4="
    assert fact("coding.base64", text="admin", ending="lf") == "YWRtaW4K"
    assert fact("coding.base64", text="admin", ending="crlf") == "YWRtaW4NCg=="


def test_padding_and_length() -> None:
    assert [fact("coding.padding", text="x" * n) for n in range(4)] == [0, 2, 1, 0]
    assert [fact("coding.base64_length", text="x" * n) for n in range(5)] == [0, 4, 4, 4, 8]
    assert fact("coding.base64_of_octets", octets=1108) == len(base64.b64encode(bytes(1108)))


def test_plain_is_one_message_of_three_words() -> None:
    message = fact("coding.plain", user="tim", password="tanstaaftanstaaf")
    assert message == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"  # RFC 4616 section 4
    assert fact("coding.from_plain", text=message, part="password") == "tanstaaftanstaaf"
    assert fact("coding.from_plain", text=f"AUTH PLAIN {message}", part="user") == "tim"


@pytest.mark.parametrize(
    ("line", "travels"), [(".", ".."), ("..", "..."), (".profile", "..profile"), ("a.b", "a.b"), ("", "")]
)
def test_leading_dots_are_doubled_on_the_way(line: str, travels: str) -> None:
    assert fact("coding.stuffed", line=line) == travels
    assert fact("coding.unstuffed", line=travels) == line


def test_typical_mistakes_with_dots() -> None:
    assert fact("coding.every_dot_doubled", line=".a.b") == "..a..b"
    assert fact("coding.without_leading_dots", line="..a.b") == "a.b"


@pytest.mark.law(most=400)
@given(TEXT)
def test_what_is_coded_can_be_decoded(text: str) -> None:
    assert fact("coding.from_base64", text=fact("coding.base64", text=text)) == text
    assert fact("coding.unstuffed", line=fact("coding.stuffed", line=text)) == text
    assert fact("coding.base64_length", text=text) == fact(
        "coding.base64_of_octets", octets=fact("coding.octets", text=text)
    )
