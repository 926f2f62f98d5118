"""The desk of the jobs, set up from the settings: where letters go, and what they say of the house."""

from __future__ import annotations

from typing import cast

from api.settings import MailFolder, MailServer, Settings, WrongSettings
from jobs.post import FilePost, Post, SmtpPost, Tls
from jobs.post_letters import Desk


def of(settings: Settings) -> Desk:
    """Raises WrongSettings where the key, the house's address, the mail server or the sender's address is missing."""
    if settings.mail_from is None:
        raise WrongSettings("RENKEI_MAIL_FROM が設定されていません。差出人のメールアドレスを設定してください。")
    return Desk(_post(settings.smtp), settings.needed_base_url(), settings.mail_from, settings.needed_secret())


def _post(server: MailServer | MailFolder | None) -> Post:
    if server is None:
        raise WrongSettings(
            "RENKEI_SMTP_URL が設定されていません。smtp://… か、閉じたネットワークなら file:///… を設定してください。"
        )
    if isinstance(server, MailFolder):
        return FilePost(server.path)
    return SmtpPost(server.host, server.port, cast(Tls, server.tls), server.user, server.password)
