from importlib.util import find_spec, module_from_spec

from argon2 import extract_parameters

from incidents.adapters.passwords import hash_password, is_password


def test_only_the_right_password_fits_and_nobody_has_none() -> None:
    hashed = hash_password("tri zelene kruške")
    assert is_password("tri zelene kruške", hashed)
    assert not is_password("tri zelene kruske", hashed)
    assert not is_password("nobody has this password", None)
    assert not is_password("x", "not a hash")


def test_a_member_that_does_not_exist_takes_as_much_work_as_one_that_does() -> None:
    spec = find_spec("incidents.adapters.passwords")
    assert spec is not None
    assert spec.loader is not None
    shipped = module_from_spec(spec)  # tests hash with little work; this one does not
    spec.loader.exec_module(shipped)
    assert extract_parameters(shipped._NOBODY) == extract_parameters(shipped.hash_password("x"))
    assert shipped._hasher.verify(shipped._NOBODY, "nobody has this password")
