"""A form's rules in words for a person: limits, conditions, and where each thing is known from.

Texts of a form may come from elsewhere, so what a terminal would obey is taken out of them.
"""

from __future__ import annotations

from senderdesk.form_files import Source

_PROVENANCE = ("Field", "Path", "Requirement", "Validation")
_BEHAVIOUR = {"REQUIRED": "required", "OPTIONAL": "optional", "DISALLOWED": "not allowed"}
_ASSOCIATION = {
    "ASSOCIATE_BEFORE_SUBMIT": "associate before the submit",
    "ASSOCIATE_ON_APPROVAL": "associated on approval",
    "ASSOCIATE_AFTER_COMPLETE": "associate after completion",
}


def plain(text: object) -> str:
    """The text as one line of printable characters."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(str(text).split()))


def requirement(field: Source) -> str:
    """REQUIRED, OPTIONAL or CONDITIONAL, with what the form's history says of it."""
    words = [field["FieldRequirement"]]
    if "Since" in field:
        words.append(f"since {field['Since']}")
    words += [f"{was.get('FieldRequirement', 'different')} until {was['Until']}" for was in field.get("Was", ())]
    return plain(", ".join(words))


def limits(field: Source) -> str:
    """What a value of the field must be: lengths and pattern, options, or formats and size; empty where all goes."""
    words = _validation_words(field.get("TextValidation", {}))
    if rule := field.get("SelectValidation"):
        words.append(f"{_from_to(rule['MinChoices'], rule['MaxChoices'])} of: {', '.join(rule['Options'])}")
    if attachment := field.get("Attachment"):
        if "Formats" in attachment:
            words.append(" or ".join(attachment["Formats"]))
        if "MaxBytes" in attachment:
            words.append(f"at most {attachment['MaxBytes']} bytes")
    return plain(", ".join(words))


def conditions(field: Source) -> list[str]:
    """A sentence for each rule of a conditional field, in the order in which they are tried."""
    behavior = field.get("ConditionalBehavior")
    if field["FieldRequirement"] != "CONDITIONAL":
        return []
    if behavior is None:
        return ["no rule is known; a reviewer judges it"]
    sentences = []
    for rule in behavior["Rules"]:
        when = " and ".join(_condition(one) for one in rule["Conditions"])
        override = rule.get("ConditionalValidation", {})
        words = _validation_words(override)
        if "AllowedValues" in override:
            words.append(f"one of: {', '.join(override['AllowedValues'])}")
        as_well = f" ({', '.join(words)})" if words else ""
        sentences.append(plain(f"{_behaviour(rule['RuleBehavior'])} where {when}{as_well}"))
    return [*sentences, plain(f"{_behaviour(behavior['DefaultBehavior'])} otherwise")]


def provenance(field: Source) -> str:
    """How field, path, requirement and validation are known, in as few words as say it."""
    known = field.get("Provenance", {})
    kinds = {key: known[key] for key in _PROVENANCE if key in known}
    if not kinds:
        return "not said"
    ways = dict.fromkeys(kinds.values())
    words = [f"{', '.join(key.lower() for key in kinds if kinds[key] == way)} {way}" for way in ways]
    if len(ways) == 1:
        words = [f"all {next(iter(ways))}"]
    return plain("; ".join([*words, *_path_words(field)]))


def provenance_in_short(field: Source) -> str:
    """How the field is known, and its path where that is not seen."""
    known = field.get("Provenance", {})
    return plain("; ".join([known.get("Field", "not said"), *_path_words(field)]))


def path_is_guessed(field: Source) -> bool:
    """Whether the literal path is ours: said so, or inferred without a sibling form in which it was seen."""
    known = field.get("Provenance", {})
    return bool(known.get("PathGuessed")) or (known.get("Path") == "inferred" and "PathFrom" not in known)


def association(one: Source) -> str:
    """What a registration of the type is associated with, and when."""
    country = f" ({one['IsoCountryCode']})" if "IsoCountryCode" in one else ""
    when = _ASSOCIATION.get(one["AssociationBehavior"], one["AssociationBehavior"])
    return plain(f"{one['ResourceType']}{country}, {when}; {one['DisassociationBehavior']}")


def _path_words(field: Source) -> list[str]:
    known = field.get("Provenance", {})
    guessed = ["path guessed"] if path_is_guessed(field) else []
    return [*guessed, f"path from {known['PathFrom']}"] if "PathFrom" in known else guessed


def _validation_words(rule: Source) -> list[str]:
    words = []
    if "MinLength" in rule and "MaxLength" in rule:
        words.append(f"{_from_to(rule['MinLength'], rule['MaxLength'])} characters")
    elif "MaxLength" in rule:
        words.append(f"at most {rule['MaxLength']} characters")
    elif "MinLength" in rule:
        words.append(f"at least {rule['MinLength']} characters")
    if "Pattern" in rule:
        words.append(f"pattern {rule['Pattern']}")
    return words


def _condition(one: Source) -> str:
    operator, path = one["Operator"], one["DependsOnFieldPath"]
    values = " or ".join(one.get("Values", ()))
    return {
        "EQUALS": f"{path} is {values}",
        "IN": f"{path} is {values}",
        "NOT_EQUALS": f"{path} is not {values}",
        "NOT_IN": f"{path} is not {values}",
        "HAS_VALUE": f"{path} is filled",
        "NO_VALUE": f"{path} is empty",
    }.get(operator, f"{path} {operator} {values} (never holds)")


def _behaviour(name: str) -> str:
    return _BEHAVIOUR.get(name, f"{name} (counts as optional)")


def _from_to(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
