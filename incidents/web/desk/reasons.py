"""Why two records may be about the same, in words."""

from __future__ import annotations

from incidents.core.twins.likeness import Likeness
from incidents.web.desk import shown
from incidents.web.texts import gettext as _
from incidents.web.texts import ngettext

_MANY, _SOME = 0.2, 0.06
"""Of the cosine of rare words: what two accounts of one person reach, and what those of two people do."""
_SAME_THINGS = 0.15


def reasons(like: Likeness) -> list[str]:
    """What speaks for it, then what speaks against it."""
    features = like.features
    found = [_place(like), _time(like)]
    if like.acts:
        found.append(_("Both say: %(what)s", what=shown.acts(like.acts)))
    if like.grounds:
        found.append(_("Same grounds: %(what)s", what=shown.grounds(like.grounds)))
    if like.targets:
        found.append(_("Same target groups: %(what)s", what=shown.targets(like.targets)))
    if "same setting" in features:
        found.append(_("Same kind of place"))
    if features["words"] >= _MANY:
        found.append(_("Many of the same words"))
    elif features["words"] >= _SOME:
        found.append(_("Some of the same words"))
    if features["concepts"] >= _SAME_THINGS:
        found.append(_("Both speak of the same things, perhaps in different languages"))
    if "other acts" in features:
        found.append(_("But: other things happened"))
    if "other setting" in features:
        found.append(_("But: another kind of place"))
    if "other targets" in features:
        found.append(_("But: other target groups"))
    return found


def _place(like: Likeness) -> str:
    if "same spot" in like.features:
        return _("Same settlement")
    if "neighbouring" in like.features:
        return _("Neighbouring municipality")
    if "online" in like.features:
        return _("Both on the internet")
    if "wider place" in like.features:
        return _("Perhaps the same municipality")
    return _("Place not known") if "place unknown" in like.features else _("Same municipality")


def _time(like: Likeness) -> str:
    if like.days_apart is not None:
        if like.days_apart == 0:
            return _("On the same day")
        return ngettext("%(num)s day apart", "%(num)s days apart", like.days_apart)
    return _("Around the same time") if "about" in like.features else _("Time not known")
