"""All tables of a site. A module with tables is imported here, or no migration and no backup would see it."""

from __future__ import annotations

import incidents.db.account
import incidents.db.audit
import incidents.db.bulk
import incidents.db.coding
import incidents.db.deidentify
import incidents.db.desk
import incidents.db.filter
import incidents.db.incident
import incidents.db.invitation
import incidents.db.job
import incidents.db.key
import incidents.db.notice
import incidents.db.odihr
import incidents.db.queue_rule
import incidents.db.referral
import incidents.db.release
import incidents.db.report
import incidents.db.retention
import incidents.db.twins  # noqa: F401  (each is imported to be seen)
from incidents.db.base import Base

METADATA = Base.metadata
