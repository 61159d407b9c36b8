"""SDMX: figures as SDMX-CSV 2.0.0, and the structure that they follow as SDMX-ML 2.1.

A withheld figure is NaN, as the standard has it for what is left out on purpose, with OBS_STATUS and CONF_STATUS.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree as ET

from incidents.core.release import LICENCE, LICENCE_ADDRESS, NORMAL_STATUS, WITHHELD_STATUS
from incidents.publishing.edition import TIME, Edition, Figures
from incidents.publishing.letters import plain
from incidents.publishing.tidy import CONFIDENTIAL, FREE
from incidents.publishing.words import Words

AGENCY = "INCIDENTS"
_MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
_STRUCTURE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"
_COMMON = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "OBS_LOWER", "OBS_UPPER", "RELEASE")
_NOT_A_NUMBER = "NaN"

Names = Mapping[str, str]
"""By language tag."""


def write(edition: Edition, figures: Figures) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    named = [concept(one.name) for one in figures.dimensions if one.name != TIME]
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", *named, "TIME_PERIOD", "OBS_VALUE", *_ATTRIBUTES])
    structure = f"{AGENCY}:{flow(figures.name)}({version(edition)})"
    for row in figures.rows:
        shown = [row.value, NORMAL_STATUS, FREE, "", ""]
        if row.value is None:
            upper = "" if row.upper is None else row.upper
            shown = [_NOT_A_NUMBER, WITHHELD_STATUS, CONFIDENTIAL, "" if row.lower is None else row.lower, upper]
        writer.writerow(["dataflow", structure, "I", frequency(row.time), *row.codes, row.time, *shown, edition.number])
    return text.getvalue().encode()


def concept(dimension: str) -> str:
    return "REF_AREA" if dimension == "area" else dimension.upper()


def flow(table: str) -> str:
    return table.upper()


def version(edition: Edition) -> str:
    """Code lists grow with releases, so each has its own."""
    return f"{edition.number}.0"


def frequency(time: str) -> str:
    return "Q" if "-" in time else "A"


def structure(edition: Edition, tables: Sequence[Figures], said: Mapping[str, Words]) -> bytes:
    """Code lists, concepts and a structure for each table, with names in every language of `said`."""
    for prefix, space in (("mes", _MESSAGE), ("str", _STRUCTURE), ("com", _COMMON)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{_MESSAGE}}}Structure")
    header = _below(root, _MESSAGE, "Header")
    _below(header, _MESSAGE, "ID").text = f"{AGENCY}_{edition.number}"
    _below(header, _MESSAGE, "Test").text = "false"
    _below(header, _MESSAGE, "Prepared").text = f"{edition.published_on}T00:00:00"
    _below(header, _MESSAGE, "Sender", id=AGENCY)
    found = _below(root, _MESSAGE, "Structures")
    flows = _below(found, _STRUCTURE, "Dataflows")
    for table in tables:
        own = _maintained(flows, "Dataflow", flow(table.name), edition, _titles(edition, table, said))
        ET.SubElement(_below(own, _STRUCTURE, "Structure"), "Ref", _ref(edition, flow(table.name), "DataStructure"))
    _codelists(_below(found, _STRUCTURE, "Codelists"), edition, tables, said)
    scheme = _maintained(
        _below(found, _STRUCTURE, "Concepts"), "ConceptScheme", "CONCEPTS", edition, {"en": "Concepts"}
    )
    for name, names in _concepts(tables, said).items():
        _named(_below(scheme, _STRUCTURE, "Concept", id=name), names)
    structures = _below(found, _STRUCTURE, "DataStructures")
    for table in tables:
        own = _maintained(structures, "DataStructure", flow(table.name), edition, _titles(edition, table, said))
        _components(_below(own, _STRUCTURE, "DataStructureComponents"), edition, table)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _titles(edition: Edition, table: Figures, said: Mapping[str, Words]) -> Names:
    return {tag: words.title(edition.tables[table.name]) for tag, words in said.items()}


def _concepts(tables: Iterable[Figures], said: Mapping[str, Words]) -> dict[str, Names]:
    def texts(key: str) -> Names:
        return {tag: words.texts[key] for tag, words in said.items()}

    dimensions = {one.name for table in tables for one in table.dimensions} - {TIME}
    return {
        "FREQ": {"en": "Frequency"},
        **{concept(name): texts(f"dimension.{name}") for name in sorted(dimensions)},
        "TIME_PERIOD": texts("dimension.time"),
        "OBS_VALUE": texts("value"),
        "OBS_STATUS": texts("status"),
        "CONF_STATUS": {"en": "Confidentiality status"},
        "OBS_LOWER": texts("lower"),
        "OBS_UPPER": texts("upper"),
        "RELEASE": {"en": "Release"},
    }


def _codelists(above: ET.Element, edition: Edition, tables: Sequence[Figures], said: Mapping[str, Words]) -> None:
    fixed: dict[str, dict[str, Names]] = {
        "FREQ": {"A": {"en": "Annual"}, "Q": {"en": "Quarterly"}},
        "OBS_STATUS": {
            NORMAL_STATUS: {tag: words.text("normal") for tag, words in said.items()},
            WITHHELD_STATUS: {tag: words.text("withheld") for tag, words in said.items()},
        },
        "CONF_STATUS": {FREE: {"en": "Free"}, CONFIDENTIAL: {"en": "Confidential statistical information"}},
    }
    for name, codes in fixed.items():
        own = _maintained(above, "Codelist", f"CL_{name}", edition, {"en": f"Codes of {name}"})
        for code, names in codes.items():
            _named(_below(own, _STRUCTURE, "Code", id=code), names)
    parents: dict[str, dict[str, str]] = {}
    for table in tables:
        for one in table.dimensions:
            if one.name != TIME:
                known = parents.setdefault(one.name, {})
                known |= {code: one.parents.get(code) or known.get(code, "") for code in one.labels}
    for name, known in sorted(parents.items()):
        named = {tag: words.dimension(name) for tag, words in said.items()}
        own = _maintained(above, "Codelist", f"CL_{concept(name)}", edition, named)
        for code, parent in known.items():
            entry = _below(own, _STRUCTURE, "Code", id=code)
            _named(entry, {tag: words.label(name, code) for tag, words in said.items()})
            if parent:
                ET.SubElement(_below(entry, _STRUCTURE, "Parent"), "Ref", {"id": parent})


def _components(above: ET.Element, edition: Edition, table: Figures) -> None:
    dimensions = _below(above, _STRUCTURE, "DimensionList", id="DimensionDescriptor")
    names = ["FREQ", *(concept(one.name) for one in table.dimensions if one.name != TIME)]
    for place, name in enumerate(names, start=1):
        one = _below(dimensions, _STRUCTURE, "Dimension", id=name, position=str(place))
        _concept(one, edition, name)
        _coded(one, edition, name)
    time = _below(dimensions, _STRUCTURE, "TimeDimension", id="TIME_PERIOD", position=str(len(names) + 1))
    _concept(time, edition, "TIME_PERIOD")
    _typed(time, "ObservationalTimePeriod")
    attributes = _below(above, _STRUCTURE, "AttributeList", id="AttributeDescriptor")
    for name in _ATTRIBUTES:
        is_needed = name in {"OBS_STATUS", "CONF_STATUS", "RELEASE"}
        status = "Mandatory" if is_needed else "Conditional"
        one = _below(attributes, _STRUCTURE, "Attribute", id=name, assignmentStatus=status)
        _concept(one, edition, name)
        if name.endswith("STATUS"):
            _coded(one, edition, name)
        else:
            _typed(one, "Integer")
        relation = _below(one, _STRUCTURE, "AttributeRelationship")
        ET.SubElement(_below(relation, _STRUCTURE, "PrimaryMeasure"), "Ref", {"id": "OBS_VALUE"})
    measures = _below(above, _STRUCTURE, "MeasureList", id="MeasureDescriptor")
    value = _below(measures, _STRUCTURE, "PrimaryMeasure", id="OBS_VALUE")
    _concept(value, edition, "OBS_VALUE")
    _typed(value, "Double")


def _concept(above: ET.Element, edition: Edition, name: str) -> None:
    own = {
        "id": name,
        "maintainableParentID": "CONCEPTS",
        "maintainableParentVersion": version(edition),
        "agencyID": AGENCY,
        "package": "conceptscheme",
        "class": "Concept",
    }
    ET.SubElement(_below(above, _STRUCTURE, "ConceptIdentity"), "Ref", own)


def _coded(above: ET.Element, edition: Edition, name: str) -> None:
    inside = _below(_below(above, _STRUCTURE, "LocalRepresentation"), _STRUCTURE, "Enumeration")
    ET.SubElement(inside, "Ref", _ref(edition, f"CL_{name}", "Codelist"))


def _typed(above: ET.Element, kind: str) -> None:
    _below(_below(above, _STRUCTURE, "LocalRepresentation"), _STRUCTURE, "TextFormat", textType=kind)


def _ref(edition: Edition, name: str, kind: str) -> dict[str, str]:
    package = "codelist" if kind == "Codelist" else "datastructure"
    return {"id": name, "version": version(edition), "agencyID": AGENCY, "package": package, "class": kind}


def _maintained(above: ET.Element, kind: str, name: str, edition: Edition, names: Names) -> ET.Element:
    found = _below(above, _STRUCTURE, kind, id=name, agencyID=AGENCY, version=version(edition), isFinal="true")
    if kind == "Dataflow":
        notes = _below(found, _COMMON, "Annotations")
        for title, told in (
            ("release", edition.address),
            ("licence", f"{LICENCE}: {LICENCE_ADDRESS}"),
            ("method", edition.method("en")),
            ("sha256", edition.digest),
        ):
            note = _below(notes, _COMMON, "Annotation", id=title)
            _below(note, _COMMON, "AnnotationText").text = told
    _named(found, names)
    return found


def _named(above: ET.Element, names: Names) -> None:
    for tag, name in names.items():
        own = _below(above, _COMMON, "Name")
        own.set(_LANG, tag)
        own.text = re.sub(r"\s+", " ", plain(name))


def _below(above: ET.Element, space: str, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(above, f"{{{space}}}{name}", attributes)
