"""For application servers: `gunicorn wsgi:application`."""

import os

from incidents.adapters.log_lines import log_in_lines
from incidents.app import create_app
from incidents.config import read_settings

log_in_lines()
application = create_app(read_settings(os.environ))
