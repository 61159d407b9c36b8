from incidents.core.vocabulary_versions import VersionChange, changes, version_of

FIRST = version_of(
    [
        {"list": "ground", "code": "sex", "precedence": "", "odihr_bias": "GENDER"},
        {"list": "ground", "code": "caste", "precedence": "", "odihr_bias": "OTHER"},
    ]
)


def test_the_first_version_adds_every_code() -> None:
    assert [(one.code, one.kind) for one in changes({}, FIRST)] == [("sex", "added"), ("caste", "added")]


def test_the_same_version_changes_nothing() -> None:
    assert list(changes(FIRST, dict(FIRST))) == []


def test_a_later_version_tells_what_was_added_removed_and_mapped_otherwise() -> None:
    later = version_of(
        [
            {"list": "ground", "code": "sex", "precedence": "2", "odihr_bias": "SEX", "eu_coe": "gender"},
            {"list": "ground", "code": "birth", "precedence": "", "odihr_bias": "OTHER", "eu_coe": ""},
        ]
    )
    assert list(changes(FIRST, later)) == [
        VersionChange("ground", "sex", "changed", ("precedence", "odihr_bias", "eu_coe")),
        VersionChange("ground", "birth", "added"),
        VersionChange("ground", "caste", "removed"),
    ]
