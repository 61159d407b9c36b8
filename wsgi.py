"""For application servers: `gunicorn wsgi:application`."""

import os

from incidents.app import create_app
from incidents.config import read_settings

application = create_app(read_settings(os.environ))
