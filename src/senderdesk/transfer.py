"""Export and import: one account's registrations in one Region, with all that is theirs, as a file and back.

Ids stay as they are, so what names a registration finds it again on the other desk. Access keys, replayed answers and
the counters of a day stay behind.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple

import msgspec

from senderdesk import __version__
from senderdesk.database import Database, Rows
from senderdesk.transfer_checks import check, read_header
from senderdesk.transfer_lines import (
    ATTACHMENT,
    CONTENT,
    DUE_WORK,
    END,
    FORMAT,
    HEADER,
    KINDS,
    REGISTRATION,
    VERSION,
    Line,
    encoded,
    is_account,
    is_region,
    lines_of,
    shape_of,
)
from senderdesk.transfer_rows import kept, told

# Rows that are read at a time. An export has a page in memory, and one attachment.
_PAGE = 100
# The quota that lines of a kind count towards, and what the tags of its resources are kept under.
QUOTAS = {REGISTRATION: "REGISTRATIONS_PER_ACCOUNT", ATTACHMENT: "REGISTRATION_ATTACHMENTS_PER_ACCOUNT"}
TAGGED = {REGISTRATION: "registration", ATTACHMENT: "registration-attachment"}

Place = dict[str, Any]


class Moved(NamedTuple):
    """What was exported or imported: of or into which account and Region, and how many lines of each kind."""

    account: str
    region: str
    counts: dict[str, int]


class ImportFailed(Exception):
    """The file was good, and writing it failed. Nothing of it is kept."""


def export_account(
    database: Database, account: str, region: str | None, now: float, write: Callable[[bytes], object]
) -> Moved:
    """Hand every line of the export of `account` to `write`, all from one snapshot of the database.

    Without a `region`, the account's only one is taken. `now` (epoch seconds) goes into the header. Raises ValueError
    for what is no account or Region, and where there are several Regions, or none, to take.
    """
    _check_place(account, region)
    return database.read(lambda rows: _export(rows, account, region or _only_region(rows, account), now, write))


def import_file(database: Database, file: BinaryIO, account: str | None = None, region: str | None = None) -> Moved:
    """Write what `file` holds into `account` and `region` (of its header, where None), all in one commit.

    The file is read twice, first to check it. Raises ValueError for what is no account or Region and for a file that
    cannot be read twice, ImportRefused with what is wrong with the file, ImportFailed where writing failed; nothing is
    written then.
    """
    _check_place(account, region)
    if not file.seekable():
        raise ValueError("an import is read twice, so it cannot come from a pipe")
    file.seek(0)
    header = read_header(file)
    place = {"account_id": account or header["account"], "region": region or header["region"]}
    seen, again = hashlib.sha256(), hashlib.sha256()
    file.seek(0)
    counts = check(lines_of(file, seen), lambda kind, name: database.read(lambda rows: _has(rows, place, kind, name)))
    file.seek(0)

    def write(rows: Rows) -> None:
        _import(rows, place, lines_of(file, again), counts)
        if again.digest() != seen.digest():
            raise ImportFailed("the file changed after it was checked")

    try:
        database.write(write)
        database.commit()
    except ImportFailed:
        raise
    except Exception as error:  # locked, full, broken: each engine has errors of its own for it
        raise ImportFailed(f"{type(error).__name__}: {error}") from error
    return Moved(place["account_id"], place["region"], counts)


def _check_place(account: str | None, region: str | None) -> None:
    if account is not None and not is_account(account):
        raise ValueError(f"an account is 12 digits, not {account!r}")
    if region is not None and not is_region(region):
        raise ValueError(f"a Region looks like us-east-1, not like {region!r}")


def _only_region(rows: Rows, account: str) -> str:
    regions: list[str] = []
    while (found := rows.next_region(account_id=account, after=regions[-1] if regions else "")["region"]) is not None:
        regions.append(found)
    if len(regions) != 1:
        where = f"in {' and '.join(regions)}" if regions else "nowhere"
        raise ValueError(f"{account} has registrations {where}; say --region")
    return regions[0]


def _export(rows: Rows, account: str, region: str, now: float, write: Callable[[bytes], object]) -> Moved:
    exported = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    header = {"senderdesk": __version__, "format": FORMAT, "exported": exported, "account": account, "region": region}
    counts = dict.fromkeys(KINDS, 0)
    write(encoded(header))
    for lines in (_contents, _attachments, _registrations, _due_work):
        for line in lines(rows, {"account_id": account, "region": region}):
            counts[line["kind"]] += 1
            write(encoded(line))
    write(encoded({"kind": END, "counts": counts}))
    return Moved(account, region, counts)


def _contents(rows: Rows, place: Place) -> Iterator[Line]:
    """Each content once, by its digest."""
    after = b""
    while (row := rows.next_content(**place, after=after)) is not None:
        after, body = row["content_digest"], row["body"]
        yield {"kind": CONTENT, "sha256": after.hex(), "size": len(body), "base64": base64.b64encode(body).decode()}


def _attachments(rows: Rows, place: Place) -> Iterator[Line]:
    after = ""
    while page := rows.list_attachments(**place, after=after, count=_PAGE):
        after = page[-1]["attachment_id"]
        for row in page:
            tags = _tags(rows, place, ATTACHMENT, row["attachment_id"])
            yield {"kind": ATTACHMENT, **told("attachments", row), "tags": tags}


def _registrations(rows: Rows, place: Place) -> Iterator[Line]:
    """Each registration, and its versions behind it."""
    after = ""
    while page := rows.list_registrations(**place, after=after, count=_PAGE):
        after = page[-1]["registration_id"]
        for row in page:
            this = {**place, "registration_id": row["registration_id"]}
            yield {
                "kind": REGISTRATION,
                **told("registrations", row),
                "associations": [told("associations", one) for one in rows.list_associations(**this)],
                "tags": _tags(rows, place, REGISTRATION, row["registration_id"]),
            }
            yield from _versions(rows, this)


def _versions(rows: Rows, registration: Place) -> Iterator[Line]:
    after = 0
    while page := rows.list_versions(**registration, after=after, count=_PAGE):
        after = page[-1]["version_number"]
        for row in page:
            this = {**registration, "version_number": row["version_number"]}
            history = sorted((one["entered_at"], one["status"]) for one in rows.list_status_history(**this))
            yield {
                "kind": VERSION,
                **told("registration_versions", row),
                "history": {status: entered_at for entered_at, status in history},
                "denied_reasons": [told("denied_reasons", one) for one in rows.list_denied_reasons(**this)],
                "values": sorted(
                    (told("field_values", one) for one in rows.list_field_values(**this)),
                    key=lambda value: str(value["path"]),
                ),
            }


def _due_work(rows: Rows, place: Place) -> Iterator[Line]:
    """What is due for what is exported. Work may outlive what it was for: such rows stay behind."""
    kind = subject = ""
    while page := rows.list_due_work_of_region(**place, after_kind=kind, after_subject=subject, count=_PAGE):
        kind, subject = page[-1]["kind"], page[-1]["subject"]
        for row in page:
            name, _, number = row["subject"].rpartition("/")
            version = {"registration_id": name, "version_number": number}
            if _has(rows, place, ATTACHMENT, row["subject"]) or rows.find_version(**place, **version) is not None:
                yield {"kind": DUE_WORK, **told("due_work", row)}


def _tags(rows: Rows, place: Place, kind: str, name: str) -> dict[str, str]:
    tags = rows.list_tags(**place, resource=f"{TAGGED[kind]}/{name}")
    return {tag["tag_key"]: tag["tag_value"] for tag in tags}


def _has(rows: Rows, place: Place, kind: str, name: str) -> bool:
    if kind == ATTACHMENT:
        return rows.find_attachment(**place, attachment_id=name) is not None
    return rows.find_registration(**place, registration_id=name) is not None


def _import(rows: Rows, place: Place, lines: Iterator[tuple[int, bytes]], counts: dict[str, int]) -> None:
    """Write the lines of a file that was checked."""
    for number, text in lines:
        line = msgspec.json.decode(text)
        kind = line["kind"] if number > 1 else HEADER
        if kind in _WRITERS:
            _WRITERS[kind](rows, place, shape_of(kind)(line, "", []))
    for kind, quota in QUOTAS.items():
        if counts[kind]:
            rows.count_many_more(**place, name=quota, many=counts[kind])


def _write_content(rows: Rows, place: Place, line: Line) -> None:
    body = base64.b64decode(line["base64"])
    rows.keep_content(account_id=place["account_id"], content_digest=bytes.fromhex(line["sha256"]), body=body)


def _write_attachment(rows: Rows, place: Place, line: Line) -> None:
    rows.import_attachment(**place, **kept("attachments", line))
    _write_tags(rows, place, line)


def _write_registration(rows: Rows, place: Place, line: Line) -> None:
    rows.import_registration(**place, **kept("registrations", line))
    for one in line.get("associations", ()):
        rows.insert_association(**place, registration_id=line["id"], **kept("associations", one))
    _write_tags(rows, place, line)


def _write_version(rows: Rows, place: Place, line: Line) -> None:
    rows.import_version(**place, **kept("registration_versions", line))
    this = {**place, "registration_id": line["registration"], "version_number": line["number"]}
    history = [{"status": status, "at": entered_at} for status, entered_at in line["history"].items()]
    rows.import_status_history([{**this, **kept("version_status_history", one)} for one in history])
    rows.insert_denied_reasons([{**this, **kept("denied_reasons", one)} for one in line.get("denied_reasons", ())])
    rows.import_field_values([{**this, **kept("field_values", one)} for one in line.get("values", ())])


def _write_due_work(rows: Rows, place: Place, line: Line) -> None:
    rows.import_due_work(**place, **kept("due_work", line))


def _write_tags(rows: Rows, place: Place, line: Line) -> None:
    resource = f"{TAGGED[line['kind']]}/{line['id']}"
    tags = line.get("tags", {}).items()
    rows.put_tags([{**place, "resource": resource, "tag_key": key, "tag_value": value} for key, value in tags])


_WRITERS: dict[str, Callable[[Rows, Place, Line], None]] = {
    CONTENT: _write_content,
    ATTACHMENT: _write_attachment,
    REGISTRATION: _write_registration,
    VERSION: _write_version,
    DUE_WORK: _write_due_work,
}
