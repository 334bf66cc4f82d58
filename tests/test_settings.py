"""Settings: defaults are safe, contradictions are refused with a sentence, and every one can be given."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from senderdesk.settings import Settings, described


def test_trust_is_the_default_on_loopback_only() -> None:
    assert Settings().auth == "trust"
    assert Settings(host="::1").auth == "trust"
    assert Settings(host="0.0.0.0", auth="verify").auth == "verify"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"host": "0.0.0.0"}, "--auth verify"),
        ({"host": "192.0.2.1", "auth": "trust"}, "only on loopback"),
        ({"tls_cert": "a.pem"}, "belong together"),
        ({"tls_key": "a.pem"}, "belong together"),
        ({"auth": "sometimes"}, "--auth"),
        ({"limits": "none"}, "--limits"),
        ({"account_tier": "GOLD"}, "--account-tier"),
        ({"port": 70000}, "--port"),
        ({"port": -1}, "--port"),
        ({"receive_deadline": 0.0}, "--receive-deadline"),
        ({"forms_as_of": "yesterday"}, "--forms-as-of"),
        ({"forms_as_of": "20260914"}, "--forms-as-of"),
    ],
)
def test_contradictions_are_refused(options: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Settings(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("database", ["postgresql://x", "sqlite://", "sqlite:///", "desk.db", ""])
def test_a_database_that_cannot_be_served_is_refused(database: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        _ = Settings(database=database).database_path


def test_every_setting_is_an_option_and_a_variable() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "senderdesk", "serve", "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "400", "TERM": "dumb"},
    ).stdout
    for setting in described():
        assert setting.option in shown
        assert setting.variable in shown
