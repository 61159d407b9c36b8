"""`import`: batches as organisations send them, in three languages and two scripts."""

from __future__ import annotations

import csv
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from incidents.__main__ import cli
from incidents.adapters import opening
from incidents.cli.setup import make_secrets
from incidents.cli.site import settings_of_site
from incidents.core.receipt import parse_code
from incidents.core.report import Report, from_bytes
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.services import keys
from incidents.services.accounts import Member
from tests import builders, databases

SR_CYRL = """Удружење „Мост“ – пријаве за први квартал;;;;;;;;
;;;;;;;;
Р. бр.;Датум (дан.месец.година);Шта се догодило;Лично својство;Погођена група;Врста места;Место;Општина;Опис
1;15.3.2026.;Претње;Национална припадност или етничко порекло;Роми и Ромкиње;street;Слатина;Чачак;„Одлазите!“, викали су
2;март 2026;verbal_insult|threat;national_ethnic;;street;у Суботици;;
;;;;;;;;
3;2026;Графити, налепнице или симболи мржње;religious_belief;;cemetery_memorial;Београд;;=неко је писао по плочи
"""
SR_LATN = [
    ["Redni broj", "Kada", "Delo", "Osnov", "Grupa", "Vrsta mesta", "Mesto", "Opis", "Napomena sekretarice"],
    [
        1,
        date(2026, 2, 3),
        "Pretnje ",
        "sexual_orientation",
        "gay_men",
        "street",
        "Novi Sad",
        "Presreli su ga u parku.",
        "x",
    ],
    [2, 46096, "physical_attack; threat", "Seksualna orijentacija", None, "street", "Niš", None, None],
    [3, "12/03/2026", "online_abuse", "sexual_orientation", "lesbian", "social_network", "internet", "Komentar.", None],
]
HU = """Sorszám,Mikor,Mi történt,Védett tulajdonság,Célcsoport,Hely típusa,Település,Leírás
1,2026. március 5.,Fenyegetés,national_ethnic,Magyarok,street,Szabadka,"Azt kiabálták, hogy ""menjetek haza""."
2,2026. április,graffiti_symbols,national_ethnic,hungarian,cemetery_memorial,Zentán,
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    for name in ("INCIDENTS_INSTANCE", "INCIDENTS_DATABASE_URL", "INCIDENTS_DOOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(cli, ["import", *map(str, arguments)])

    return run


@pytest.fixture
def desk(run, settings) -> Member:
    """A site in this folder, with two members."""
    make_secrets(Path("instance"))
    database = databases.at(settings_of_site().database_url)
    with database.unit_of_work() as session:
        ana = builders.a_desk(session, settings, now=datetime.now(UTC))[0]
    database.close()
    return ana


def reports(ana: Member) -> list[Report]:
    database = Database(settings_of_site().database_url)
    with database.reader() as session:
        rows = session.scalars(sa.select(stored.Report)).all()
        private = keys.desk_private(session, 1, ana.id, ana.key)
        found = [opening.open_report(r.sealed, r.sealed_key, report=r.id, desk_private=private) for r in rows]
    database.close()
    return sorted(map(from_bytes, found), key=lambda one: (one.day, one.month, one.year))


def sent(run, file: Path, *more: str) -> Result:
    return run(file, "--send", "--partner", "most", "--receipts", "codes.csv", *more)


def cyrillic(tmp_path: Path, encoding: str = "windows-1251") -> Path:
    path = tmp_path / "пријаве.csv"
    path.write_bytes(SR_CYRL.replace("\n", "\r\n").encode(encoding))
    return path


def workbook(tmp_path: Path, *more: list[object]) -> Path:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in [*SR_LATN, *more]:
        sheet.append(row)
    book.create_sheet("Šifarnik").sheet_state = "hidden"
    book.save(tmp_path / "prijave.xlsx")
    return tmp_path / "prijave.xlsx"


def hungarian(tmp_path: Path) -> Path:
    path = tmp_path / "esetek.csv"
    path.write_text(HU, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("make", [cyrillic, workbook, hungarian])
def test_looking_through_stores_nothing_and_needs_no_site(run, tmp_path: Path, make) -> None:
    looked = run(make(tmp_path))
    assert looked.exit_code == 0, looked.output
    assert "Nothing was stored." in looked.output
    assert not Path("instance").exists()


def test_cyrillic_csv_of_excel_is_taken(run, desk: Member, tmp_path: Path) -> None:
    taken = sent(run, cyrillic(tmp_path))
    assert taken.exit_code == 0, taken.output
    assert "read as windows-1251" in taken.output
    year, month, day = reports(desk)
    assert (day.day, day.acts, day.targets, day.place) == ("2026-03-15", {"threat"}, {"roma"}, "Слатина, Чачак")
    assert (month.month, month.acts, month.place) == ("2026-03", {"verbal_insult", "threat"}, "у Суботици")
    assert (year.year, year.words, year.setting) == ("2026", "=неко је писао по плочи", "cemetery_memorial")
    assert {one.partner for one in (day, month, year)} == {"most"}


def test_a_workbook_in_latin_letters_is_taken(run, desk: Member, tmp_path: Path) -> None:
    taken = sent(run, workbook(tmp_path))
    assert taken.exit_code == 0, taken.output
    assert "The hidden sheet “Šifarnik” was not read." in taken.output
    assert "The column “Napomena sekretarice” is not read." in taken.output
    assert [(one.day, one.place) for one in reports(desk)] == [
        ("2026-02-03", "Novi Sad"),
        ("2026-03-12", "internet"),
        ("2026-03-15", "Niš"),
    ]


def test_hungarian_csv_is_taken_in_its_language(run, desk: Member, tmp_path: Path) -> None:
    taken = sent(run, hungarian(tmp_path), "--language", "hu")
    assert taken.exit_code == 0, taken.output
    assert [(one.month, one.day, one.language) for one in reports(desk)] == [
        ("2026-04", "", "hu"),
        ("", "2026-03-05", "hu"),
    ]


def test_one_bad_row_stops_all_and_every_fault_is_named(run, desk: Member, tmp_path: Path) -> None:
    bad = [4, "31.2.2026.", "Pretnaj", None, "gay_men", "=A1", "Slatina", "Tekst", None]
    refused = sent(run, workbook(tmp_path, bad))
    assert refused.exit_code == 1
    for line in (
        "Row 5, column B (Kada): “31.2.2026.” is no date: write 15.3.2026,",
        "Row 5, column C (Delo): “Pretnaj” is no code and no label here. Nearest: threat (Pretnje).",
        "Row 5, column D (Osnov): is empty. What may stand here is listed below.",
        "Row 5, column F (Vrsta mesta): holds a formula. Copy the column and paste it as values.",
        "Row 5, column G (Mesto): “Slatina” may be several places. Write one of: Slatina, Bor;",
        "In column D (Osnov) may stand: race (Rasa); skin_colour (Boja kože);",
        "prijave.xlsx: of 4 rows 3 can be taken, 1 cannot.",
    ):
        assert line in refused.output
    assert reports(desk) == []
    assert not Path("codes.csv").exists()


def test_the_codes_go_to_their_file_only_and_open_the_reports(run, desk: Member, tmp_path: Path) -> None:
    taken = sent(run, workbook(tmp_path))
    with Path("codes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["reference"]) for row in rows] == [("2", "1"), ("3", "2"), ("4", "3")]
    codes = [parse_code(row["receipt_code"]) for row in rows]
    assert len(set(codes)) == 3
    assert not any(
        row["receipt_code"] in taken.output or code in taken.output for row, code in zip(rows, codes, strict=True)
    )
    assert stat.S_IMODE(os.stat("codes.csv").st_mode) == 0o600


def test_a_reference_that_is_a_formula_is_none_in_the_file_of_codes(run, desk: Member) -> None:
    Path("a.csv").write_text(
        'reference;acts;grounds;setting\n"=HYPERLINK(""x"")";threat;race;street\n', encoding="utf-8"
    )
    assert sent(run, Path("a.csv")).exit_code == 0
    assert "'=HYPERLINK" in Path("codes.csv").read_text(encoding="utf-8")


def test_the_same_file_again_is_told_and_taken_only_on_purpose(run, desk: Member, tmp_path: Path) -> None:
    file = workbook(tmp_path)
    assert sent(run, file).exit_code == 0
    assert "This very file was imported on" in run(file).output
    Path("codes.csv").unlink()
    refused = sent(run, file)
    assert refused.exit_code == 2
    assert "as most: 3 reports. Add --again" in refused.output
    assert len(reports(desk)) == 3
    assert sent(run, file, "--again").exit_code == 0
    assert len(reports(desk)) == 6


def test_rows_that_say_the_same_are_told(run, tmp_path: Path) -> None:
    looked = run(workbook(tmp_path, SR_LATN[1]))
    assert "Row 5 says the same as row 2." in looked.output
    assert looked.exit_code == 0


def test_where_codes_cannot_be_written_nothing_is_taken(run, desk: Member, tmp_path: Path) -> None:
    file = workbook(tmp_path)
    refused = run(file, "--send", "--partner", "most", "--receipts", "no/such/folder.csv")
    assert refused.exit_code == 2
    assert "cannot be written" in refused.output
    assert reports(desk) == []


def test_where_the_database_fails_no_codes_stay(run, desk: Member, tmp_path: Path, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    monkeypatch.setattr("incidents.services.batches.record", fails)
    refused = sent(run, workbook(tmp_path))
    assert (refused.exit_code, reports(desk)) == (2, [])
    assert not Path("codes.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name the FILE"),
        (["nema.xlsx"], "nema.xlsx cannot be read: No such file or directory."),
        (["a.csv", "--send", "--receipts", "c.csv"], "Name the organisation with --partner"),
        (["a.csv", "--send", "--partner", "Praxis Ž"], "Name the organisation with --partner"),
        (["a.csv", "--send", "--partner", "praxis"], "Name a new file for the receipt codes"),
        (["a.csv", "--send", "--partner", "praxis", "--receipts", "a.csv"], "a.csv is there already."),
        (["a.csv", "--sheet", "Prijave"], "it is CSV, which has no sheets."),
        (["a.csv"], "a.csv: no row names the columns acts, grounds, setting."),
        (["b.csv"], "b.csv: no row names the columns setting."),
        (["c.csv"], "c.csv: it has two columns for place: mesto, naselje."),
        (["d.csv"], "d.csv has a header and no rows."),
        (["--template", "a.csv"], "a.csv is there already."),
    ],
)
def test_what_is_wrong_is_one_line_and_2(run, arguments: list[str], sentence: str) -> None:
    Path("a.csv").write_text("ime;prezime\nX;Y\n", encoding="utf-8")
    Path("b.csv").write_text("acts;grounds;place\nthreat;race;Niš\n", encoding="utf-8")
    Path("c.csv").write_text("acts;grounds;setting;mesto;naselje\n", encoding="utf-8")
    Path("d.csv").write_text("acts;grounds;setting\n;;\n", encoding="utf-8")
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert sentence in refused.output
    assert len(refused.output.splitlines()) == 1


def test_without_a_desk_key_it_says_what_to_do(run, tmp_path: Path) -> None:
    make_secrets(Path("instance"))
    databases.at(settings_of_site().database_url).close()
    refused = sent(run, workbook(tmp_path))
    assert refused.exit_code == 2
    assert "no desk key yet" in refused.output
    assert not Path("codes.csv").exists()


@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn", "hu", "en"])
def test_the_template_is_read_and_its_example_is_never_taken(run, tag: str) -> None:
    assert run("--template", "t.csv", "--language", tag).exit_code == 0
    written = Path("t.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    looked = run("t.csv")
    assert looked.exit_code == 1
    assert "this is the example of the template: delete the row." in looked.output
    assert looked.output.count("Row 2") == 1


def test_a_filled_in_template_can_be_taken(run) -> None:
    run("--template", "t.csv", "--language", "sr-Latn")
    text = Path("t.csv").read_text(encoding="utf-8-sig").replace("EXAMPLE", "17")
    Path("t.csv").write_text(text, encoding="utf-8")
    assert "of 1 rows 1 can be taken" in run("t.csv").output


def test_of_invented_reports_only_places_are_in_doubt(run, desk: Member) -> None:
    made = CliRunner().invoke(cli, ["synthesise", "--reports", "200", "--to", "some.csv"])
    assert made.exit_code == 0, made.output
    looked = run("some.csv").output
    assert "of 200 rows" in looked
    refused = [line for line in looked.splitlines() if line.startswith("Row ") and "says the same" not in line]
    assert 0 < len(refused) < 60
    assert all("(place)" in line for line in refused)


IN_FULL = """acts;grounds;setting;date;place;role;relation;platform;content;told;outcomes;when in words
threat;age;social_network;2026;Kamenica;family_friend;parent;facebook;comment;police;recorded;posle utakmice
threat;age;street;3.2026;у Суботици;witness;;;;none;;
threat;age;street;3.2026;Nigdina;witness;;;;;;
"""


def test_rows_with_places_that_are_not_clear_are_refused_unless_told_otherwise(run, desk: Member) -> None:
    Path("in_full.csv").write_text(IN_FULL, encoding="utf-8")
    assert run("in_full.csv").exit_code == 1
    taken = run("in_full.csv", "--unsure-places", "--send", "--partner", "praxis", "--receipts", "codes.csv")
    assert taken.exit_code == 0, taken.output
    assert "Row 2, column E (place): “Kamenica” is not one place that we know, and is taken as it is" in taken.output
    assert "It may be Kamenica, " in taken.output
    assert "Row 4, column E (place): “Nigdina” is not one place that we know, and is taken as it is written.\n" in (
        taken.output
    )
    one, two, three = sorted(reports(desk), key=lambda report: report.place)
    assert (one.place, one.place_code, one.area) == ("Kamenica", "", "")
    assert (one.relation, one.platform, one.content, one.outcomes) == ("parent", "facebook", {"comment"}, {"recorded"})
    assert one.when_words == "posle utakmice"
    assert (two.place, two.place_code, three.place_code, three.area) == ("Nigdina", "", "804614", "80438")
