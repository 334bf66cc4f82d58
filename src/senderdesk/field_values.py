"""Field values: what a field of a form is filled with, and whether one value fits its field.

What other fields ask for is not judged here: the real service takes any value that fits its own field, and judges
conditional rules after the submit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from senderdesk.errors import FaultyField, field_name
from senderdesk.forms import Definition, Form


class FieldValue(NamedTuple):
    """What a field is filled with: text, choices, or the id of an attachment; all None where it is empty."""

    text: str | None = None
    choices: tuple[str, ...] | None = None
    attachment: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """What conditions are compared with: the choices, or the one text or id; nothing where it is empty."""
        single = self.text or self.attachment
        return self.choices or ((single,) if single else ())


MEMBERS = ("TextValue", "SelectChoices", "RegistrationAttachmentId")
MEMBER_OF = {"TEXT": "TextValue", "SELECT": "SelectChoices", "ATTACHMENT": "RegistrationAttachmentId"}


def complaints(form: Form, path: str, value: FieldValue) -> list[FaultyField]:
    """Everything that is wrong with putting `value` into the field at `path`; names are members of the request.

    Texts are measured in code points and matched whole. Raises KeyError where the form has no such field. Judged at
    Put, and named so: an EIN with a dash, and a text that is too long, were refused then with textValue.
    """
    field = form.fields[path]
    wanted = MEMBER_OF[field["FieldType"]]
    given = [member for member, part in zip(MEMBERS, value, strict=True) if part is not None]
    if given == [wanted]:
        return [FaultyField(field_name(wanted), f"{path} {misfit}") for misfit in misfits(form, field, value)]
    if not given:
        return [FaultyField(field_name(wanted), f"must be given: {path} is a {field['FieldType']} field")]
    others = [member for member in given if member != wanted]
    sentence = f"cannot be given: {path} is a {field['FieldType']} field, which takes {field_name(wanted)} only"
    return [FaultyField(field_name(member), sentence) for member in others]


def misfits(form: Form, field: Definition, value: FieldValue) -> list[str]:
    """What of `field` a value of its kind does not fit, as sentences without a subject."""
    if value.text is not None and (rule := field.get("TextValidation")):
        return _text_misfits(form, field, rule, value.text)
    if value.choices is not None and (rule := field.get("SelectValidation")):
        return _choice_misfits(rule, value.choices)
    return []


def _text_misfits(form: Form, field: Definition, rule: dict[str, Any], text: str) -> list[str]:
    if not rule["MinLength"] <= len(text) <= rule["MaxLength"]:
        return [f"wants {_from_to(rule['MinLength'], rule['MaxLength'], 'character')}, not {len(text)}"]
    if form.matching(rule["Pattern"])(text):
        return []
    hint = field["DisplayHints"].get("TextValidationDescription")
    return [f"must match the pattern {rule['Pattern']}" + (f" ({hint})" if hint else "")]


def _choice_misfits(rule: dict[str, Any], choices: tuple[str, ...]) -> list[str]:
    options = rule["Options"]
    unknown = [choice for choice in dict.fromkeys(choices) if choice not in options]
    sentences = []
    if not rule["MinChoices"] <= len(choices) <= rule["MaxChoices"]:
        sentences.append(f"wants {_from_to(rule['MinChoices'], rule['MaxChoices'], 'choice')}, not {len(choices)}")
    if len(set(choices)) < len(choices):
        sentences.append("has a choice twice")
    if unknown:
        sentences.append(f"has no option {', '.join(unknown)}; its options are {', '.join(options)}")
    return sentences


def _from_to(low: int, high: int, noun: str) -> str:
    return f"{low if low == high else f'{low} to {high}'} {noun}{'' if high == 1 else 's'}"
