"""Rules of the field on plain values; standard library only."""
