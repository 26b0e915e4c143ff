"""Canonical JSON: one form for each value, and nothing else is read."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assignment.canon import LARGEST, MalformedError, canon, encoded, parse

plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=5), inner, max_size=4)
    ),
)


@given(plain_json)
def test_canonical_json_reads_back(value):
    assert parse(canon(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None, "ө"]}, '{"a":[true,null,"ө"],"b":1}'),
        ({"": -0}, '{"":0}'),
        ('\x00\x1f\b\t\n\f\r"\\/\x7f\u2028', '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\x7f\u2028"'),
        (("tuple", LARGEST), f'["tuple",{LARGEST}]'),
    ],
)
def test_canonical_bytes(value, expected):
    assert canon(value) == expected.encode()


@pytest.mark.parametrize(
    "value", [1.0, {"ө": 1}, {1: 1}, LARGEST + 1, -LARGEST - 1, b"x", "\ud800", [{"a": {2.5}}]]
)
def test_what_has_no_canonical_form(value):
    with pytest.raises(MalformedError):
        canon(value)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b"1.0", b"-0", b"NaN",
     b'"\\u0041"', b"[" * 100_000],
)  # fmt: skip
def test_what_is_not_canonical(data):
    with pytest.raises(MalformedError):
        parse(data)


def read_slowly(data):
    """What `parse` must say by its definition: the value that has these bytes as its form."""
    try:
        value = json.loads(data.decode())
        return value if canon(value) == data else MalformedError
    except (ValueError, RecursionError):
        return MalformedError


def read(data):
    try:
        return parse(data)
    except MalformedError:
        return MalformedError


any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(LARGEST - 2, LARGEST + 2)
    | st.integers(-LARGEST - 2, -LARGEST + 2)
    | st.floats()
    | st.sampled_from(["\ud800", "\udc00", "\U0001f600", "\u2028", "\x7f", "ө"])
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from("abcө"), inner, max_size=4)
    ),
)


@given(any_json, st.booleans(), st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_only_the_canonical_form_is_read(value, plain, ordered, separators):
    text = json.dumps(value, ensure_ascii=plain, sort_keys=ordered, separators=separators)
    data = text.encode(errors="surrogatepass")
    found = read(data)
    assert repr(found) == repr(read_slowly(data))
    if found is not MalformedError:
        assert canon(found) == encoded(found) == data


@given(
    st.lists(
        st.sampled_from(
            ["{", "}", "[", "]", ",", ":", '"a"', '"b"', '"ө"', '"\\u0041"', '"\\ud800"', "0", "7",
             "-0", "-1", "9007199254740991", "9007199254740992", "-9007199254740992", "007", "1e3",
             "12345678901234567890", "1.5", "NaN", "Infinity", "true", "null", " ", "\n", "\ufeff"]
        ),
        max_size=9,
    )
)  # fmt: skip
@example(["[", "9007199254740992", "]"])
@example(["{", '"a"', ":", "-9007199254740992", "}"])
@example(["[", "7", ",", "12345678901234567890", "]"])
@example(["{", '"a"', ":", "0", ",", '"a"', ":", "0", "}"])
@example(['"\\ud800"'])
def test_whatever_is_written_the_quick_way_reads_like_the_slow_one(pieces):
    data = "".join(pieces).encode()
    assert repr(read(data)) == repr(read_slowly(data))


@pytest.mark.parametrize("digits", ["1" * 5000, "-" + "1" * 5000])
def test_a_number_without_end(digits):
    for text in (digits, f"[{digits}]", f'{{"a":{digits}}}', f"[0,{digits}]", f"[ {digits}]"):
        with pytest.raises(MalformedError):
            parse(text.encode())


@pytest.mark.parametrize("depth", [400, 900, 990, 5_000])
def test_depth_is_no_crash(depth):
    """Deep data may be read or refused; it never stops the reader."""
    for core in ("", '"ө"', '"\\ud800"'):
        data = ("[" * depth + core + "]" * depth).encode()
        found = read(data)
        assert found is MalformedError or core != '"\\ud800"'


@pytest.mark.parametrize("number", [LARGEST, LARGEST - 1, 10**15, 1 - LARGEST, -LARGEST, 0])
def test_the_largest_numbers(number):
    for data in (b"%d", b"[%d]", b"[0,%d]", b'{"a":%d}'):
        assert canon(parse(data % number)) == data % number


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("9007199254740992", "the number 9007199254740992 is too large: write it as a text"),
        ("[-9007199254740992]", "the number -9007199254740992 is too large: write it as a text"),
        (
            "1234567890123456789012",
            "the number 12345678901234567890 is too large: write it as a text",
        ),
        ("0.1234567890123456789012", "the number 0.123456789012345678 is not a whole one"),
        ("NaN", "the number NaN is not a whole one"),
        ("{", "this is not JSON"),
        ('{"a": 1}', "this JSON is not in its canonical form"),
        ('{"ө":1}', "the key 'ө' is not an ASCII text"),
    ],
)
def test_what_is_wrong_is_said(data, what):
    with pytest.raises(MalformedError) as refused:
        parse(data.encode())
    assert str(refused.value) == what


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (LARGEST + 1, "the number 9007199254740992 is too large: write it as a text"),
        (["\ud800"], "a text holds half of a surrogate pair"),
        ({1: 2}, "the key 1 is not an ASCII text"),
        (0.5, "a float has no place in canonical JSON"),
    ],
)
def test_what_cannot_be_written_is_said(value, what):
    with pytest.raises(MalformedError) as refused:
        canon(value)
    assert str(refused.value) == what
