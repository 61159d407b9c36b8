"""A platform for reporting hate crime, hate incidents and discrimination in Serbia."""
