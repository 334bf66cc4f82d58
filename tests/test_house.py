"""The house rules: who may import whom, how large a room may be, and that every module says what it is for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "senderdesk"

# From the ground up: a module imports from its own floor and from the floors below it, never from above.
FLOORS = (
    (
        *("__init__", "shapes", "contract", "identifiers", "settings", "logs", "sealing"),
        *("attachment_content", "bounded_get", "s3_source", "denial_reasons", "identity_countries"),
        *("transfer_lines", "transfer_rows", "transfer_faults"),
        *("fiction", "numbering", "number_ranges", "carrier"),
        *("patterns", "form_files", "form_revisions", "form_faults", "form_words", "form_pull"),
    ),
    ("errors",),
    ("lifecycle", "forms", "field_values", "form_judgement", "form_pages", "limits", "wire"),
    ("database", "database.sqlite", "database.migrations", "sts", "transfer", "transfer_checks"),
    ("access", "signature"),
    ("operations", "operations.paging", "operations.resources", "due", "progress"),
    ("operations.filters", "operations.number_preferences", "operations.number_supply", "operations.two_way"),
    (
        *("operations.definitions", "operations.tags", "operations.account", "operations.judging", "replay"),
        *("operations.identities", "operations.keywords", "operations.opt_out_lists", "operations.opted_out_numbers"),
        *("operations.pool_members", "operations.pools", "operations.configuration_sets"),
        *("operations.resource_policies", "operations.rcs_standing", "operations.number_standing"),
    ),
    ("operations.associations", "operations.attachments", "operations.sender_ids", "operations.rcs_agents"),
    (
        *("operations.registrations", "operations.versions", "operations.field_values", "operations.rcs_launches"),
        *("operations.number_registrations", "operations.number_offers", "operations.phone_numbers"),
    ),
    (
        *("desk", "desk.verdicts", "desk.steps", "desk.uploads", "desk.pools", "desk.agenda"),
        *("desk.errands", "desk.phone_numbers", "desk.provisioning"),
    ),
    ("service",),
    ("turnstile", "head", "exchange", "connection", "web"),
    ("demo", "form_commands", "transfer_commands", "number_assignment", "number_commands", "cli", "__main__"),
)
FLOOR_OF = {module: height for height, floor in enumerate(FLOORS) for module in floor}

MOST_LINES_A_FILE = 300
MOST_LINES_A_FUNCTION = 40
# What is larger than the law allows, with the size it may not pass; a smaller size is written down here at once.
RATCHET: dict[str, int] = {}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}


def modules() -> list[tuple[str, Path]]:
    """Every module's name within the package, and its file."""
    named = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        named.append((name, path))
    return named


def imports_of(path: Path) -> set[str]:
    """The modules of the package that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    names = {name.removeprefix("senderdesk.") for name in found if name.startswith("senderdesk.")}
    return names & FLOOR_OF.keys()


def test_every_module_has_its_floor() -> None:
    assert {name for name, _ in modules()} == FLOOR_OF.keys()


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_nothing_imports_upward(name: str, path: Path) -> None:
    above = {other for other in imports_of(path) if FLOOR_OF[other] > FLOOR_OF[name]}
    assert not above, f"{name} imports {above} from above"


def test_operations_know_nothing_of_http_and_lifecycle_of_io() -> None:
    for name, path in modules():
        if name.startswith("operations"):
            assert not imports_of(path) & {"wire", "web", "signature", "service", "connection", "sts"}, name
    assert imports_of(SOURCE / "lifecycle.py") == {"errors"}


def test_only_the_database_room_speaks_sql() -> None:
    for name, path in modules():
        if not name.startswith("database"):
            text = path.read_text()
            assert "sqlite3" not in text, name
            assert not any(f"{verb} " in text for verb in ("SELECT", "INSERT INTO", "DELETE FROM")), name


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_size_ratchet(name: str, path: Path) -> None:
    text = path.read_text()
    sizes = {name: (len(text.splitlines()), MOST_LINES_A_FILE)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            sizes[f"{name}.{node.name}"] = (length, MOST_LINES_A_FUNCTION)
    for what, (size, most) in sizes.items():
        allowed = RATCHET.get(what, most)
        assert size <= allowed, f"{what} has {size} lines, {allowed} are allowed: is it two?"
        assert what not in RATCHET or size == RATCHET[what] > most, f"{what} shrank to {size}: write that down"


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_module_says_what_it_is_for(name: str, path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{name} has no docstring"
    assert not set(name.split(".")) & FORBIDDEN_NAMES
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        assert not public or ast.get_docstring(node), f"{name}.{node.name} has no docstring"  # type: ignore[attr-defined]
