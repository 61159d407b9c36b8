"""Pages, forms and the API."""
