"""Ranges of phone numbers as an operator writes them: +18445550100-+18445550199, or one number alone."""

from __future__ import annotations

from collections.abc import Iterator

from senderdesk.fiction import calling_code

_MOST = 1_000_000
_SHORT_CODE_DIGITS = range(3, 9)


class Span:
    """Numbers from the first to the last, without leading or missing digits; `len` counts them."""

    def __init__(self, start: str, first: int, last: int, digits: int) -> None:
        self._start, self._first, self._last, self._digits = start, first, last, digits

    def __len__(self) -> int:
        return self._last - self._first + 1

    def __iter__(self) -> Iterator[str]:
        return (f"{self._start}{number:0{self._digits}}" for number in range(self._first, self._last + 1))


def numbers_of(text: str, iso_country_code: str | None = None, number_type: str = "") -> Span:
    """The numbers of one line. With a country they must be well-formed and possible numbers of that country.

    Raises ValueError that says what is wrong with it.
    """
    first, dash, last = text.partition("-")
    last = last if dash else first
    for number in (first, last):
        if iso_country_code is not None:
            check_number(number, iso_country_code, number_type)
        elif not number.removeprefix("+").isdecimal() or not number.isascii():
            raise ValueError(f"{number} is not a phone number")
    start = "+" if first.startswith("+") else ""
    if len(first) != len(last) or not last.startswith(start) or first > last:
        raise ValueError(f"{text} is not a range: the second number comes after the first and is as long")
    digits = first.removeprefix("+")
    span = Span(start, int(digits), int(last.removeprefix("+")), len(digits))
    if len(span) > _MOST:
        raise ValueError(f"{text} has {len(span)} numbers; give at most {_MOST} at a time")
    return span


def check_number(number: str, iso_country_code: str, number_type: str) -> None:
    """Raises ValueError where `number` is not in the form of E.164 for the country, or no short code of that type."""
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse

    if number_type == "SHORT_CODE":
        if not (number.isascii() and number.isdecimal() and len(number) in _SHORT_CODE_DIGITS):
            raise ValueError(f"{number} is not a short code: 3 to 8 digits")
        return
    try:
        parsed = parse(number)
    except NumberParseException as error:
        raise ValueError(f"{number} is not a phone number in the form of E.164, such as +18445550100") from error
    if format_number(parsed, PhoneNumberFormat.E164) != number:
        raise ValueError(f"{number} is not in the form of E.164: {format_number(parsed, PhoneNumberFormat.E164)} is")
    if parsed.country_code != calling_code(iso_country_code):
        raise ValueError(f"{number} is not a number of {iso_country_code}")
    if not is_possible_number(parsed):
        raise ValueError(f"{number} is too long or too short for a number of {iso_country_code}")
