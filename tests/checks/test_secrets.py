"""Credentials are recognised, and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.checks.registry import check
from airflow_llm.checks.secrets import redact, secret
from airflow_llm.spec.pipeline import Pipeline

RANDOM = "q8Zr3Kx7Lw2Vn9Tb5Mc1Yp6Hd4Sf0Gj"
# Put together here, so that no scanner of repositories takes them for real ones.
SECRETS = {
    "an AWS access key": "AK" + "IAQX3T5EXAMPLE7PZL",
    "a GitHub token": "gh" + "p_" + RANDOM + "abcd",
    "a GitLab token": "gl" + "pat-" + RANDOM[:20],
    "a Slack token": "xo" + "xb-123456789012-" + RANDOM[:12],
    "a Slack webhook": "https://hooks." + "slack.com/services/T0001/B0001/" + RANDOM[:24],
    "a Google API key": "AI" + "za" + RANDOM + "abcd",
    "a Stripe key": "sk" + "_live_" + RANDOM[:20],
    "an OpenAI or Anthropic key": "sk" + "-proj-" + RANDOM,
    "a Databricks token": "da" + "pi" + "0123456789abcdef" * 2,
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a JSON web token": "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0In0." + RANDOM,
    "an Azure storage key": "Account" + "Key=" + RANDOM + "==",
    "a URI with a password": "postgresql://etl:hunter2@db.example.com/shop",
    "an Authorization header": "Authorization: Bearer 0123456789abcdef0123",
    "a user and password for curl": "curl -s -u ada:hunter2 https://example.com",
    "a password in SQL": "alter user etl identified by 'hunter2'",
    "a password or token": "psql --password=hunter2",
    "a random key": RANDOM,
}
HARMLESS = (
    "",
    "The password is kept in the vault.",
    "password: see the runbook",
    "Read s3://company-data/orders/CustomerOrdersReport2026/part-0001.parquet",
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "550e8400-e29b-41d4-a716-446655440000",
    "Bearer {{ conn.api.password }}",
    "postgresql://etl:${PASSWORD}@db/shop",
    "postgresql://etl@db/shop",
    "export TOKEN=$API_TOKEN",
    "API_TOKEN=[put your token here]",
    "api_key=<key>, password=********",
    "TOKEN = `generate_jwt(user)`",
    "Basic transformations and internationalization",
    "a sk-learn model with class balanced_accuracy",
    "Tokenise the text and count tokens: 500000 of them",
    "0 6 * * 1-5",
)


@pytest.mark.parametrize("kind", SECRETS)
def test_each_kind_is_recognised_and_hidden(kind: str) -> None:
    text = SECRETS[kind]
    assert secret(f"see {text} here") == kind
    hidden = redact(f"see {text} here")
    assert secret(hidden) == ""
    assert hidden.startswith("see ")


@pytest.mark.parametrize("kind", SECRETS)
def test_no_finding_repeats_the_credential(kind: str) -> None:
    text = SECRETS[kind]
    step = {"id": "run", "kind": "shell", "command": text, "after": ["run"], "origin": {"text": f"run `{text}`"}}
    found = check(Pipeline.model_validate({"id": "orders", "description": text, "steps": [step]}))
    said = "".join(one.model_dump_json() for one in found if one.code in ("secret-in-spec", "quoted-command", "cycle"))
    assert {one.code for one in found} >= {"secret-in-spec", "quoted-command", "cycle"}
    for part in (text, RANDOM[:12], "hunter2", "0123456789abcdef"):
        assert part not in said or part not in text


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_is_none(text: str) -> None:
    assert secret(text) == ""
    assert redact(text) == text


@pytest.mark.parametrize(
    "key", ["password", "PGPASSWORD", "api_key", "X-Api-Key", "client_secret", "aws-secret-access-key"]
)
def test_the_value_of_a_telling_name_is_one(key: str) -> None:
    assert secret("plain", key) == f"the value of {key!r}"
    assert secret("{{ conn.api.password }}", key) == ""
    assert secret("${API_KEY}", key) == ""


@pytest.mark.parametrize("key", ["key", "token_url", "secret_name", "sort_key", "passwords", "tokenizer"])
def test_other_names_are_not_telling(key: str) -> None:
    assert secret("plain", key) == ""


def test_in_code_only_quoted_text_is_a_password() -> None:
    assert secret('password = "hunter2"', code=True) == "a password or token"
    assert secret("connect(password=connection.password, token=token)", code=True) == ""


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_bearable(text: str) -> None:
    assert secret(redact(text)) == "" or "•••" in redact(text)


@pytest.mark.parametrize(
    "unit", ["a", "-a", "eyJ-", "curl ", "://", "a:", "password ", "Bearer ", "sk-", "{{ ", "aA1", "=", "hooks.slack"]
)
def test_a_megabyte_of_anything_comes_to_an_end(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    redact(text)
    secret(text, "token")
