"""The judgement of a filled form by its own rules: what is missing, what may not be there, what does not fit.

Conditional fields are resolved as the service's model says: rules from top to bottom, all conditions of a rule must
hold, the first rule that holds wins, and DefaultBehavior is for where none does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from senderdesk.field_values import MEMBER_OF, MEMBERS, FieldValue, misfits
from senderdesk.forms import Definition, Form

MISSING_REQUIRED_FIELD = "MISSING_REQUIRED_FIELD"
MISSING_CONDITIONAL_FIELD = "MISSING_CONDITIONAL_FIELD"
CONDITIONAL_FIELD_NOT_ALLOWED = "CONDITIONAL_FIELD_NOT_ALLOWED"
INVALID_FIELD_VALUE = "INVALID_FIELD_VALUE"

Values = Mapping[str, FieldValue]
_EMPTY = FieldValue()


class Attachment(NamedTuple):
    """What an attachment is found to be: PDF, PNG or JPEG, and its size in bytes."""

    format: str
    size: int


class Finding(NamedTuple):
    """One field that the form turns down, and the reason, in the words of the service's list of denial reasons."""

    path: str
    reason: str


def judge(form: Form, values: Values, attachments: Mapping[str, Attachment]) -> list[Finding]:
    """Every field that the form turns down, in the form's order, each once.

    `values` are by FieldPath, and one whose path the form does not have is passed over; `attachments` are by id.
    """
    findings = []
    for path, field in form.fields.items():
        value = values.get(path, _EMPTY)
        behaviour, asked = resolved(field, values)
        if not value.parts:
            if behaviour == "REQUIRED":
                conditional = field["FieldRequirement"] == "CONDITIONAL"
                findings.append(Finding(path, MISSING_CONDITIONAL_FIELD if conditional else MISSING_REQUIRED_FIELD))
        elif behaviour == "DISALLOWED":
            findings.append(Finding(path, CONDITIONAL_FIELD_NOT_ALLOWED))
        elif not _fits(form, asked, value, attachments):
            findings.append(Finding(path, INVALID_FIELD_VALUE))
    return findings


def resolved(field: Definition, values: Values) -> tuple[str, Definition]:
    """What a field comes to with these values: REQUIRED, OPTIONAL or DISALLOWED, and the field as it is then."""
    requirement: str = field["FieldRequirement"]
    conditional = field.get("ConditionalBehavior")
    if requirement != "CONDITIONAL" or conditional is None:
        # A conditional field without rules is one that reviewers judge; published definitions have such.
        return ("REQUIRED" if requirement == "REQUIRED" else "OPTIONAL"), field
    for rule in conditional["Rules"]:
        if all(_holds(condition, values) for condition in rule["Conditions"]):
            return _known(rule["RuleBehavior"]), _overridden(field, rule.get("ConditionalValidation", {}))
    return _known(conditional["DefaultBehavior"]), field


def _known(behaviour: str) -> str:
    # ASSUMED: a behaviour that only a later model knows asks for nothing, and forbids nothing.
    return behaviour if behaviour in ("REQUIRED", "DISALLOWED") else "OPTIONAL"


def _holds(condition: Definition, values: Values) -> bool:
    """Whether a condition holds; one with an operator that the model does not list does not, as the model says."""
    parts = values.get(condition["DependsOnFieldPath"], _EMPTY).parts
    operator = condition["Operator"]
    if operator in ("HAS_VALUE", "NO_VALUE"):
        return bool(parts) is (operator == "HAS_VALUE")
    # ASSUMED: of several choices, one that is among the values is enough.
    among = any(part in condition.get("Values", ()) for part in parts)
    if operator in ("EQUALS", "IN"):
        return among
    # ASSUMED: an empty field is not unequal to anything. An empty form was seen to be denied for required fields alone,
    # though it has conditional ones that another's value, had it one, would ask for.
    return operator in ("NOT_EQUALS", "NOT_IN") and bool(parts) and not among


def _overridden(field: Definition, override: Definition) -> Definition:
    """The field with what a rule's ConditionalValidation says in place of its own."""
    if not override:
        return field
    changed: dict[str, Any] = dict(field)
    if text := {key: override[key] for key in ("MinLength", "MaxLength", "Pattern") if key in override}:
        own = field.get("TextValidation", {"MinLength": 0, "MaxLength": float("inf"), "Pattern": r"[\s\S]*"})
        changed["TextValidation"] = {**own, **text}
    if "AllowedValues" in override and "SelectValidation" in field:
        changed["SelectValidation"] = {**field["SelectValidation"], "Options": override["AllowedValues"]}
    return changed


def _fits(form: Form, field: Definition, value: FieldValue, attachments: Mapping[str, Attachment]) -> bool:
    given = [member for member, part in zip(MEMBERS, value, strict=True) if part is not None]
    if given != [MEMBER_OF[field["FieldType"]]]:
        return False
    if value.attachment is None:
        return not misfits(form, field, value)
    attachment = attachments.get(value.attachment)
    if attachment is None:
        # ASSUMED: a value whose attachment was deleted since is as good as a wrong one.
        return False
    limits = form.annotated[field["FieldPath"]].get("Attachment", {})
    return attachment.format in limits.get("Formats", (attachment.format,)) and attachment.size <= limits.get(
        "MaxBytes", attachment.size
    )
