"""Forms as pages: one for a terminal (a type with its fields), and one of Markdown (all types) for the documentation.

The Markdown page describes a part once, and in each type only what is the type's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from senderdesk.form_files import Shelf, Source
from senderdesk.form_words import (
    association,
    conditions,
    limits,
    path_is_guessed,
    plain,
    provenance,
    provenance_in_short,
    requirement,
)
from senderdesk.forms import Catalogue, Form

_NEWEST = float("inf")


def of_type(form: Form) -> Text:
    """One registration type for a person at a terminal."""
    hints = form.definition["DisplayHints"]
    page = Text()
    page.append(f"{form.registration_type}", "bold").append(f"  {plain(hints['Title'])}\n")
    for line in _described(hints):
        page.append(f"{line}\n")
    for one in form.definition.get("SupportedAssociations", ()):
        page.append(f"Goes with {association(one)}\n")
    for path, section in form.sections.items():
        page.append(f"\n{path}", "bold cyan").append(f"  {plain(section['DisplayHints']['Title'])}\n")
        for field_path, field in form.annotated.items():
            if field["SectionPath"] == path:
                page.append(f"\n  {field_path}", "bold").append(f"  {field['FieldType']}  {requirement(field)}\n")
                for line in _field_lines(field):
                    page.append(f"    {line}\n")
    return page


def of_all(catalogue: Catalogue, shelf: Shelf) -> str:
    """The types of a shelf as Markdown: a table of them, the fields of each part, and each type's own fields."""
    forms = [form for name in shelf.types if (form := catalogue.at(name, _NEWEST))]
    lines = [
        "| type | title | fields | observed | documented | inferred | paths guessed |",
        "| --- | --- | --: | --: | --: | --: | --: |",
        *(_summary(form) for form in forms),
    ]
    lines += ["", "## Parts", "", "What several types have in common is in a part, described here once."]
    for name in shelf.parts:
        layer, own = shelf.part(name), shelf.own_part(name)
        lines += ["", f"### {name}", "", *_contents(own, layer.fields)]
    lines += ["", "## Types"]
    for form in forms:
        own = shelf.own(form.registration_type)
        lines += ["", f"### {form.registration_type}", "", *_type_lines(form), *_contents(own, form.annotated)]
    return "\n".join(lines) + "\n"


def _described(hints: Source) -> Iterator[str]:
    for key in ("ShortDescription", "LongDescription"):
        if key in hints:
            yield plain(hints[key])


def _field_lines(field: Source) -> Iterator[str]:
    hints = field["DisplayHints"]
    yield f"{plain(hints['Title'])}: {plain(hints['ShortDescription'])}"
    if "LongDescription" in hints:
        yield plain(hints["LongDescription"])
    if wanted := limits(field):
        yield f"limits: {wanted}"
    for sentence in conditions(field):
        yield f"rule: {sentence}"
    if "Review" in field:
        yield f"review: {plain(field['Review'])}"
    if "ExampleTextValue" in hints:
        yield f"example: {plain(hints['ExampleTextValue'])}"
    yield f"known: {provenance(field)}"


def _summary(form: Form) -> str:
    known: Counter[str] = Counter()
    for field in form.annotated.values():
        known[field.get("Provenance", {}).get("Field", "")] += 1
        known["guessed"] += path_is_guessed(field)
    counts = " | ".join(str(known[way]) for way in ("observed", "documented", "inferred", "guessed"))
    name, title = form.registration_type, _cell(form.definition["DisplayHints"]["Title"])
    return f"| [{name}](#{name.lower()}) | {title} | {len(form.fields)} | {counts} |"


def _type_lines(form: Form) -> list[str]:
    lines = [f"- Goes with {association(one)}" for one in form.definition.get("SupportedAssociations", ())]
    return [*lines, ""] if lines else []


def _contents(own: Source, fields: dict[str, Source]) -> list[str]:
    """What a file includes and omits, and a table of the fields that it gives itself, as they come out."""
    lines = []
    if included := own.get("Include"):
        lines.append(f"Includes {', '.join(f'[{part}](#{part})' for part in included)}.")
    if omitted := own.get("Omit"):
        lines.append(f"Leaves out {', '.join(f'`{path}`' for path in omitted)}.")
    paths = [field["FieldPath"] for field in own.get("Fields", ())]
    if not paths:
        return lines or ["It has no fields."]
    if lines:
        lines.append("")
    lines += ["| field | type | requirement | known |", "| --- | --- | --- | --- |"]
    lines += [_row(fields[path]) for path in paths]
    return lines


def _row(field: Source) -> str:
    kind = field.get("FieldType", "")
    wanted = requirement(field) if "FieldRequirement" in field else ""
    return f"| `{field['FieldPath']}` | {kind} | {wanted} | {_cell(provenance_in_short(field))} |"


def _cell(text: str) -> str:
    return plain(text).replace("|", "\\|")
