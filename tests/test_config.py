from pathlib import Path

import pytest

from incidents.__main__ import main
from incidents.config import BadSetting, OwnHost, read_settings

GOOD = "name,about,tag,need,acts,grounds,settings,municipalities,address,phone,email,site,checked_on\n"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    for name, key in (("pepper", range(32)), ("token-key", range(1, 33))):
        (tmp_path / name).write_text(bytes(key).hex(), encoding="ascii")
    return {"INCIDENTS_INSTANCE": str(tmp_path), "INCIDENTS_HOSTS": "primer.example"}


def test_a_file_of_local_organisations_is_optional(variables: dict[str, str], tmp_path: Path) -> None:
    assert read_settings(variables).help_file is None
    assert read_settings({**variables, "INCIDENTS_HELP_FILE": ""}).help_file is None
    (tmp_path / "local.csv").write_text(GOOD, encoding="utf-8")
    named = read_settings({**variables, "INCIDENTS_HELP_FILE": str(tmp_path / "local.csv")})
    assert named.help_file == tmp_path / "local.csv"


def test_a_file_that_is_not_there_is_said_with_its_path(variables: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"INCIDENTS_HELP_FILE names .*nema\.csv, and there is no such file"):
        read_settings({**variables, "INCIDENTS_HELP_FILE": str(tmp_path / "nema.csv")})


def test_the_site_does_not_start_with_a_mistake_in_that_file(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "local.csv"
    path.write_text(f"{GOOD}Udruženje,,sr-Latn,pomoć,,,,,,,,,2026-11-01\n", encoding="utf-8")
    for name, value in {**variables, "INCIDENTS_HELP_FILE": str(path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["incidents", "serve", "--bind", "127.0.0.1:1"])
    with pytest.raises(SystemExit) as ended:
        main()
    says, mistake = str(ended.value).splitlines()
    assert says == "The list of who can help cannot be used:"
    assert mistake.startswith("local.csv:2: the column need must be one of crime, ")
    assert mistake.endswith(", not pomoć")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("INCIDENTS_TICK_MINUTES", "soon", "INCIDENTS_TICK_MINUTES must be a whole number of minutes."),
        ("INCIDENTS_BACKUP_DAYS", "-1", "INCIDENTS_BACKUP_DAYS must be a whole number of days."),
        ("INCIDENTS_FREE_MB", "1.5", "INCIDENTS_FREE_MB must be a whole number of megabytes."),
        ("INCIDENTS_FILES_GB", "٣", "INCIDENTS_FILES_GB must be a whole number of gigabytes."),
        ("INCIDENTS_BACKUP_KEPT_DAYS", "0", "INCIDENTS_BACKUP_KEPT_DAYS must be one day or more."),
        ("INCIDENTS_KEEP_DAYS", "files", "INCIDENTS_KEEP_DAYS must be like set_aside=365,files=180."),
        ("INCIDENTS_KEEP_DAYS", "files=-3", "INCIDENTS_KEEP_DAYS must be like set_aside=365,files=180."),
        ("INCIDENTS_FREE_MB", "9" * 40, "INCIDENTS_FREE_MB must be a whole number of megabytes."),
    ],
)
def test_a_number_that_is_none_is_said(variables: dict[str, str], name: str, typed: str, said: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read_settings({**variables, name: typed})
    assert str(raised.value) == said


def test_how_long_reports_are_kept_can_be_set(variables: dict[str, str]) -> None:
    found = read_settings(
        {**variables, "INCIDENTS_KEEP_DAYS": "files=60, set_aside=400", "INCIDENTS_BACKUP_KEPT_DAYS": "7"}
    )
    assert dict(found.keep_days) == {"files": 60, "set_aside": 400}
    assert found.backup_kept.days == 7


def test_no_days_mean_that_backups_are_made_by_other_means(variables: dict[str, str]) -> None:
    assert read_settings({**variables, "INCIDENTS_BACKUP_DAYS": "0"}).backup_within is None


@pytest.mark.parametrize("weak", ["short", "a b" * 20, ""])
def test_a_weak_token_of_the_metrics_is_said(variables: dict[str, str], tmp_path: Path, weak: str) -> None:
    (tmp_path / "metrics-token").write_text(weak, encoding="ascii")
    with pytest.raises(BadSetting, match="holds a weak token"):
        read_settings(variables)


@pytest.mark.parametrize("percent", ["101", "-1", "ten", "٣", ""])
def test_how_many_incidents_are_coded_twice_is_a_per_cent(variables: dict[str, str], percent: str) -> None:
    with pytest.raises(BadSetting, match="INCIDENTS_CODED_TWICE"):
        read_settings({**variables, "INCIDENTS_CODED_TWICE": percent})


def test_one_incident_in_ten_is_coded_twice_unless_set(variables: dict[str, str]) -> None:
    assert read_settings(variables).coded_twice_percent == 10
    assert read_settings({**variables, "INCIDENTS_CODED_TWICE": "0"}).coded_twice_percent == 0


def test_no_address_service_is_set_by_itself(variables: dict[str, str]) -> None:
    assert read_settings(variables).nominatim is None
    assert read_settings({**variables, "INCIDENTS_NOMINATIM_URL": " "}).nominatim is None


def test_an_address_service_is_one_host(variables: dict[str, str], tmp_path: Path) -> None:
    authority = tmp_path / "own.pem"
    authority.touch()
    url = "https://nominatim.example.rs/karta/"
    given = {"INCIDENTS_NOMINATIM_URL": url, "INCIDENTS_NOMINATIM_CA_FILE": str(authority)}
    expected = OwnHost(is_secure=True, name="nominatim.example.rs", port=443, base="/karta", authority=authority)
    assert read_settings({**variables, **given}).nominatim == expected


def test_an_address_service_without_https_is_refused(variables: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="INCIDENTS_NOMINATIM_URL cannot be used: http:// goes to this machine only"):
        read_settings({**variables, "INCIDENTS_NOMINATIM_URL": "http://nominatim.example.rs"})


def test_certificates_that_are_not_there_are_said(variables: dict[str, str], tmp_path: Path) -> None:
    given = {"INCIDENTS_NOMINATIM_URL": "https://example.rs", "INCIDENTS_NOMINATIM_CA_FILE": str(tmp_path / "no.pem")}
    with pytest.raises(BadSetting, match="there is no such file"):
        read_settings({**variables, **given})


@pytest.mark.parametrize("typed", ["mailto:propusti@primer.example", "https://primer.example/propusti"])
def test_where_to_write_about_flaws_is_an_address(variables: dict[str, str], typed: str) -> None:
    assert read_settings(variables).flaws_to == ""
    assert read_settings({**variables, "INCIDENTS_FLAWS_TO": typed}).flaws_to == typed


@pytest.mark.parametrize(
    "typed",
    ["propusti@primer.example", "mailto:", "mailto:propusti", "http://primer.example/", "https://a.b\nExpires: never"],
)
def test_what_is_no_address_to_write_to_is_said(variables: dict[str, str], typed: str) -> None:
    with pytest.raises(BadSetting, match="INCIDENTS_FLAWS_TO must be mailto: and an address, or an https address"):
        read_settings({**variables, "INCIDENTS_FLAWS_TO": typed})


def test_a_replica_is_a_server_that_follows_another(variables: dict[str, str]) -> None:
    database, replica = "postgresql+psycopg://@one/incidents", "postgresql+psycopg://@two/incidents"
    found = read_settings({**variables, "INCIDENTS_DATABASE_URL": database, "INCIDENTS_REPLICA_URL": replica})
    assert (found.database_url, found.replica_url) == (database, replica)
    for named in (
        {"INCIDENTS_DATABASE_URL": database, "INCIDENTS_REPLICA_URL": "two"},
        {"INCIDENTS_REPLICA_URL": replica},
    ):
        with pytest.raises(BadSetting, match="INCIDENTS_REPLICA_URL must be postgresql"):
            read_settings({**variables, **named})
