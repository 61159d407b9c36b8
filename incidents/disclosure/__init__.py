"""Protecting tables of counts, and attacking what was published of them. Knows nothing of reports, members or pages."""
