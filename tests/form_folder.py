"""Folders with form files, for tests: a small form that is good, and ways to write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli_w

Content = dict[str, Any]


def text_field(path: str = "company.name", **changes: Any) -> Content:
    """A TEXT field of 2 to 5 capital letters."""
    return {
        "SectionPath": path.partition(".")[0],
        "FieldPath": path,
        "FieldType": "TEXT",
        "FieldRequirement": "REQUIRED",
        "TextValidation": {"MinLength": 2, "MaxLength": 5, "Pattern": "^[A-Z]+$"},
        "DisplayHints": {"Title": "Name", "ShortDescription": "The name.", "ExampleTextValue": "ACME"},
        **changes,
    }


def select_field(path: str = "company.kind", **changes: Any) -> Content:
    """A SELECT field with one or two of three options."""
    return {
        "SectionPath": path.partition(".")[0],
        "FieldPath": path,
        "FieldType": "SELECT",
        "FieldRequirement": "REQUIRED",
        "SelectValidation": {"MinChoices": 1, "MaxChoices": 2, "Options": ["SMALL", "LARGE", "OTHER"]},
        "DisplayHints": {"Title": "Kind", "ShortDescription": "Its kind."},
        **changes,
    }


def attachment_field(path: str = "company.paper", **changes: Any) -> Content:
    """An ATTACHMENT field that wants a PNG of at most 1,000 bytes."""
    return {
        "SectionPath": path.partition(".")[0],
        "FieldPath": path,
        "FieldType": "ATTACHMENT",
        "FieldRequirement": "OPTIONAL",
        "Attachment": {"Formats": ["PNG"], "MaxBytes": 1000},
        "DisplayHints": {"Title": "Paper", "ShortDescription": "A paper."},
        **changes,
    }


def section(path: str = "company", **changes: Any) -> Content:
    """A section."""
    return {"SectionPath": path, "DisplayHints": {"Title": path, "ShortDescription": "A section."}, **changes}


def conditional(path: str, default: str, *rules: Content, **changes: Any) -> Content:
    """A CONDITIONAL text field with these rules."""
    behavior = {"DefaultBehavior": default, "Rules": list(rules)}
    return text_field(path, FieldRequirement="CONDITIONAL", ConditionalBehavior=behavior, **changes)


def rule(behaviour: str, *conditions: tuple[str, str, list[str] | None], **changes: Any) -> Content:
    """A rule whose conditions are (path, operator, values)."""
    return {
        "RuleBehavior": behaviour,
        "Conditions": [
            {"DependsOnFieldPath": path, "Operator": operator, **({"Values": values} if values is not None else {})}
            for path, operator, values in conditions
        ],
        **changes,
    }


def form_of(*fields: Content, name: str = "MY_FORM", **changes: Any) -> Content:
    """A whole form with these fields, in one section for each first part of their paths."""
    sections = [section(path) for path in dict.fromkeys(field["SectionPath"] for field in fields)]
    hints = {"Title": "My form", "ShortDescription": "A form."}
    return {
        "RegistrationType": name,
        "DisplayHints": hints,
        "Sections": sections,
        "Fields": list(fields),
        **changes,
    }


def write(folder: Path, **contents: Content) -> Path:
    """Write each content into NAME.toml, or into parts/NAME.toml where the name is in small letters."""
    (folder / "parts").mkdir(exist_ok=True)
    for name, content in contents.items():
        path = folder / (f"parts/{name}.toml" if name.islower() else f"{name}.toml")
        path.write_text(tomli_w.dumps(content), encoding="utf-8")
    return folder
