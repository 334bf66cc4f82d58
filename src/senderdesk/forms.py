"""Registration types: the forms that a registration fills, read from registration_types/*.toml.

A form is data in the API's own keys, checked on load against the output shapes of AWS's model. The keys in OURS
stay with us: where we know a thing from (Provenance), and what the API has no member for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from senderdesk.contract import SERVICE
from senderdesk.shapes import Carry, Faults, compiled

OURS = frozenset({"Provenance", "Attachment", "Since"})
_LISTS = {"Sections": "RegistrationSectionDefinition", "Fields": "RegistrationFieldDefinition"}

Definition = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """One registration type: its definition, its sections by SectionPath, its fields by FieldPath, in order.

    `source` is the whole file as it was read, with the keys of OURS.
    """

    definition: Definition
    sections: dict[str, Definition]
    fields: dict[str, Definition]
    source: Definition

    @property
    def registration_type(self) -> str:
        name: str = self.definition["RegistrationType"]
        return name


def load(paths: Iterable[Path]) -> dict[str, Form]:
    """Read forms by registration type. Raises ValueError that names the file and all that is wrong with it."""
    forms = {}
    for path in sorted(paths):
        try:
            form = read(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValueError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        forms[form.registration_type] = form
    return forms


def shipped() -> dict[str, Form]:
    """The forms that come with SenderDesk."""
    folder = Path(str(files("senderdesk").joinpath("registration_types")))
    return load(folder.glob("*.toml"))


def read(source: Definition) -> Form:
    """Make a form of one file's content. Raises ValueError with every fault found."""
    faults: Faults = []
    top = {key: value for key, value in source.items() if key not in _LISTS}
    definition = _checked(top, "RegistrationTypeDefinition", "", faults)
    sections = _by_path(source, "Sections", "SectionPath", faults)
    fields = _by_path(source, "Fields", "FieldPath", faults)
    complaints = [f"{fault.path} {fault.message}" for fault in faults]
    complaints += _loose_ends(sections, fields)
    if complaints:
        raise ValueError("; ".join(complaints))
    return Form(definition, sections, fields, source)


def _by_path(source: Definition, key: str, path_key: str, faults: Faults) -> dict[str, Definition]:
    entries = [
        _checked(entry, _LISTS[key], f"{key}[{index}]", faults) for index, entry in enumerate(source.get(key, ()))
    ]
    return {entry.get(path_key, ""): entry for entry in entries if isinstance(entry, dict)}


def _checked(entry: Definition, shape: str, path: str, faults: Faults) -> Any:
    return _carry(shape)(_without_ours(entry), path, faults)


def _without_ours(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ours(inner) for key, inner in value.items() if key not in OURS}
    return [_without_ours(inner) for inner in value] if isinstance(value, list) else value


def _loose_ends(sections: dict[str, Definition], fields: dict[str, Definition]) -> list[str]:
    """Fields whose section is missing, and conditions on fields that the form does not have."""
    complaints = [
        f"{path} is in section {field.get('SectionPath')}, which is not defined"
        for path, field in fields.items()
        if field.get("SectionPath") not in sections
    ]
    for path, field in fields.items():
        for rule in field.get("ConditionalBehavior", {}).get("Rules", ()):
            complaints += [
                f"{path} depends on {condition['DependsOnFieldPath']}, which is not defined"
                for condition in rule["Conditions"]
                if condition["DependsOnFieldPath"] not in fields
            ]
    return complaints


@cache
def _carry(shape: str) -> Carry:
    return compiled(SERVICE.shapes, shape, writing=True)
