"""The forms as the API describes them: types, sections, fields."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from senderdesk.errors import FaultyField, ValidationException
from senderdesk.forms import Form
from senderdesk.operations import Answer, Call, operation, refuse_page_of_named
from senderdesk.operations.paging import page_of_named


@operation
def describe_registration_type_definitions(
    call: Call,
    registration_types: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The registration types asked for, or all that pass the filters, by name."""
    refuse_page_of_named("registrationTypes", registration_types, next_token, max_results)
    catalogue = call.desk.forms
    _refuse_unknown("UNKNOWN_REGISTRATION_TYPE", "registrationTypes", registration_types, catalogue)
    forms = {name: form_of(call, name) for name in registration_types or catalogue.names()}
    pairs = ((name, form.definition) for name, form in forms.items() if _passes(form, filters or []))
    return page_of_named("RegistrationTypeDefinitions", pairs, max_results, next_token)


@operation
def describe_registration_section_definitions(
    call: Call,
    registration_type: str,
    section_paths: list[str] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The sections of a registration type, in the form's order."""
    refuse_page_of_named("sectionPaths", section_paths, next_token, max_results)
    sections = form_of(call, registration_type).sections
    _refuse_unknown("UNKNOWN_REGISTRATION_SECTION", "sectionPaths", section_paths, sections)
    pairs = ((path, sections[path]) for path in dict.fromkeys(section_paths or sections))
    page = page_of_named("RegistrationSectionDefinitions", pairs, max_results, next_token)
    return {"RegistrationType": registration_type, **page}


@operation
def describe_registration_field_definitions(
    call: Call,
    registration_type: str,
    section_path: str | None = None,
    field_paths: list[str] | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Answer:
    """The fields of a registration type, in the form's order: all, or one section's, or those named."""
    refuse_page_of_named("fieldPaths", field_paths, next_token, max_results)
    form = form_of(call, registration_type)
    if section_path is not None:
        _refuse_unknown("UNKNOWN_REGISTRATION_SECTION", "sectionPath", [section_path], form.sections)
    _refuse_unknown("UNKNOWN_REGISTRATION_FIELD", "fieldPaths", field_paths, form.fields)
    pairs = (
        (path, form.fields[path])
        for path in dict.fromkeys(field_paths or form.fields)
        if section_path is None or form.fields[path]["SectionPath"] == section_path
    )
    page = page_of_named("RegistrationFieldDefinitions", pairs, max_results, next_token)
    return {"RegistrationType": registration_type, **page}


def form_of(call: Call, registration_type: str) -> Form:
    """The form of a registration type in force now. Raises ValidationException UNKNOWN_REGISTRATION_TYPE."""
    forms = call.desk.forms
    form = forms.at(registration_type, forms.moment(call.now))
    if form is None:
        complaint = FaultyField("registrationType", f"there is no {registration_type} here")
        raise ValidationException("UNKNOWN_REGISTRATION_TYPE", [complaint])
    return form


def _refuse_unknown(reason: str, field: str, asked: list[str] | None, known: Container[str]) -> None:
    unknown = [FaultyField(field, f"there is no {name} here") for name in asked or () if name not in known]
    if unknown:
        raise ValidationException(reason, unknown)


_FILTERS = {
    "supported-association-resource-type": "ResourceType",
    "supported-association-iso-country-code": "IsoCountryCode",
}


def _passes(form: Form, filters: list[dict[str, Any]]) -> bool:
    """True where every filter has a value that one of the type's associations has."""
    associations = form.definition.get("SupportedAssociations", [])
    return all(
        any(association.get(_FILTERS[one["Name"]]) in one["Values"] for association in associations) for one in filters
    )
