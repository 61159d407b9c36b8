import http.server
import os
import pwd
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from incidents.core.languages import LANGUAGES
from tests import proxying
from tests.programs import needed

ONION = "a2" * 28 + ".onion"
NAMES = ("--host", "prijavi.example", "--desk-host", "pult.prijavi.example")
OWN_NAME = pwd.getpwuid(os.getuid()).pw_name
UNITS = ("incidents-public.service", "incidents-desk.service", "incidents-tick.service", "incidents-backup.service")


def written(folder: Path, *more: str) -> Result:
    return CliRunner().invoke(cli, ["examples", str(folder), *NAMES, *more])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a site, so far as the units name it."""
    programs = tmp_path / "home" / "current" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (tmp_path / "home" / "environment").write_text("", encoding="ascii")
    return tmp_path / "home"


@pytest.fixture
def examples(home: Path) -> Path:
    folder = home / "examples"
    assert written(folder, "--home", str(home), "--onion", ONION, "--user", OWN_NAME).exit_code == 0
    return folder


def test_every_file_is_filled(examples: Path) -> None:
    for path in examples.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path.name
    assert f"INCIDENTS_ONION={ONION}\n" in (examples / "environment").read_text(encoding="utf-8")


def test_nothing_is_written_over(examples: Path, home: Path) -> None:
    (examples / "Caddyfile").unlink()
    again = written(examples, "--home", str(home))
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert not (examples / "Caddyfile").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--host", "prijavi.example; return 200"),
        ("--desk-host", "pult"),
        ("--onion", "kratko.onion"),
        ("--home", "srv"),
        ("--user", "root\nUser=x"),
        ("--certificates", "/etc/a b"),
    ],
)
def test_what_could_break_out_of_a_file_is_refused(tmp_path: Path, wrong: tuple[str, str]) -> None:
    refused = written(tmp_path / "examples", *wrong)
    assert refused.exit_code == 2
    assert not (tmp_path / "examples").exists()


def test_units_are_what_systemd_takes(examples: Path) -> None:
    units = [*(examples / name for name in UNITS), *examples.glob("*.timer")]
    command = [needed("systemd-analyze", package="systemd"), "verify", *units]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_units_have_a_name_a_line_and_keep_their_services_in(examples: Path) -> None:
    for name in UNITS:
        lines = (examples / name).read_text(encoding="utf-8").splitlines()
        assert all(re.fullmatch(r"|#.*|\[[A-Z][a-z]+\]|[A-Z]\w+=.*", line) for line in lines), name
        assert {"NoNewPrivileges=yes", "LimitCORE=0", "MemorySwapMax=0", "ProtectSystem=strict"} <= set(lines)


def test_units_write_beside_the_program_and_never_over_it(examples: Path, home: Path) -> None:
    for name in UNITS:
        [writable] = re.findall(r"^ReadWritePaths=(.*)$", (examples / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert set(writable.split()) <= {f"{home}/instance", f"{home}/backups"}, name


def test_doors_do_not_come_to_the_database_as_the_owner_of_its_tables(examples: Path) -> None:
    for name in UNITS[:2]:
        assert "\nInaccessiblePaths=-/run/postgresql\n" in (examples / name).read_text(encoding="utf-8")


def test_faults_do_not_go_to_the_journal(examples: Path) -> None:
    """It writes down the moment of each line, to the microsecond."""
    for name in UNITS[:2]:
        text = (examples / name).read_text(encoding="utf-8")
        assert "StandardOutput=null" in text
        assert "StandardError=append:" in text


def test_the_page_for_when_nothing_answers_is_in_every_language(examples: Path) -> None:
    page = (examples / "unavailable.html").read_text(encoding="utf-8")
    assert re.findall(r'<section lang="([\w-]+)">', page) == [language.tag for language in LANGUAGES]
    sentences = re.findall(r"<p>(.*?)</p>", page)
    assert len(set(sentences)) > 2.5 * len(LANGUAGES)
    assert "style" not in page
    assert "script" not in page


def test_no_proxy_writes_down_or_passes_on_who_asked(examples: Path) -> None:
    nginx = (examples / "nginx.conf").read_text(encoding="utf-8")
    assert "access_log off;" in nginx
    assert "error_log /dev/null crit;" in nginx
    caddy = (examples / "Caddyfile").read_text(encoding="utf-8")
    assert "output discard" in caddy
    assert not re.search(r"^\s*log\s*\{", caddy, re.MULTILINE)
    for name in ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded"):
        assert f'proxy_set_header {name} "";' in nginx
        assert f"header_up -{name}\n" in caddy
    assert "$remote_addr" not in nginx
    assert "SafeLogging 1" in (examples / "torrc").read_text(encoding="utf-8")


def test_caddy_takes_its_file(examples: Path) -> None:
    command = [needed("caddy"), "validate", "--adapter", "caddyfile", "--config", examples / "Caddyfile"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_tor_takes_its_file(examples: Path) -> None:
    command = [needed("tor"), "--verify-config", "--DataDirectory", examples / "tor", "-f", examples / "torrc"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


class _Echo(http.server.BaseHTTPRequestHandler):
    """In the place of the site: says which headers reached it."""

    def do_GET(self) -> None:
        body = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxied(examples: Path, tmp_path: Path) -> Iterator[tuple[str, http.server.ThreadingHTTPServer]]:
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    shutil.copy(examples / "unavailable.html", examples.parent / "unavailable.html")
    with proxying.proxied(examples, tmp_path / "nginx", site.server_address[1]) as address:
        yield address, site
    site.server_close()


def asked(address: str, path: str, **headers: str) -> tuple[int, str]:
    request = Request(address + path, headers={"Host": ONION, **headers})  # noqa: S310 (our own server)
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 (likewise)
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_nginx_passes_nothing_on_of_who_asked_and_writes_nothing_down(proxied, tmp_path: Path) -> None:
    address, _ = proxied
    told = {"X-Forwarded-For": "203.0.113.77", "X-Real-IP": "203.0.113.77", "Forwarded": "for=203.0.113.77"}
    status, passed_on = asked(address, "/marker7731", **told)
    assert status == 200
    assert f"Host: {ONION}" in passed_on
    assert "203.0.113" not in passed_on
    assert "127.0.0.1" not in passed_on
    assert not re.search("forwarded|real-ip", passed_on, re.IGNORECASE)
    logs = "".join(path.read_text(errors="replace") for path in (tmp_path / "nginx").rglob("*.log"))
    assert "marker7731" not in logs
    assert "client" not in logs


def test_nginx_keeps_the_watch_inside(proxied) -> None:
    assert [asked(proxied[0], path)[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]


def test_nginx_answers_for_a_site_that_is_down(proxied) -> None:
    address, site = proxied
    site.shutdown()
    site.server_close()
    status, page = asked(address, "/hu/report")
    assert status == 503
    assert "Ha most veszélyben van, először hívja a rendőrséget: 192." in page
