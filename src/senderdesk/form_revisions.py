"""Revisions of a form: what it was before a field came (Since) or changed (Was), day by day in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from senderdesk.form_files import PATH_KEYS, Source, changed

BEFORE_ALL = "0001-01-01"


def days(source: Source) -> list[str]:
    """The days from which a form is another one, YYYY-MM-DD, in order; the first stands for all time before."""
    return [BEFORE_ALL, *sorted({day for _, day in _dates(source) if is_day(day)} - {BEFORE_ALL})]


def misdated(source: Source) -> list[str]:
    """A sentence for each date of a form that is none."""
    return [
        f'{path} has the date {day}, which is not of the form "YYYY-MM-DD", in quotes'
        for path, day in _dates(source)
        if not is_day(day)
    ]


def as_of(source: Source, day: str) -> Source:
    """A form's source as it was on `day`. Entries that have not changed since are the same objects."""
    sections = _entries_as_of(source["Sections"], day)
    known = {section.get("SectionPath") for section in sections}
    late = {section.get("SectionPath") for section in source["Sections"]} - known
    fields = [field for field in _entries_as_of(source["Fields"], day) if str(field.get("SectionPath")) not in late]
    return {**source, "Sections": sections, "Fields": fields}


def is_day(day: Any) -> bool:
    """Whether `day` is a date as YYYY-MM-DD."""
    try:
        return isinstance(day, str) and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def first_second(day: str) -> float:
    """The epoch second with which a day begins, in UTC; for the day before all, minus infinity."""
    if day == BEFORE_ALL:
        return float("-inf")
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _entries_as_of(entries: list[Source], day: str) -> list[Source]:
    return [_as_of(entry, day) for entry in entries if not _is_later(entry.get("Since"), day)]


def _as_of(entry: Source, day: str) -> Source:
    """What an entry was: as its Was says with the earliest Until after `day`, else as it is."""
    later = [was for was in _all_was(entry) if _is_later(was.get("Until"), day)]
    if not later:
        return entry
    was = min(later, key=lambda one: str(one["Until"]))
    return changed(entry, {key: value for key, value in was.items() if key != "Until"})


def _is_later(other: Any, day: str) -> bool:
    return is_day(other) and bool(day < other)


def _all_was(entry: Source) -> list[Source]:
    all_was = entry.get("Was", [])
    return [was for was in all_was if isinstance(was, dict)] if isinstance(all_was, list) else []


def _dates(source: Source) -> Iterator[tuple[str, Any]]:
    for key, path_key in PATH_KEYS.items():
        for entry in source[key]:
            if "Since" in entry:
                yield entry[path_key], entry["Since"]
            for was in _all_was(entry):
                yield entry[path_key], was.get("Until")
