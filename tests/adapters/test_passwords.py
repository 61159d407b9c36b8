from incidents.adapters.passwords import hash_password, is_password


def test_only_the_right_password_fits_and_nobody_has_none() -> None:
    hashed = hash_password("tri zelene kruške")
    assert is_password("tri zelene kruške", hashed)
    assert not is_password("tri zelene kruske", hashed)
    assert not is_password("nobody has this password", None)
    assert not is_password("x", "not a hash")
