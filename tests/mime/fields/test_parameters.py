from __future__ import annotations

import email.message
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailedu.mime.fields.folding import fold
from mailedu.mime.fields.parameters import format_parameters, parse_parameters
from mailedu.mime.fields.words import decoded, unfold

VALUE = st.text(
    st.one_of(st.sampled_from(' ;="\\()<>*%é漢\r\n'), st.characters(codec="utf-8")), max_size=120
) | st.text("abc", min_size=70, max_size=200)


@pytest.mark.law(most=400)
@given(st.dictionaries(st.sampled_from(["filename", "name", "charset", "x-a"]), VALUE))
def test_what_is_written_is_read(params: dict[str, str]) -> None:
    written = format_parameters("attachment", params.items())
    assert written.isascii()
    assert written.isprintable()
    read = parse_parameters(written)
    assert (read.value, dict(read.params), read.flaws) == ("attachment", params, ())
    field = fold("Content-Disposition", written)
    assert max(map(len, field.split(b"\r\n"))) <= 100  # a quoted value of 78 cannot be folded without harm
    assert parse_parameters(decoded(field.partition(b":")[2])) == read


@pytest.mark.law(most=400)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=100).filter(
        lambda name: name.strip('"<> ') == name.strip() == name  # it takes such signs off, once too often
    )
)
def test_the_standard_library_reads_the_same(filename: str) -> None:
    field = fold("Content-Disposition", format_parameters("attachment", [("filename", filename)]))
    message = email.message.Message(policy=email.policy.compat32)
    message["Content-Disposition"] = unfold(field).partition(b": ")[2].decode("ascii")
    assert message.get_filename() == filename


@pytest.mark.parametrize(
    ("text", "value", "params", "flaws"),
    [
        ("text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}, ()),
        ('text/plain; CHARSET="us-ascii"', "text/plain", {"charset": "us-ascii"}, ()),
        ('multipart/mixed; boundary = "--- = _Next"', "multipart/mixed", {"boundary": "--- = _Next"}, ()),
        ('a/b; title="a \\"q\\" \\\\ ;"', "a/b", {"title": 'a "q" \\ ;'}, ()),
        ('a/b; URL*0="ftp://";\t URL*1="cs.utk.edu/x"', "a/b", {"url": "ftp://cs.utk.edu/x"}, ()),
        ("a/b; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "a/b", {"title": "This is ***fun***"}, ()),
        ("a; t*0*=us-ascii'en'even%20more%20; t*1*=%2A%2A%2Afun%2A%2A%2A%20; t*2=\"isn't it!\"",
         "a", {"t": "even more ***fun*** isn't it!"}, ()),
        ("a; filename=plain.txt; filename*=utf-8''caf%C3%A9", "a", {"filename": "café"}, ()),
        ("a; filename*0*=utf-8''caf%C3; filename*1*=%A9", "a", {"filename": "café"}, ()),
        ("a; f*=''caf%E9", "a", {"f": "café"}, ()),
        ("a; f*=nonsense''caf%E9", "a", {"f": "café"}, ()),
        ("a;", "a", {}, ()),
        ("a (x;y) ; b=c", "a", {"b": "c"}, ()),
        ("", "", {}, ()),
        ("a; name=new story.doc", "a", {"name": "new story.doc"}, ("a value that needs quotes",)),
        ("a; name=scan(2).pdf", "a", {"name": "scan(2).pdf"}, ("a value that needs quotes",)),
        ('a; name="open', "a", {"name": "open"}, ("a quote that is not closed",)),
        ('a; name="x" y', "a", {"name": "x"}, ("text after a quoted value",)),
        ("a; name", "a", {}, ("a parameter without a name or value",)),
        ("a; name=x; name=y", "a", {"name": "x"}, ("a parameter given twice",)),
        ('a; name="=?utf-8?q?caf=C3=A9?="', "a", {"name": "café"}, ("an encoded word in a parameter",)),
        ("a; f*0=x; f*2=y", "a", {"f": "x"}, ("a section of a parameter is missing",)),
        ("a; f*=plain", "a", {"f": "plain"}, ("no charset before an encoded value",)),
    ],
)  # fmt: skip
def test_forms_of_parameters(text: str, value: str, params: dict[str, str], flaws: tuple[str, ...]) -> None:
    assert parse_parameters(text) == (value, tuple(params.items()), flaws)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("menu.png", "attachment; filename=menu.png"),
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ("menü.png", "attachment; filename*=utf-8''men%C3%BC.png"),
        ("=?x", "attachment; filename*=utf-8''%3D%3Fx"),
        ("", 'attachment; filename=""'),
    ],
)
def test_names_as_they_are_written(name: str, written: str) -> None:
    assert format_parameters("attachment", [("filename", name)]) == written


@pytest.mark.law(most=400)
@given(st.text(st.sampled_from("a;=\"\\()*'% é0")) | st.text())
def test_reading_is_total(text: str) -> None:
    read = parse_parameters(text)
    assert read.get("no such name") is None


def test_much_of_anything_takes_no_time() -> None:
    for much in ("(" * 50_000, '"' * 50_001, "\\" * 50_000, ";" * 50_000, "a; " + "=" * 50_000, "x; f*0=a;" * 10_000):
        parse_parameters(much)
