"""Hands a note over to a mail server that the operator named, or to the machine's own `sendmail`."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from incidents.config import Mail

_PATIENCE_S = 5
_SENDMAIL = "/usr/sbin/sendmail"


class NotHandedOver(Exception):
    """`reason` names the kind of fault, without an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(mail: Mail, subject: str, text: str) -> None:
    """Raises NotHandedOver."""
    note = EmailMessage()
    note["From"], note["To"], note["Subject"] = mail.sender, ", ".join(mail.to), subject
    note["Date"], note["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.rpartition("@")[2])
    note["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered
    note.set_content(text)
    try:
        if mail.host:
            _by_server(mail, note)
        else:
            _by_sendmail(note)
    except (OSError, smtplib.SMTPException, subprocess.SubprocessError) as error:
        raise NotHandedOver(type(error).__name__) from error


def _by_server(mail: Mail, note: EmailMessage) -> None:
    trusted = ssl.create_default_context()
    if mail.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_PATIENCE_S, context=trusted)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=_PATIENCE_S)
    with server:
        if mail.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if mail.user:
            server.login(mail.user, mail.password)
        server.send_message(note)


def _by_sendmail(note: EmailMessage) -> None:
    subprocess.run(  # noqa: S603 (a fixed program without a shell; recipients stand in the note)
        [_SENDMAIL, "-t", "-i"], input=note.as_bytes(), check=True, timeout=_PATIENCE_S, capture_output=True
    )
