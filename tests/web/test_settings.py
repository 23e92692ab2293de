"""A wrong value stops the start with its name; production refuses what only a try-out may have."""

from pathlib import Path

import pytest

from web.settings import DEFAULT_KEY, Settings, SettingsError

KEY = "k" * 32
PRODUCTION = {
    "PUBLIC_URL": "https://unmentoring.example.org",
    "SECRET_KEY": KEY,
    "EMAIL_PROVIDER": "smtp",
    "SMTP_URL": "smtp://mail.example.org:587",
}


def refused(**environment: str) -> SettingsError:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environment)
    return refusal.value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("DATABASE_URL", "unmentoring.db"),
        ("DATABASE_URL", "postgresql+psycopg://u:a secret@[::1/d"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("QUEUE_URL", "redis://queue:many/0"),
        ("SMTP_URL", "smtp://mail.example.org:many"),
        ("PUBLIC_URL", "https://unmentoring.example.org:many"),
        ("PUBLIC_URL", "unmentoring.example.org"),
        ("PUBLIC_URL", "ftp://unmentoring.example.org"),
        ("PUBLIC_URL", "https://unmentoring.example.org/scheme"),
        ("PUBLIC_URL", "https://unmentoring.example.org?a=b"),
        ("PROXY_HOPS", "-1"),
        ("PROXY_HOPS", "6"),
        ("PROXY_HOPS", "one"),
        ("EMAIL_PROVIDER", "pigeon"),
        ("SMS_PROVIDER", "sendgrid"),
        ("SMS_DAILY_CAP", "-1"),
        ("SMS_DAILY_CAP", "many"),
        ("QUEUE_URL", "amqp://somewhere"),
        ("NETWORK_FORMS_PER_MINUTE", "0"),
        ("NETWORK_FORMS_PER_HOUR", "many"),
        ("MAIL_FROM", "nobody"),
        ("ALERT_EMAIL", "not an address"),
        ("TRIAL_ALLOWLIST", "amina@example.org,nobody"),
        ("SMTP_URL", "mail.example.org:587"),
        ("SENDGRID_BASE_URL", "api.eu.sendgrid.com"),
    ],
)
def test_a_wrong_value_is_named(name: str, given: str) -> None:
    assert refused(**{name: given}).name == name


def test_a_wrong_value_is_told_with_what_was_expected() -> None:
    assert str(refused(PROXY_HOPS="seven")) == (
        "PROXY_HOPS: got 'seven', expected how many proxies stand in front, 0 to 5"
    )


@pytest.mark.parametrize(
    ("name", "secret"), [("DATABASE_URL", "mysql://u:hunter2@h/d"), ("SECRET_KEY", "hunter2")]
)
def test_a_wrong_secret_is_not_repeated(name: str, secret: str) -> None:
    environment = {**PRODUCTION, name: secret}
    assert "hunter2" not in str(refused(**environment))


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert Settings.from_env({"SECRET_KEY_FILE": str(file)}).secret_key == KEY


def test_an_empty_file_says_nothing_as_an_empty_value_does(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    assert Settings.from_env({"SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == DEFAULT_KEY


def test_a_value_s_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert refused(SECRET_KEY_FILE=str(tmp_path / "none")).name == "SECRET_KEY_FILE"


def test_a_value_s_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    assert refused(SECRET_KEY_FILE=str(tmp_path / "key")).name == "SECRET_KEY_FILE"


def test_an_empty_value_means_the_default() -> None:
    assert Settings.from_env({"PUBLIC_URL": "", "PROXY_HOPS": ""}) == Settings.from_env({})


def test_without_any_environment_it_is_a_try_out_on_this_machine() -> None:
    settings = Settings.from_env({})
    assert (settings.is_trial, settings.secret_key) == (True, DEFAULT_KEY)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_a_loopback_address_is_a_try_out(host: str) -> None:
    assert Settings(public_url=f"http://{host}:8000").is_trial


@pytest.mark.parametrize("host", ["unmentoring.example.org", "10.0.0.1", "localhost.example.org", "0.0.0.0"])
def test_any_other_address_is_production(host: str) -> None:
    assert refused(PUBLIC_URL=f"http://{host}:8000").name == "SECRET_KEY"


@pytest.mark.parametrize("key", ["", DEFAULT_KEY, "short"])
def test_production_refuses_the_default_key_and_short_ones(key: str) -> None:
    assert refused(**{**PRODUCTION, "SECRET_KEY": key}).name == "SECRET_KEY"


def test_production_refuses_the_local_provider() -> None:
    assert refused(**{**PRODUCTION, "EMAIL_PROVIDER": "local"}).name == "EMAIL_PROVIDER"


def test_production_does_without_texts() -> None:
    assert not Settings.from_env(PRODUCTION).texts_offered


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_named_as_its_host_names_it(scheme: str) -> None:
    made = Settings.from_env(PRODUCTION | {"DATABASE_URL": f"{scheme}://u:p@db.example/unm?sslmode=require"})
    assert made.database_url == "postgresql+psycopg://u:p@db.example/unm?sslmode=require"


def test_the_queue_stands_beside_the_database() -> None:
    assert Settings(database_url="sqlite:////srv/data/u.db").queue == "sqlite:////srv/data/queue.db"


def test_a_list_is_written_with_commas_or_spaces() -> None:
    settings = Settings.from_env({"ALLOWED_HOSTS": "a.example, b.example c.example"})
    assert settings.allowed_hosts == ("a.example", "b.example", "c.example")


def test_the_trial_s_list_is_kept_in_the_spelling_that_delivery_compares() -> None:
    settings = Settings.from_env({"TRIAL_ALLOWLIST": "Amina@Example.org, 07700900123"})
    assert settings.trial_allowlist == ("amina@example.org", "+447700900123")


@pytest.mark.parametrize(("provider", "replies_at"), [("smtp", "in.example"), ("notify", None)])
def test_by_notify_no_letter_asks_for_an_answer(provider: str, replies_at: str | None) -> None:
    known = Settings.model_construct(email_provider=provider, inbound_domain="in.example")
    assert known.replies_at == replies_at


def test_a_port_moves_the_links_of_a_try_out() -> None:
    assert Settings().at_port(8199, {}).public_url == "http://127.0.0.1:8199"


def test_a_port_does_not_move_the_links_of_a_named_address() -> None:
    environment = {"PUBLIC_URL": "http://localhost:1"}
    assert Settings.from_env(environment).at_port(8199, environment).public_url == "http://localhost:1"


@pytest.mark.parametrize(
    ("provider", "missing"),
    [
        ({"EMAIL_PROVIDER": "smtp"}, "SMTP_URL"),
        ({"EMAIL_PROVIDER": "sendgrid"}, "SENDGRID_API_KEY"),
        ({"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN"),
        ({"SMS_PROVIDER": "notify"}, "NOTIFY_API_KEY"),
        ({"SMS_PROVIDER": "notify", "NOTIFY_API_KEY": "k"}, "NOTIFY_SMS_TEMPLATE"),
        ({"EMAIL_PROVIDER": "notify", "NOTIFY_API_KEY": "k"}, "NOTIFY_EMAIL_TEMPLATE"),
    ],
)
def test_whoever_chooses_a_provider_is_asked_for_what_it_needs(
    provider: dict[str, str], missing: str
) -> None:
    assert refused(**provider).name == missing
