"""Settings of the documentation; nothing is fetched to build it."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parents[1])]

project = "Incidents"
author = "Incidents"
extensions = ["myst_parser", "from_source", "house"]
exclude_patterns = ["_ext"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
html_title = "Incidents"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_permalinks_icon = "#"
