"""The catalogue of releases for data portals (DCAT-AP), as JSON-LD and as Turtle."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import catalogues
from incidents.core.languages import BY_TAG, DEFAULT
from incidents.core.release import SERBIAN
from incidents.publishing.catalogue import JSON_LD, TURTLE, Listed, Site, statements, to_json_ld, to_turtle
from incidents.services import published
from incidents.services.published import Issue
from incidents.web.platform import platform
from incidents.web.problems import problem
from incidents.web.published.asking import ask
from incidents.web.published.files import current, site_address
from incidents.web.texts import gettext as _

catalogue = Blueprint("catalogue", __name__)

_FORMS = {"jsonld": (JSON_LD, to_json_ld), "ttl": (TURTLE, to_turtle)}


@catalogue.get("/catalog")
def negotiated() -> ResponseReturnValue:
    offered = {kind: form for form, (kind, _write) in _FORMS.items()}
    kind = request.accept_mimetypes.best_match(list(offered)) if request.accept_mimetypes else JSON_LD
    if kind is None:
        told = _("This table comes as %(types)s.", types=", ".join(offered))
        return problem(406, _("That did not work"), told)
    response = written(offered[kind])
    response.headers["Content-Location"] = url_for(".written", form=offered[kind])
    response.vary.add("Accept")
    return response


@catalogue.get("/catalog.<any(jsonld, ttl):form>")
def written(form: str) -> Response:
    kind, write = _FORMS[form]
    found = ask(lambda session: published.issues(session, platform().sight()))
    site = site_address()
    content = write(statements(_site(site), [_listed(site, issue) for issue in found]))
    return current(Response(content, content_type=f"{kind}; charset=utf-8"))


def _site(address: str) -> Site:
    say = {tag: catalogues.catalogue(tag, "messages").gettext for tag in BY_TAG}
    return Site(
        address,
        {tag: gettext("Figures on hate crime and discrimination in Serbia") for tag, gettext in say.items()},
        {tag: gettext(_own_accord()) for tag, gettext in say.items()},
        f"{address}{url_for('published.newest', language=DEFAULT)}#method",
    )


def _own_accord() -> str:
    return (
        "People report here of their own accord. These are not all incidents, and the figures cannot be compared "
        "with those of the police."
    )


def _listed(site: str, issue: Issue) -> Listed:
    told = issue.withdrawn
    return Listed(
        issue.number,
        issue.quarter,
        issue.published_on,
        f"{site}{url_for('api.described', number=issue.number)}",
        f"{site}{url_for('published.release', number=issue.number, language=DEFAULT)}",
        {"en": told.english, SERBIAN: told.serbian} if told else {},
        f"{site}{url_for('api.described', number=told.replaced_by)}" if told and told.replaced_by else None,
    )
