"""The pages beside the API: health tells the truth, and metrics count what happened."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from tests.conftest import TOLL_FREE, RunningDesk


def test_health_says_when_the_database_does_not_answer(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    with urllib.request.urlopen(f"{desk.url}/health") as answer:
        assert json.load(answer)["status"] == "ok"

    def broken(fn: object) -> object:
        raise RuntimeError("secret inner text")

    monkeypatch.setattr(desk.service.database, "read", broken)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{desk.url}/health")
    body = caught.value.read()
    assert (caught.value.code, json.loads(body)["status"]) == (503, "the database does not answer")
    assert b"secret" not in body


def test_metrics_count_by_operation_and_outcome(desk: RunningDesk) -> None:
    client = desk.client()
    client.create_registration(RegistrationType=TOLL_FREE)
    with pytest.raises(client.exceptions.ValidationException):
        client.create_registration(RegistrationType="NO_SUCH_TYPE")
    with urllib.request.urlopen(f"{desk.url}/metrics") as answer:
        page = answer.read().decode()
    for outcome in ("ok", "ValidationException"):
        assert f'senderdesk_requests_total{{operation="CreateRegistration",outcome="{outcome}"}} 1.0' in page
    assert 'senderdesk_request_seconds_count{operation="CreateRegistration"} 2.0' in page
    assert "NO_SUCH_TYPE" not in page
