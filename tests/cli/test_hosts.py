"""Two hosts with public processes and one with the database: what one of them gave out, the other one takes."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from incidents.core.incident import Handling
from incidents.db.database import Database
from incidents.db.report import Report
from tests import databases, postgres
from tests.cli.reporting import a_form, opens, sent
from tests.namespaces import NETWORK, Host, hosts
from tests.serving import Served

pytestmark = pytest.mark.postgres
TOKEN = "q7Zk2mVt9xLp4RsW8yNc3HbG6dJf5TaE"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
_HONEST_S = 21
"""From a form that was open for so long a report comes that was not sent in haste."""


@dataclass
class Hosts:
    one: Served
    other: Served
    database: Host
    url: str

    def handling(self) -> list[Handling]:
        """Of all reports, the newest last."""
        with self.database.inside():
            database = Database(self.url)
            with database.reader() as session:
                found = session.scalars(sa.select(Report.handling).order_by(sa.text("xmin::text::bigint"))).all()
            database.close()
        return list(found)


@pytest.fixture(scope="module")
def sites(postgres_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """Whoever asks is a fourth host, as the proxy is."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    with (
        hosts(4) as (database, *own, proxy),
        database.inside(),
        postgres.running(postgres_programs, address=database.address, network=NETWORK) as server,
    ):
        url = databases.beside(server.url, "hosts")
        more = {"INCIDENTS_DOOR": "public", "INCIDENTS_HOSTS": ",".join(host.address for host in own)}
        one, other = (
            Served(folder, url, address=host.address, more=more) for folder, host in zip(folders, own, strict=True)
        )
        one.make()
        (one.instance / "metrics-token").write_text(TOKEN, encoding="ascii")
        shutil.copytree(one.instance, other.instance)
        try:
            for site, host in ((one, own[0]), (other, own[1])):
                with host.inside():
                    site.start()
            with proxy.inside():
                yield Hosts(one, other, database, url)
        finally:
            for site in (one, other):
                if site.process is not None:
                    site.kill()


def test_a_form_of_one_host_is_taken_by_another_and_its_code_opens_on_both(sites: Hosts) -> None:
    code = sent(sites.other, a_form(sites.one))
    assert [opens(site, code) for site in (sites.one, sites.other)] == [True, True]
    assert not opens(sites.one, code[::-1])


def test_a_form_counts_once_on_all_hosts_together(sites: Hosts) -> None:
    before, answers = len(sites.handling()), a_form(sites.one)
    code = sent(sites.one, answers)
    assert sent(sites.other, answers) == code
    assert sites.other.post("/sr-Cyrl/report", {**answers, "words": ["Нешто друго"]})[0] == 422
    assert len(sites.handling()) == before + 1


def test_a_flood_on_one_host_is_felt_on_the_other(sites: Hosts) -> None:
    calm, later = a_form(sites.other), a_form(sites.other)
    flood = [a_form(sites.one) for _ in range(60)]
    time.sleep(_HONEST_S)
    sent(sites.other, calm)
    assert sites.handling()[-1] is Handling.RECEIVED
    for answers in flood:
        sent(sites.one, answers)
    time.sleep(2.1)  # a verdict holds for two seconds
    sent(sites.other, later)
    assert sites.handling()[-1] is Handling.QUARANTINED


def test_answers_are_counted_on_each_host_for_itself(sites: Hosts) -> None:
    before = [_counted(site) for site in (sites.one, sites.other)]
    for _ in range(60):
        sites.one.get("/sr-Cyrl/report")
    assert [_counted(site) - had for site, had in zip((sites.one, sites.other), before, strict=True)] in (
        [50, 0],
        [100, 0],
    )


def test_what_a_host_confirmed_is_there_when_it_is_killed(sites: Hosts) -> None:
    open_form, code = a_form(sites.one), sent(sites.one, a_form(sites.one))
    sites.one.kill()
    sites.one.process = None
    assert opens(sites.other, code)
    assert opens(sites.other, sent(sites.other, open_form))


def _counted(site: Served) -> int:
    found = re.search(r'incidents_answers_total\{page="form",status="2xx"\} (\d+)', site.get("/metrics", BEARER)[1])
    assert found
    return int(found[1])
