"""What is wrong with a form beyond the API's shapes: rules that nothing can fulfil, and names that lead nowhere.

What only looks wrong is a warning where the definition was observed: it is the real service's then, oddities and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from senderdesk.form_files import Remark, Source
from senderdesk.form_revisions import misdated
from senderdesk.patterns import Matching

KNOWN = ("observed", "documented", "inferred")
# A form may want a GIF, as the campaign does, though registration attachments are PDF, PNG and JPEG only.
FORMATS = ("PDF", "PNG", "JPEG", "GIF")
BEHAVIOURS = ("REQUIRED", "OPTIONAL", "DISALLOWED")
PRESENCE = ("HAS_VALUE", "NO_VALUE")
COMPARISONS = ("EQUALS", "NOT_EQUALS", "IN", "NOT_IN")
VALIDATION_OF = {"TEXT": "TextValidation", "SELECT": "SelectValidation"}
_PROVENANCE = ("Field", "Path", "Requirement", "Validation")
_PROVENANCE_KEYS = {*_PROVENANCE, "Sources", "PathFrom", "PathGuessed", "Note"}

Sentences = Iterator[str]


def remarks(file: str, source: Source, matching: Matching) -> list[Remark]:
    """All that is wrong or odd with a form that has passed the API's shapes; `source` is as it is put together."""
    fields = {field["FieldPath"]: field for field in source["Fields"]}
    found = [Remark(file, sentence) for sentence in misdated(source)]
    sections = {section["SectionPath"] for section in source["Sections"]}
    for path, field in fields.items():
        if field["SectionPath"] not in sections:
            found.append(Remark(file, f"{path} is in section {field['SectionPath']}, which is not defined"))
        found += [Remark(file, f"{path} {sentence}") for sentence in _wrong(field, fields, matching)]
        observed = _table(field, "Provenance").get("Validation") == "observed"
        found += [Remark(file, f"{path} {sentence}", observed) for sentence in _odd(field, fields, matching)]
        if field["FieldRequirement"] == "CONDITIONAL" and "ConditionalBehavior" not in field:
            sentence = f"{path} is CONDITIONAL without ConditionalBehavior, so it counts as OPTIONAL"
            found.append(Remark(file, sentence, warning=True))
        if field["FieldRequirement"] != "CONDITIONAL" and "ConditionalBehavior" in field:
            sentence = f"{path} has ConditionalBehavior, which counts only where FieldRequirement is CONDITIONAL"
            found.append(Remark(file, sentence, warning=True))
    return found


def _wrong(field: Source, fields: dict[str, Source], matching: Matching) -> Sentences:
    """What the desk cannot work with, whoever published it."""
    yield from _text_rule(field.get("TextValidation", {}), matching)
    for rule in _rules(field):
        yield from _text_rule(rule.get("ConditionalValidation", {}), matching)
        for condition in rule["Conditions"]:
            if condition["DependsOnFieldPath"] not in fields:
                yield f"depends on {condition['DependsOnFieldPath']}, which is not defined"
            if condition["DependsOnFieldPath"] == field["FieldPath"]:
                yield "depends on itself"
    yield from _annotations(field)


def _text_rule(rule: Source, matching: Matching) -> Sentences:
    if rule.get("MinLength", 0) > rule.get("MaxLength", float("inf")):
        yield f"has MinLength {rule['MinLength']}, which is more than MaxLength {rule['MaxLength']}"
    if "Pattern" in rule and (fault := _does_not_compile(rule["Pattern"], matching)):
        yield fault


def _annotations(field: Source) -> Sentences:
    """Our own keys, which the API's shapes say nothing of."""
    for key in ("Provenance", "Attachment"):
        if not isinstance(field.get(key, {}), dict):
            yield f"has a {key} that is not a table"
    provenance = _table(field, "Provenance")
    for key in provenance.keys() - _PROVENANCE_KEYS:
        yield f"has {key} in Provenance; known are {', '.join(sorted(_PROVENANCE_KEYS))}"
    for key in _PROVENANCE:
        if key in provenance and provenance[key] not in KNOWN:
            yield f"has Provenance.{key} {provenance[key]}, which is not one of {', '.join(KNOWN)}"
    if "Attachment" in field:
        limits = _table(field, "Attachment")
        formats, size = limits.get("Formats", list(FORMATS)), limits.get("MaxBytes", 1)
        if field["FieldType"] != "ATTACHMENT" or limits.keys() - {"Formats", "MaxBytes"}:
            yield "may have Attachment = { Formats, MaxBytes } if it is an ATTACHMENT field, and nothing else in it"
        if not isinstance(formats, list) or not formats or not all(one in FORMATS for one in formats):
            yield f"has Attachment.Formats that are not among {', '.join(FORMATS)}"
        if type(size) is not int or size < 1:
            yield "has an Attachment.MaxBytes that is not a number of bytes"
    all_was = field.get("Was", [])
    if not isinstance(all_was, list) or not all(isinstance(was, dict) and "Until" in was for was in all_was):
        yield 'has a Was that is not a list of tables, each with Until = "YYYY-MM-DD"'
    if not isinstance(field.get("Review", ""), str):
        yield "has a Review that is not a sentence"


def _odd(field: Source, fields: dict[str, Source], matching: Matching) -> Sentences:
    """What nobody means to write, and the real service may have published all the same."""
    for kind, key in VALIDATION_OF.items():
        if (field["FieldType"] == kind) != (key in field):
            yield f"is a {field['FieldType']} field {'with' if key in field else 'without'} {key}"
    if "TextValidation" in field:
        yield from _text_oddities(field, matching)
    if "SelectValidation" in field:
        yield from _select_oddities(field)
    for rule in _rules(field):
        yield from _rule_oddities(rule, field, fields)
    default = field.get("ConditionalBehavior", {}).get("DefaultBehavior", "OPTIONAL")
    if default not in BEHAVIOURS:
        yield f"has the DefaultBehavior {default}, which is not one of {', '.join(BEHAVIOURS)}"


def _text_oddities(field: Source, matching: Matching) -> Sentences:
    rule, example = field["TextValidation"], field["DisplayHints"].get("ExampleTextValue")
    if rule["MinLength"] < 0:
        yield "has a MinLength below 0"
    if example is None or _does_not_compile(rule["Pattern"], matching):
        return
    if not rule["MinLength"] <= len(example) <= rule["MaxLength"]:
        yield (
            f"has an ExampleTextValue of {len(example)} characters, "
            f"and TextValidation wants {rule['MinLength']} to {rule['MaxLength']}"
        )
    elif not matching(rule["Pattern"])(example):
        yield f"has an ExampleTextValue that its own pattern {rule['Pattern']} does not match"


def _select_oddities(field: Source) -> Sentences:
    rule = field["SelectValidation"]
    options, least, most = rule["Options"], rule["MinChoices"], rule["MaxChoices"]
    twice = [option for option in dict.fromkeys(options) if options.count(option) > 1]
    described = {one["Option"] for one in field["DisplayHints"].get("SelectOptionDescriptions", ())}
    if twice:
        yield f"has an option twice: {', '.join(twice)}"
    if not 0 <= least <= most:
        yield f"has MinChoices {least} and MaxChoices {most}"
    if most > len(options):
        yield f"has MaxChoices {most}, which is more than its {len(options)} options"
    if unknown := described - set(options):
        yield f"describes options that it does not have: {', '.join(sorted(unknown))}"


def _rule_oddities(rule: Source, field: Source, fields: dict[str, Source]) -> Sentences:
    if rule["RuleBehavior"] not in BEHAVIOURS:
        yield f"has the RuleBehavior {rule['RuleBehavior']}, which is not one of {', '.join(BEHAVIOURS)}"
    allowed = rule.get("ConditionalValidation", {}).get("AllowedValues", [])
    if unknown := set(allowed) - set(field.get("SelectValidation", {}).get("Options", ())):
        yield f"allows values that are not among its options: {', '.join(sorted(unknown))}"
    for condition in rule["Conditions"]:
        operator, values = condition["Operator"], condition.get("Values", [])
        if operator not in (*PRESENCE, *COMPARISONS):
            yield f"has the operator {operator}, which never holds"
        if operator in PRESENCE and values:
            yield f"has Values with the operator {operator}, which looks at none"
        if operator in COMPARISONS and not values:
            yield f"has the operator {operator} without Values"
        other = fields.get(condition["DependsOnFieldPath"], {})
        options = other.get("SelectValidation", {}).get("Options", values)
        if unknown := set(values) - set(options):
            yield (
                f"waits for {condition['DependsOnFieldPath']} to be {', '.join(sorted(unknown))}, "
                "which is not among its options"
            )


def _rules(field: Source) -> list[Source]:
    rules: list[Source] = field.get("ConditionalBehavior", {}).get("Rules", [])
    return rules


def _does_not_compile(pattern: str, matching: Matching) -> str:
    try:
        matching(pattern)
    except ValueError as error:
        return f"cannot be checked: {error}"
    return ""


def _table(field: Source, key: str) -> dict[str, Any]:
    table = field.get(key, {})
    return table if isinstance(table, dict) else {}
