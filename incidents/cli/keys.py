"""`keys`: the keys that reports are sealed to, the trustees' shares, and opening intake when both are in order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.adapters.opening import KeyPair
from incidents.adapters.shamir import NotTogether
from incidents.adapters.shares import NotAShare
from incidents.cli.desks import area_in_words, desk, told_of
from incidents.cli.members import ask_back, enrol_for_all, new_password, show_second_factor, unlocked
from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.desks import NATIONAL
from incidents.db.database import Database
from incidents.db.desk import desks_of
from incidents.services import accounts, desks, intake, resealing, trustees
from incidents.services import keys as services
from incidents.services.intake import NotReady, Readiness

_WORDS = 33
_PER_LINE = 3
_ACTOR = "system"
"""Who acts in the audit trail where a command asks for nobody's password."""


@click.group()
def keys() -> None:
    """The keys that reports are sealed to, and the ways back to them."""


keys.add_command(desk)


@keys.command()
@click.pass_obj
def status(settings: Settings) -> None:
    """Which desks there are, who holds their keys, what can be recovered, and whether intake is open."""
    with database_of(settings) as database, database.reader() as session:
        found = desks.kept(session)
        if not found:
            raise Wrong("This site has no desk key yet: run `python -m incidents init`.")
        older = {one.code: _left_over(session, one.code) for one in found}
        areas = {one.code: desks.area_of(session, one.code, data_files.places()) for one in found}
    shares = found[0].readiness
    click.echo(f"Shares of the trustees: {shares.shares_made}, read back: {shares.shares_read_back}.")
    for one in found:
        _show_desk(one, older[one.code], areas[one.code])
    if settings.trial:
        click.echo("This is a trial: it takes invented reports without codes and shares.")
    if found[0].key.opened_on:
        click.echo(f"Intake is open since {found[0].key.opened_on}.")
    else:
        click.echo("Intake is closed." + _missing(shares))


def _left_over(session: Session, code: str) -> str:
    older = {kind: resealing.left_over(session, kind, desk=code) for kind in resealing.KINDS}
    return ", ".join(f"{count} {kind}" for kind, count in older.items() if count)


def _show_desk(one: desks.Kept, older: str, area: desks.Area | None) -> None:
    called = f" ({one.name})" if one.name else ""
    click.echo(f"Desk {one.code}{called}: epoch {one.key.epoch}, since {one.key.created_on}.")
    click.echo(f"  Members who hold its key: {', '.join(one.holders) or 'nobody'}.")
    click.echo(f"  Of them confirmed their recovery codes: {one.readiness.confirmed}.")
    if older:
        click.echo(f"  Still sealed to keys of before: {older}.")
    if area:
        click.echo(f"  Reads reports from {area_in_words(area)}")
    if one.code != NATIONAL:
        takes = f"Takes reports since {one.key.opened_on}." if one.key.opened_on else "Takes no report yet."
        click.echo(f"  {takes}")


@keys.command("open")
@click.option("--desk", "code", default=NATIONAL, help="A further desk, once two of its members have confirmed.")
@click.pass_obj
def open_(settings: Settings, code: str) -> None:
    """Open intake, once two members have confirmed their recovery codes and all shares have been read back.

    A trial has neither: there a further desk opens once two members hold its key.
    """
    opens = intake.open_on_trial if settings.trial else intake.open_intake
    with database_of(settings) as database:
        try:
            with database.unit_of_work() as session:
                opens(session, actor=_ACTOR, now=datetime.now(UTC), desk=code)
        except services.NoKey:
            if code != NATIONAL:
                raise Wrong(f"There is no desk {code}: `keys status` lists those there are.") from None
            raise Wrong("This site has no desk key yet: run `python -m incidents init`.") from None
        except NotReady as error:
            if settings.trial:
                raise Wrong(f"The desk {code} stays closed until two members hold its key: `keys desk give`.") from None
            if code != NATIONAL:
                raise Wrong(f"The desk {code} stays closed." + _to_confirm(error.readiness)) from None
            raise Wrong("Intake stays closed." + _missing(error.readiness)) from None
    if code == NATIONAL:
        click.echo("Intake is open: people can report now.")
    else:
        click.echo(f"The desk {code} is open.")


def _to_confirm(found: Readiness) -> str:
    if found.has_members:
        return ""
    left = intake.FEWEST_CONFIRMED - found.confirmed
    return f" {left} more to confirm a recovery code: `members recovery-code NAME`."


def _missing(found: Readiness) -> str:
    wanted = [_to_confirm(found)]
    if not found.shares_made:
        wanted.append(" The trustees have no shares: `keys shares make --by NAME`.")
    elif found.shares_read_back < found.shares_made:
        wanted.append(f" {found.shares_made - found.shares_read_back} shares to read back: `keys shares check`.")
    return "".join(wanted) or " All is in order: `keys open`."


@keys.command()
@click.option("--by", required=True, help="The member who asks for it, and types their password.")
@click.option("--reason", required=True, help="For the audit trail, in a few words.")
@click.option("--desk", "codes", multiple=True, help="Of this desk only; without it of all of them.")
@click.pass_obj
def rotate(settings: Settings, by: str, reason: str, codes: tuple[str, ...]) -> None:
    """Make a new key: what arrives from now on is sealed to it, what arrived before stays as it is."""
    with database_of(settings) as database:
        unlocked(settings, database, by)
        with told_of(""), database.unit_of_work() as session:
            desks.check_known(session, codes)
            now = datetime.now(UTC)
            for code in codes or [one.code for one in desks.kept(session)]:
                epoch = services.rotate(session, actor=by, now=now, reason=reason[:200], desk=code)
                holders = len(services.holders_of(session, epoch))
                click.echo(f"This is epoch {epoch} of the desk {code} now. Members who hold its key: {holders}.")


@keys.command()
@click.option(
    "--by", required=True, help="A member whose key opens what is to be sealed anew; they type their password."
)
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 100_000), help="Rows at a time.")
@click.option("--desk", "codes", multiple=True, help="At this desk only; without it at all that the member is at.")
@click.pass_obj
def reseal(settings: Settings, by: str, batch: int, codes: tuple[str, ...]) -> None:
    """After a suspected theft: seal everything to the newest key of its desk, and destroy the earlier ones.

    Run `keys rotate` first. When it is cut off, run it again: it goes on where it stopped.
    """
    with database_of(settings) as database:
        member, key = unlocked(settings, database, by)
        with told_of(""), database.reader() as session:
            desks.check_known(session, codes)
            own = sorted(codes or desks_of(session, member))
        for code in own:
            for kind in resealing.KINDS:
                _reseal(database, kind, code, batch, member, key)
        with database.unit_of_work() as session:
            now = datetime.now(UTC)
            finished = [resealing.destroy_keys_of_before(session, actor=by, now=now, desk=code) for code in own]
    kept = sorted(epoch for one in finished for epoch in one.kept)
    if kept:
        listed = ", ".join(map(str, kept))
        raise Wrong(f"{by} cannot open all that is sealed to epochs {listed}. Their keys are kept; ask another member.")
    destroyed = sorted(epoch for one in finished for epoch in one.destroyed)
    if destroyed:
        click.echo("Destroyed: the keys of epochs " + ", ".join(map(str, destroyed)) + ".")
        click.echo("Backups from before still hold them: delete those when a new one is made.")
    else:
        click.echo("Nothing is sealed to an earlier key. If the key of now was stolen, run `keys rotate` first.")


@keys.group("shares")
def shares() -> None:
    """The trustees' three papers, of which any two open every report when all members are lost."""


@shares.command("make")
@click.option("--by", required=True, help="A member who holds the desk key, and types their password.")
@click.option("--beside", multiple=True, help="Another one, where nobody is at all desks: so each desk has its member.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write three text files here.")
@click.pass_obj
def make(settings: Settings, by: str, beside: tuple[str, ...], folder: Path | None) -> None:
    """Make three new shares to print. Earlier ones go on working until all of these have been read back."""
    with database_of(settings) as database:
        member, key = unlocked(settings, database, by)
        others = [unlocked(settings, database, name) for name in beside]
        with database.unit_of_work() as session:
            now = datetime.now(UTC)
            try:
                words = trustees.make_shares(session, by=member, by_key=key, actor=by, now=now, beside=others)
            except trustees.NothingToGive:
                raise Wrong(f"{by} holds no desk key: another member has to do this.") from None
            except trustees.DesksLeftOut as error:
                listed = ", ".join(error.desks)
                raise Wrong(f"Nobody here holds the key of {listed}: name a member who does with --beside.") from None
            sheets = [_sheet(number, text, settings.hosts[0], now) for number, text in enumerate(words, start=1)]
            if folder is not None:
                _write(folder, sheets)
    if folder is None:
        _show(sheets)
    click.echo("Then type each one back from its paper: `python -m incidents keys shares check`.")


@shares.command("check")
@click.pass_obj
def check(settings: Settings) -> None:
    """Type a share back from its paper. Each trustee can do this alone; do it again every year."""
    with database_of(settings) as database:
        typed = _typed_share("Words of the share")
        try:
            with database.unit_of_work() as session:
                found = trustees.read_back(session, typed, actor=_ACTOR, now=datetime.now(UTC))
        except NotAShare:
            raise Wrong("These words are no share: one is wrong, missing or in another place.") from None
        except trustees.OtherShare:
            raise Wrong("This is a share, but not one of the newest three of this site.") from None
    click.echo(f"Share {found.number} is in order. Still to be read back: {found.left}.")


@keys.command()
@click.argument("name")
@click.pass_obj
def recover(settings: Settings, name: str) -> None:
    """When all members are lost: let NAME in with two shares. They get every role, and all reports open to them."""
    with database_of(settings) as database:
        typed = [_typed_share(f"Words of the {which} share") for which in ("first", "second")]
        password = new_password(name, settings)
        try:
            with database.unit_of_work() as session:
                enrolled = _let_in(session, settings, name, password, typed)
        except (NotAShare, NotTogether):
            raise Wrong("These two do not open anything: a word is wrong, or they do not belong together.") from None
        except trustees.OtherShare:
            raise Wrong("These shares belong together, but open nothing of this site.") from None
        show_second_factor(name, enrolled)
        ask_back(database, name, enrolled)
    click.echo("The two shares have been on this machine now: make new ones with `keys shares make`.")


def _let_in(session: Session, settings: Settings, name: str, password: str, typed: list[str]) -> accounts.Enrolled:
    now = datetime.now(UTC)
    enrolled = enrol_for_all(session, settings, name, password, now)
    trustees.admit(session, typed, enrolled.id, actor=_ACTOR, now=now)
    return enrolled


def _reseal(database: Database, kind: str, code: str, most: int, member: UUID, key: KeyPair) -> None:
    """One unit of work a batch: whenever this ends, what is done is done."""
    with database.reader() as session:
        total = resealing.left_over(session, kind, desk=code)
    done, after = 0, None
    while True:
        with database.unit_of_work() as session:
            batch = resealing.reseal_batch(session, kind, after=after, most=most, member=member, key=key, desk=code)
        done, after = done + batch.done, batch.last
        if batch.done:
            click.echo(f"{kind}: {done} of {total}")
        if after is None:
            return


def _typed_share(which: str) -> str:
    """The words of one share, typed on as many lines as one likes; numbers between them do not matter."""
    click.echo(f"{which}, on as many lines as you like; an empty line ends it.")
    words: list[str] = []
    while len(words) < _WORDS and (line := str(click.prompt("", default="", show_default=False, prompt_suffix="> "))):
        words += [word for word in line.replace(".", " ").replace(",", " ").split() if not word.isdigit()]
    return " ".join(words)


def _sheet(number: int, text: str, site: str, now: datetime) -> str:
    words = [f"{place:>2} {word:<10}" for place, word in enumerate(text.split(), start=1)]
    lines = [" ".join(words[start : start + _PER_LINE]).rstrip() for start in range(0, len(words), _PER_LINE)]
    head = [
        f"{site}: share {number} of {trustees.SHARES}, made on {now.date()}",
        "",
        f"Any {trustees.NEEDED} of these {trustees.SHARES} papers open every report if all members are lost.",
        "Keep this one apart from the others. Never photograph it, and type it into no other machine.",
        "",
    ]
    return "\n".join([*head, *lines]) + "\n"


def _write(folder: Path, sheets: list[str]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, sheet in enumerate(sheets, start=1):
        path = folder / f"share-{number}.txt"
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise Wrong(f"{path} is there already.") from None
        path.write_text(sheet, encoding="utf-8")
    click.echo(f"The shares are in {folder}. Print them, then destroy the files and whatever they were stored on.")


def _show(sheets: list[str]) -> None:
    """One at a time, so that no trustee sees another's."""
    for sheet in sheets:
        click.echo(sheet)
        click.prompt("Write it down or print it, then press Enter", default="", show_default=False, prompt_suffix="")
        click.clear()
