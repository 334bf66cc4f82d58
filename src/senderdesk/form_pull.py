"""Pulling forms: what an endpoint that speaks the API publishes of its forms, written as form files.

Only the three Describe…Definitions operations are called, and nothing is written before every answer is here. What was
pulled is as the endpoint said it on that day, so its Provenance is `observed`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from senderdesk.contract import SMS_VOICE
from senderdesk.form_files import Source

# A name becomes a file's, so what an endpoint calls a type is not simply believed. (Model: RegistrationType.)
_TYPE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


def pull(
    client: Any, out: Path, today: date, types: Iterable[str] = (), tell: Callable[[str], None] = lambda name: None
) -> list[str]:
    """Write TYPE.toml into `out` for each type that `client` describes, or for those asked for; gives their names.

    `client` is one of `client_of`; `tell` hears the name of each type before it is read. A file that is there is
    replaced, whole. Raises botocore's ClientError where the endpoint refuses, ValueError where it names a type in a way
    that no file could be named, OSError where nothing can be written.
    """
    sources = {}
    seen_at = f"{client.meta.endpoint_url}, {today.isoformat()}"
    for definition in _definitions(client, list(types)):
        name = definition["RegistrationType"]
        if not _TYPE_NAME.fullmatch(name):
            raise ValueError(f"the endpoint has a registration type {name!r}, which is not a name")
        tell(name)
        sources[name] = _source(client, definition, seen_at)
    out.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        _write(out / f"{name}.toml", source)
    return sorted(sources)


def client_of(endpoint_url: str | None, region: str | None) -> Any:
    """A client with credentials from the usual chain, which waits as long as it takes where it is throttled.

    Raises botocore's BotoCoreError where there is no Region. The real service takes one request a second.
    """
    import botocore.session  # 100 ms, which no other command should wait for
    from botocore.config import Config

    config = Config(retries={"mode": "adaptive", "total_max_attempts": 12})
    return botocore.session.Session().create_client(
        SMS_VOICE, endpoint_url=endpoint_url, region_name=region, config=config
    )


def _definitions(client: Any, types: list[str]) -> Iterable[Source]:
    asked = {"RegistrationTypes": types} if types else {}
    return _all(client, "describe_registration_type_definitions", "RegistrationTypeDefinitions", **asked)


def _source(client: Any, definition: Source, seen_at: str) -> Source:
    """A form file's content, in the order in which the API gives it."""
    of_type = {"RegistrationType": definition["RegistrationType"]}
    sections = _all(client, "describe_registration_section_definitions", "RegistrationSectionDefinitions", **of_type)
    fields = _all(client, "describe_registration_field_definitions", "RegistrationFieldDefinitions", **of_type)
    known = dict.fromkeys(("Field", "Path", "Requirement", "Validation"), "observed")
    return {
        **definition,
        "Provenance": {"Name": "observed", "Sources": [seen_at]},
        "Sections": [{**section, "Provenance": {"Path": "observed"}} for section in sections],
        "Fields": [{**field, "Provenance": {**known, "Sources": [seen_at]}} for field in fields],
    }


def _all(client: Any, operation: str, key: str, **question: Any) -> list[Source]:
    """Every item of every page of a list."""
    pages = client.get_paginator(operation).paginate(**question)
    return [item for page in pages for item in page[key]]


def _write(path: Path, source: Source) -> None:
    """Put the file in its place in one step, so that it is never there by half."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_text(tomli_w.dumps(source), encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
