"""How a token is written: what is one, and what is recognised as none before anything is looked up."""

import re
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tokens.rules import text

PLAIN = string.ascii_letters + string.digits
publics = st.text(PLAIN, min_size=text.PUBLIC, max_size=text.PUBLIC)
secrets = st.text(PLAIN, min_size=text.SECRET, max_size=text.SECRET)
tokens = st.builds(text.compose, publics, secrets)
SCANNED = re.compile(r"\bfw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}\b")  # what a secret scanner is told to look for


@given(publics, secrets)
def test_what_is_composed_is_read_back(public: str, secret: str) -> None:
    assert text.parse(text.compose(public, secret)) == (public, secret)


@given(tokens)
def test_a_scanner_finds_it_in_the_middle_of_a_line(token: str) -> None:
    assert SCANNED.findall(f'curl -H "Authorization: Bearer {token}" https://x') == [token]


@given(tokens, st.integers(0, 64), st.characters(codec="utf-8"))
def test_no_single_mistyped_character_passes(token: str, at: int, typed: str) -> None:
    wrong = token[:at] + typed + token[at + 1 :]
    assert (text.parse(wrong) is None) == (wrong != token)


@given(tokens, st.integers(0, 63))
def test_no_two_swapped_characters_pass(token: str, at: int) -> None:
    swapped = token[:at] + token[at + 1] + token[at] + token[at + 2 :]
    assert (text.parse(swapped) is None) == (swapped != token)


@given(st.text())
def test_whatever_is_shown_is_read_without_failing(written: str) -> None:
    assert text.parse(written) is None


@given(tokens, st.sampled_from([" {}", "{} ", "{}\n", "{}\0", "{}{}", "x{}", "Bearer {}"]))
def test_nothing_may_stand_around_it(token: str, around: str) -> None:
    assert text.parse(around.format(token, token)) is None


@given(tokens)
def test_no_digit_of_another_script_stands_for_one(token: str) -> None:
    assert text.parse(token.translate({ord("1"): "\u0661", ord("a"): "\uff41"})) in (None, text.parse(token))
    assert text.parse(token.upper()) in (None, text.parse(token))


def test_the_check_is_the_one_that_is_documented() -> None:
    token = text.compose("0123456789ab", "S" * 43)
    number = 0
    for digit in token[-6:]:
        number = number * 62 + text.ALPHABET.index(digit)
    assert number == zlib.crc32(token[:-6].encode())


@pytest.mark.parametrize(("public", "secret"), [("short", "S" * 43), ("0123456789ab", "é" * 43), ("", "")])
def test_parts_of_another_shape_make_no_token(public: str, secret: str) -> None:
    with pytest.raises(ValueError, match="12 and 43"):
        text.compose(public, secret)
