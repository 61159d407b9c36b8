"""An address service that works, and one that misbehaves in every way: then it is unavailable, never "not found"."""

from __future__ import annotations

import io
import json
import logging
import socket
import ssl
import subprocess
import time
import traceback
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.exc import GeocoderUnavailable

from incidents.adapters import data_files
from incidents.adapters.nominatim import FAILURES, PAUSE_S, StreetService
from incidents.adapters.one_host import MOST_BYTES, OneHost, Question
from incidents.config import OwnHost, own_host
from tests.misbehaving import Act, Stub, answers, drips, keeps_silent, places, resets, says, stub
from tests.programs import needed

CITY = data_files.places().parts_of("GRAD:BEOGRAD")
STARI_GRAD, VRACAR, ZEMUN = "70246", "70114", "70157"
STREET = "Kneza Miloša 7"
SHORT = 0.4
EMPTY = b"[]"


def a_place(lat: str = "44.8150", lon: str = "20.4600", **address: str) -> dict[str, object]:
    """As Nominatim describes one."""
    return {"place_id": 7, "lat": lat, "lon": lon, "class": "highway", "display_name": "…", "address": address}


IN_STARI_GRAD = a_place(road="Кнеза Милоша", city_district="Градска општина Стари град", city="Београд")
IN_VRACAR = a_place("44.8001", "20.4740", road="Njegoševa", municipality="Gradska opština Vračar", city="Beograd")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def service(served: Stub | str, *, seconds: float = 3.0, authority: Path | None = None, clock: Clock | None = None):
    url = served if isinstance(served, str) else served.url
    return StreetService(
        own_host(url, authority),
        data_files.gazetteer(),
        data_files.places(),
        seconds=seconds,
        clock=clock or Clock(),
    )


def ask(streets: StreetService, within: list[str] = CITY, street: str = STREET, town: str = "Београд") -> list[str]:
    return streets.municipalities_with(street, town=town, within=within)


def answered(act: Act, within: list[str] = CITY, town: str = "Београд") -> list[str]:
    with stub(act) as served:
        return ask(service(served), within, town=town)


# What is asked, and what is made of the answer.


def test_a_street_is_asked_for_in_fields_of_its_own() -> None:
    with stub(places(IN_STARI_GRAD)) as served:
        assert ask(service(served)) == [STARI_GRAD]
    [asked] = served.asked
    path = urlsplit(asked.split()[1])
    fields = parse_qs(path.query)
    assert path.path == "/search"
    assert (fields["street"], fields["city"], fields["country"]) == ([STREET], ["Beograd"], ["Srbija"])
    assert "q" not in fields
    assert fields["bounded"] == ["1"]
    assert fields["countrycodes"] == ["rs"]
    assert "Referer" not in asked
    assert "Cookie" not in asked


def test_the_box_that_is_searched_holds_the_municipalities_and_little_more() -> None:
    with stub(places()) as served:
        ask(service(served), [VRACAR, STARI_GRAD])
    [box] = parse_qs(urlsplit(served.asked[0].split()[1]).query)["viewbox"]
    west, south, east, north = map(float, box.split(","))
    assert west < 20.46 < 20.48 < east
    assert south < 44.80 < 44.82 < north
    assert east - west < 0.4
    assert north - south < 0.4


def test_a_path_before_those_of_the_service_is_kept() -> None:
    with stub(places()) as served:
        ask(service(f"{served.url}/karta/"))
    assert served.asked[0].startswith("GET /karta/search?")


def test_an_empty_list_is_the_one_way_to_say_that_there_is_no_such_street() -> None:
    assert answered(places()) == []


def test_a_street_of_several_municipalities_is_in_each_of_them() -> None:
    assert answered(places(IN_STARI_GRAD, IN_VRACAR, IN_VRACAR)) == sorted([STARI_GRAD, VRACAR])


def test_answers_outside_of_the_municipality_are_refused() -> None:
    assert answered(places(IN_STARI_GRAD), within=[VRACAR, ZEMUN]) == []


def test_an_answer_that_names_the_municipality_and_lies_elsewhere_is_refused() -> None:
    in_novi_sad = {**IN_STARI_GRAD, "lat": "45.2551", "lon": "19.8452"}
    assert answered(places(in_novi_sad)) == []


def test_an_answer_that_names_no_municipality_tells_nothing_within_a_city() -> None:
    assert answered(places(a_place(road="Kneza Miloša", city="Beograd"))) == []


def test_elsewhere_the_nearest_settlement_tells_the_municipality() -> None:
    """Novo Selo of Vrnjačka Banja, by its point; the one of Prokuplje is far from there."""
    banja, prokuplje = "70459", "70998"
    answer = a_place("43.6480", "20.8790", road="Glavna", village="Novo Selo")
    assert answered(places(answer), within=[banja, prokuplje], town="Ново Село") == [banja]


def test_a_name_that_two_cities_have_is_read_within_the_one_that_was_asked_for() -> None:
    palilula_of_nis = "71323"
    answer = a_place("43.3100", "21.9000", road="Vožda Karađorđa", city_district="Gradska opština Palilula")
    assert answered(places(answer), within=data_files.places().parts_of("GRAD:NIS"), town="Ниш") == [palilula_of_nis]


# A service that misbehaves.

DEEP = b"[" * 200_000 + b"]" * 200_000
HUGE = json.dumps([a_place(road="x" * 1000) for _ in range(1200)]).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WRONG = {
    "silence": keeps_silent,
    "reset": resets,
    "closed without a word": says(b""),
    "no HTTP": says(b"\x15\x03\x01\x00\x02\x02\x28"),
    "server error": answers(EMPTY, status="500 Internal Server Error"),
    "bad gateway": answers(EMPTY, status="502 Bad Gateway"),
    "down for a while": answers(EMPTY, status="503 Service Unavailable"),
    "gateway time-out": answers(EMPTY, status="504 Gateway Timeout"),
    "too many requests": says(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n"),
    "bad request": answers(b'{"error": "Kneza Milo\\u0161a"}', status="400 Bad Request"),
    "not found as status": answers(EMPTY, status="404 Not Found"),
    "no content": answers(b"", status="204 No Content"),
    "malformed JSON": answers(b'[{"lat": "44.8", '),
    "two documents": answers(b"[] []"),
    "no bytes": answers(b""),
    "not UTF-8": answers(b'["\xff\xfe"]'),
    "HTML as HTML": answers(b"<!doctype html><h1>Welcome</h1>", kind="text/html"),
    "HTML as JSON": answers(b"<!doctype html><h1>Welcome</h1>"),
    "JSON as text": answers(EMPTY, kind="text/plain"),
    "no content type": says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "compressed": says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]"),
    "null": answers(b"null"),
    "an object": answers(b"{}"),
    "an error object": answers(b'{"error": "Unable to geocode"}'),
    "false": answers(b"false"),
    "a number": answers(b"0"),
    "a text": answers(b'""'),
    "a list of texts": answers(b'["Beograd"]'),
    "a list of lists": answers(b"[[]]"),
    "places without a point": places({"address": {}}),
    "places without an address": places({"lat": "44.8", "lon": "20.4"}),
    "points that are no numbers": places(a_place(lat="north")),
    "points off the earth": places(a_place(lat="444.8")),
    "NaN": answers(b'[{"lat": NaN, "lon": 20.4, "address": {}}]'),
    "NaN as text": places(a_place(lat="nan")),
    "names that are no texts": places({"lat": "44.8", "lon": "20.4", "address": {"city": ["Beograd"]}}),
    "nested too deeply": answers(DEEP),
    "a number of ten thousand digits": answers(b"[" + b"9" * 10_000 + b"]"),
    "huge": answers(HUGE),
    "huge and without an end": says(HEAD + b"\r\n" + b" " * (MOST_BYTES + 10)),
    "cut short": answers(b"[]", length=4000),
    "a chunk cut short": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n5\r\n"),
    "a chunk of no size": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n"),
    "endless headers": says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 3000 + b"\r\n[]"),
    "a header line without an end": says(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000),
    "a drip of headers": drips(HEAD + b"Content-Length: 2\r\n\r\n[]"),
    "a drip of body": drips(b" " * 1000 + EMPTY),
}


@pytest.mark.parametrize("act", WRONG.values(), ids=WRONG)
def test_a_failure_is_never_taken_for_a_street_that_is_not_there(act: Act) -> None:
    with stub(act) as served:
        streets, begun = service(served, seconds=SHORT), time.monotonic()
        with pytest.raises(GeocoderUnavailable):
            ask(streets)
        assert time.monotonic() - begun < SHORT + 1
    assert served.connections == 1


def test_a_drip_that_ends_in_time_is_an_answer() -> None:
    with stub(drips(HEAD + b"Content-Length: 2\r\n\r\n[]", every_s=0.001)) as served:
        assert ask(service(served)) == []


def test_an_answer_in_chunks_is_read() -> None:
    assert answered(says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n")) == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_refused(status: str) -> None:
    with stub(places(IN_STARI_GRAD)) as other:
        to = f"HTTP/1.1 {status}\r\nLocation: {other.url}/search?street=x\r\nContent-Type: application/json\r\n"
        with stub(says(to.encode() + b"Content-Length: 2\r\n\r\n[]")) as served, pytest.raises(GeocoderUnavailable):
            ask(service(served))
    assert other.connections == 0


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(GeocoderUnavailable):
        ask(service(f"http://127.0.0.1:{port}"))


def test_a_name_that_cannot_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(GeocoderUnavailable):
        ask(service("https://nominatim.example.rs"))


def test_a_name_that_says_this_machine_and_leads_elsewhere_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 80))]

    def connect(*_: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "getaddrinfo", elsewhere)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(GeocoderUnavailable):
        ask(service("http://localhost:8080"))


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with stub(places(IN_VRACAR)) as proxy, stub(places(IN_STARI_GRAD)) as served:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(service(served)) == [STARI_GRAD]
    assert proxy.connections == 0


# TLS.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a host `localhost`, and of one with another name, each signed by itself."""
    openssl = needed("openssl")
    folder = tmp_path_factory.mktemp("tls")
    for name, host in (("localhost", "localhost"), ("other", "nominatim.example.rs")):
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
                *("-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"),
                *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"),
            ],
            check=True,
            capture_output=True,
        )
    return folder


def speaking_tls(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


def test_a_service_with_a_certificate_of_its_own_authority_is_asked_over_tls(certificates: Path) -> None:
    with stub(places(IN_STARI_GRAD), tls=speaking_tls(certificates, "localhost")) as served:
        streets = service(f"https://localhost:{served.port}", authority=certificates / "localhost.pem")
        assert ask(streets) == [STARI_GRAD]


@pytest.mark.parametrize(("shown", "trusted"), [("localhost", None), ("other", "other"), ("localhost", "other")])
def test_a_certificate_that_is_not_trusted_or_of_another_name_gets_no_question(
    certificates: Path, shown: str, trusted: str | None
) -> None:
    authority = certificates / f"{trusted}.pem" if trusted else None
    with (
        stub(places(IN_STARI_GRAD), tls=speaking_tls(certificates, shown)) as served,
        pytest.raises(GeocoderUnavailable),
    ):
        ask(service(f"https://localhost:{served.port}", authority=authority))
    assert served.asked == []


def test_plain_http_where_tls_was_expected() -> None:
    with stub(places(IN_STARI_GRAD)) as served, pytest.raises(GeocoderUnavailable):
        ask(service(f"https://localhost:{served.port}", seconds=SHORT))
    assert not any("GET" in one for one in served.asked)


# The breaker.


def test_after_some_failures_nothing_is_asked_until_the_pause_is_over() -> None:
    clock = Clock()
    with stub(answers(EMPTY, status="503 Service Unavailable")) as served:
        streets = service(served, clock=clock)
        for _ in range(FAILURES + 4):
            with pytest.raises(GeocoderUnavailable):
                ask(streets)
        assert served.connections == FAILURES
        clock.now += PAUSE_S - 1
        with pytest.raises(GeocoderUnavailable):
            ask(streets)
        assert served.connections == FAILURES
        clock.now += 2
        with pytest.raises(GeocoderUnavailable):
            ask(streets)
        assert served.connections == FAILURES + 1
        with pytest.raises(GeocoderUnavailable):
            ask(streets)
        assert served.connections == FAILURES + 1


def test_one_answer_after_the_pause_opens_the_way_for_all() -> None:
    clock = Clock()
    with stub(answers(b"oops")) as served:
        streets = service(served, clock=clock)
        for _ in range(FAILURES):
            with pytest.raises(GeocoderUnavailable):
                ask(streets)
        served.act = places(IN_STARI_GRAD)
        clock.now += PAUSE_S
        assert [ask(streets), ask(streets)] == [[STARI_GRAD], [STARI_GRAD]]


def test_failures_that_are_not_in_a_row_do_not_count() -> None:
    with stub(answers(b"oops")) as served:
        streets = service(served)
        for _ in range(FAILURES):
            served.act = answers(b"oops")
            with pytest.raises(GeocoderUnavailable):
                ask(streets)
            served.act = places(IN_STARI_GRAD)
            assert ask(streets) == [STARI_GRAD]


# Nothing is told of what was asked.

SECRET = "Tajnovita"


@pytest.mark.parametrize(
    "act",
    [
        places(IN_STARI_GRAD),
        answers(b"oops"),
        answers(SECRET.encode(), status="400 Bad Request"),
        answers(b'{"error": "Tajnovita"}'),
        says(f"HTTP/1.1 302 Found\r\nLocation: /?{SECRET}\r\n\r\n".encode()),
        resets,
    ],
)
def test_what_is_asked_is_nowhere_logged_or_said(
    act: Act, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("http.client.HTTPConnection.debuglevel", 9)
    shown = io.StringIO()
    with caplog.at_level(logging.DEBUG), stub(act) as served:
        try:
            ask(service(served), street=f"{SECRET} 3")
        except GeocoderUnavailable as error:
            traceback.print_exception(error, file=shown)
            said = [str(error), repr(error), str(error.__cause__), str(error.__context__)]
            assert SECRET not in " ".join(said)
    assert SECRET in served.asked[0]
    assert any(record.name == "geopy" for record in caplog.records)
    assert SECRET not in caplog.text
    assert SECRET not in shown.getvalue()
    captured = capfd.readouterr()
    assert SECRET not in captured.out + captured.err


def test_a_question_says_nothing_of_itself() -> None:
    question = Question(f"/search?street={SECRET}")
    assert SECRET not in f"{question} {question!r} {[question]}"


def test_only_json_is_asked_for() -> None:
    host = OneHost(own_host("http://127.0.0.1:9"), seconds=1)
    with pytest.raises(GeocoderUnavailable):
        host.get_text(Question("/"), timeout=1, headers={})


# The setting.


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Nominatim.Example.rs", OwnHost(is_secure=True, name="nominatim.example.rs", port=443, base="")),
        ("https://10.0.0.7:8443/karta/", OwnHost(is_secure=True, name="10.0.0.7", port=8443, base="/karta")),
        ("http://127.0.0.1:8080", OwnHost(is_secure=False, name="127.0.0.1", port=8080, base="")),
        ("http://[::1]", OwnHost(is_secure=False, name="::1", port=80, base="")),
        ("http://localhost/", OwnHost(is_secure=False, name="localhost", port=80, base="")),
    ],
)
def test_hosts_that_may_be_set(url: str, expected: OwnHost) -> None:
    assert own_host(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "nominatim.example.rs",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://nominatim.example.rs",
        "http://10.0.0.7",
        "http://169.254.169.254",
        "http://0.0.0.0",
        "http://localhost.example.rs",
        "http://127.0.0.1@example.rs",
        "https://user:word@example.rs",
        "https://example.rs?q=",
        "https://example.rs#x",
        "https://example.rs\\@evil.example",
        "https://example.rs:99999",
        "https://exa mple.rs",
        "https://пример.rs",
        "https://",
        "https://nominatim.openstreetmap.org",
        "https://NOMINATIM.openstreetmap.org.",
    ],
)
def test_hosts_that_may_not(url: str) -> None:
    with pytest.raises(ValueError):
        own_host(url)
