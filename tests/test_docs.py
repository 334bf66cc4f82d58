"""The documentation is true: generated pages equal the code, links lead somewhere, the README's snippet works."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import DeskProcess

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if ".venv" not in path.parts)


def _generator() -> object:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["operations.md", "settings.md", "forms.md", "fidelity.md"])
def test_generated_page_is_what_the_code_says(name: str) -> None:
    made = _generator().pages()[name]  # type: ignore[attr-defined]
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == made, "run `make docs`"


def test_every_assumption_is_listed() -> None:
    source = [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.toml")]
    marks = sum(path.read_text(encoding="utf-8").count("ASSUMED:") for path in source)
    listed = sum(line.startswith("- `") for line in (ROOT / "docs" / "fidelity.md").read_text().splitlines())
    assert marks == listed > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_readme_snippets_work_pasted(start_process: Callable[..., DeskProcess]) -> None:
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(snippets) >= 2
    code = "\n".join(snippets)
    assert "http://127.0.0.1:4100" in code
    desk = start_process()
    ran = subprocess.run(
        [sys.executable, "-i", "-q"],
        input=code.replace("http://127.0.0.1:4100", desk.url) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONSTARTUP": ""},
    )
    told = ["CREATED", "SUBMITTED", "REQUIRES_UPDATES", "Missing required field", "MISSING_REQUIRED_FIELD", "COMPLETE"]
    for word in told:
        assert word in ran.stdout, ran.stderr
    assert "Error" not in ran.stderr


def test_demo_plays_and_stops(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "senderdesk", "demo", "--exit"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    for word in ("CREATED", "SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED", "PENDING", "Missing required field", "COMPLETE"):
        assert word in ran.stdout
    assert ran.stdout.index("REQUIRES_UPDATES") < ran.stdout.index("is COMPLETE") < ran.stdout.index("is ACTIVE")
