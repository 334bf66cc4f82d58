"""Write the pages that follow from the code: operations.md, settings.md, forms.md, fidelity.md. (`make docs`)

`pages()` gives them by file name; a test compares them with what is in this folder.
"""

from __future__ import annotations

import re
from pathlib import Path

from senderdesk import form_pages, forms, service  # noqa: F401 - importing it registers the operations
from senderdesk.contract import OPERATIONS
from senderdesk.form_files import Shelf
from senderdesk.operations import SERVED
from senderdesk.settings import described

FOLDER = Path(__file__).parent
SOURCE = FOLDER.parent / "src" / "senderdesk"
_NOTICE = "<!-- Made by `make docs`; do not edit. -->\n\n"
_ASSUMED = re.compile(r"ASSUMED: ?(.*)")


def pages() -> dict[str, str]:
    """Every generated page by file name."""
    return {
        "operations.md": operations(),
        "settings.md": settings(),
        "forms.md": registration_forms(),
        "fidelity.md": fidelity(),
    }


def operations() -> str:
    """Which operations of the service are served."""
    rows = [
        f"| {name} | {'**served**' if name in SERVED else 'not yet'} |"
        for name in sorted(OPERATIONS, key=_served_first)
    ]
    text = (
        f"{_NOTICE}# Operations\n\nOf the {len(OPERATIONS)} operations in botocore's model of `pinpoint-sms-voice-v2`, "
        f"{len(SERVED)} are served. The others answer a `ValidationException` with the Reason `UNKNOWN_OPERATION`, as "
        "JSON that every SDK reads. `sts:GetCallerIdentity` is answered on the same port.\n\n"
        "| operation | here |\n| --- | --- |\n"
    )
    return text + "\n".join(rows) + "\n"


def settings() -> str:
    """Every setting, from the class that holds them."""
    parts = [
        f"{_NOTICE}# Settings\n\nEach is an option of `senderdesk serve` and a variable of the environment; "
        "the option wins.\n"
    ]
    for setting in described():
        default = repr(setting.default) if setting.default != "" else "none"
        parts.append(
            f"## {setting.name}\n\n`{setting.option}` · `{setting.variable}` · default: `{default}`\n\n"
            f"{setting.sentence}\n"
        )
    return "\n".join(parts)


def registration_forms() -> str:
    """Every registration type, its fields, and how they are known."""
    return (
        f"{_NOTICE}# Forms\n\nEvery registration type that comes along, and how each field is known: observed in "
        "answers of the real service, documented by it, or inferred. A path from another type was seen there for the "
        "same label; one guessed is ours, in the style of its neighbours. `senderdesk forms show TYPE` tells all.\n\n"
    ) + form_pages.of_all(forms.catalogue(), Shelf(forms.shipped_folder()))


def fidelity() -> str:
    """Every line of the source that assumes something of the real service, in the words that stand there."""
    parts = [
        f"{_NOTICE}# Fidelity\n\nWhere the real service publishes nothing, SenderDesk does what a user would expect, "
        "and says so in the source with the word ASSUMED. This is every such place. What is not here follows the "
        "service's own model, its documentation, or behaviour that people saw and wrote down.\n"
    ]
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.toml")]):
        assumptions = _assumptions(path)
        if assumptions:
            parts.append(f"## {path.relative_to(SOURCE)}\n\n" + "\n".join(f"- {line}" for line in assumptions) + "\n")
    return "\n".join(parts)


def _assumptions(path: Path) -> list[str]:
    """Each assumption of a file, with the comment lines that go on after it and the line that it is about."""
    found = []
    field = ""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("FieldPath = "):
            field = line.split('"')[1]
        match = _ASSUMED.search(line)
        if match and line.lstrip().startswith("#"):
            after = number + 1
            while re.match(r"\s*# ", lines[after]) and "ASSUMED" not in lines[after]:
                after += 1
            text = " ".join([match.group(1), *(more.strip().removeprefix("# ") for more in lines[number + 1 : after])])
            field = lines[after].split('"')[1] if lines[after].startswith("FieldPath = ") else field
            found.append(f"`{field or lines[after].strip()[:90]}`: {text}")
        elif match:
            found.append(f"`{line.split('#')[0].strip()[:90]}`: {match.group(1)}")
    return found


def _served_first(name: str) -> tuple[bool, str]:
    return name not in SERVED, name


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
