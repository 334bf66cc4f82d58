"""Ids, ARNs and next tokens by themselves: unique, ordered, unguessable, and opened only by whom they were made for."""

from __future__ import annotations

import itertools
import re
import string
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from senderdesk.identifiers import TOKEN_LIFETIME_SECONDS, Arn, NextTokens, new_id, new_request_id, parse_arn

ID = re.compile(r"registration-[0-9a-f]{32}")
NOW = 1_900_000_000.0
QUESTION = "111122223333\0us-east-1\0DescribeRegistrations\0{}"
TOKENS = NextTokens(b"k" * 32)
STEADY = settings(deadline=None, derandomize=True, database=None)


def test_ten_thousand_ids_are_unique_and_in_form() -> None:
    ids = [new_id("registration", time.time()) for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert all(ID.fullmatch(one) for one in ids)


def test_ids_sort_by_their_millisecond() -> None:
    moments = [0.0, 0.001, 1.0, 1_600_000_000.0, NOW, NOW + 0.001, NOW + 0.002, NOW + 3600, 4_000_000_000.0, 250e9]
    ids = [new_id("registration", moment) for moment in moments]
    assert ids == sorted(ids)
    assert int(ids[4][len("registration-") :][:12], 16) == int(NOW * 1000)


def test_eighty_bits_of_an_id_are_random() -> None:
    draws = [int(new_id("registration", NOW)[-20:], 16) for _ in range(4000)]
    for bit in range(80):
        ones = sum(draw >> bit & 1 for draw in draws)
        assert 1700 < ones < 2300, f"bit {bit} is set in {ones} of 4000"
    apart = [(one ^ other).bit_count() for one, other in itertools.pairwise(draws)]
    assert 38 < sum(apart) / len(apart) < 42


def test_request_ids_are_random_uuids() -> None:
    ids = [new_request_id() for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)


REGIONS = st.sampled_from(["us-east-1", "ap-southeast-3", "cn-north-1", "us-gov-west-1"])
NAMES = st.text(string.ascii_letters + string.digits + "_:/-", min_size=1, max_size=80)


@STEADY
@given(REGIONS, st.text(string.digits, min_size=12, max_size=12), st.sampled_from(["registration", "pool"]), NAMES)
def test_an_arn_is_taken_apart_as_it_was_put_together(region: str, account: str, kind: str, name: str) -> None:
    arn = Arn(region, account, kind, name)
    assert parse_arn(str(arn)) == arn


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov")]
)
def test_an_arn_names_the_partition_of_its_region(region: str, partition: str) -> None:
    assert str(Arn(region, "1", "registration", "r")) == f"arn:{partition}:sms-voice:{region}:1:registration/r"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn",
        "registration-1",
        "arn:aws:sms-voice:us-east-1:1:registration",
        "arn:aws:sms-voice:us-east-1:1:registration/",
        "arn:aws:sms-voice:us-east-1:registration/r",
        "arn:aws:s3:us-east-1:1:registration/r",
        "arn:aws-cn:sms-voice:us-east-1:1:registration/r",
        "arn:aws:sms-voice:cn-north-1:1:registration/r",
        "ARN:aws:sms-voice:us-east-1:1:registration/r",
        " arn:aws:sms-voice:us-east-1:1:registration/r",
        "arn:aws:SMS-VOICE:us-east-1:1:registration/r",
    ],
)
def test_what_is_no_arn_of_ours_is_none(text: str) -> None:
    assert parse_arn(text) is None


@STEADY
@given(st.text(max_size=60))
@example("arn:::::/")
def test_no_text_breaks_the_parser(text: str) -> None:
    for one in (text, f"arn:aws:sms-voice:{text}"):
        arn = parse_arn(one)
        assert arn is None or str(arn) == one


JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=8)


@STEADY
@given(position=JSON, question=st.text())
def test_a_token_gives_back_its_position_to_its_own_question(position: Any, question: str) -> None:
    token = TOKENS.seal(position, question, NOW)
    assert TOKENS.open(token, question, NOW) == position
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    with pytest.raises(ValueError, match="token"):
        TOKENS.open(token, question + "x", NOW)


def test_a_token_of_a_real_list_is_far_below_the_limit_of_the_model() -> None:
    assert len(TOKENS.seal(new_id("registration", NOW), QUESTION, NOW)) < 200


def refuses(token: str, question: str = QUESTION, now: float = NOW, tokens: NextTokens = TOKENS) -> bool:
    """True where the token does not open."""
    try:
        tokens.open(token, question, now)
    except ValueError:
        return True
    return False


TOKEN = TOKENS.seal("registration-1", QUESTION, NOW)
ALPHABET = string.ascii_letters + string.digits + "-_"


def test_no_letter_of_a_token_may_be_another() -> None:
    for place, letter in enumerate(TOKEN):
        for other in ALPHABET:
            changed = TOKEN[:place] + other + TOKEN[place + 1 :]
            assert refuses(changed) or other == letter, (place, other)
    assert not refuses(TOKEN)


def test_a_token_cannot_be_cut_lengthened_or_dressed_up() -> None:
    assert [length for length in range(len(TOKEN)) if not refuses(TOKEN[:length])] == []
    dressed = [TOKEN + more for more in ("A", "AA", "AAAA", "=", "==", "====", " ", "\n", "\0", "é", "+", "/")]
    dressed += [" " + TOKEN, TOKEN.replace("-", "+").replace("_", "/") + " ", TOKEN * 2, "A" * 1025, "{}", "e30", "é"]
    assert [token for token in dressed if not refuses(token)] == []


@pytest.mark.parametrize(
    "question",
    [
        QUESTION.replace("1111", "1112"),
        QUESTION.replace("us-east-1", "us-east-2"),
        QUESTION.replace("DescribeRegistrations", "ListTagsForResource"),
        QUESTION.replace("{}", '{"Filters":[]}'),
        "",
    ],
    ids=["account", "region", "operation", "filters", "nobody"],
)
def test_a_token_opens_for_its_own_question_only(question: str) -> None:
    assert refuses(TOKEN, question)


def test_a_token_opens_with_its_own_key_only() -> None:
    assert refuses(TOKEN, tokens=NextTokens(b"l" * 32))


def test_a_token_lives_for_a_day() -> None:
    assert not refuses(TOKEN, now=NOW + TOKEN_LIFETIME_SECONDS)
    assert refuses(TOKEN, now=NOW + TOKEN_LIFETIME_SECONDS + 1)
    assert not refuses(TOKEN, now=NOW - 3600), "a clock that was set back does not break a list under way"
