"""The desk of the jobs, set up from the settings: where letters go, and what they say of the house."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from api.settings import MailboxServer, MailFolder, MailServer, Settings, WrongSettings
from domain.gathering import Gathering
from jobs.mailbox import ImapMailbox, Mailbox
from jobs.post import FilePost, Post, SmtpPost, Tls
from jobs.post_letters import Desk


def of(settings: Settings) -> Desk:
    """Raises WrongSettings where the key, the house's address, the mail server or the sender's address is missing."""
    if settings.mail_from is None:
        raise WrongSettings("RENKEI_MAIL_FROM が設定されていません。差出人のメールアドレスを設定してください。")
    base_url, secret, mailbox = settings.needed_base_url(), settings.needed_secret(), settings.imap
    proves = mailbox.proves if mailbox else None
    gathering = Gathering(timedelta(minutes=settings.gather_minutes), settings.tells_texts)
    post = _post(settings.smtp)
    return Desk(post, base_url, settings.mail_from, secret, _mailbox(mailbox), proves, gathering)


def _mailbox(server: MailboxServer | None) -> Mailbox | None:
    if server is None:
        return None
    user, password = server.user or "", server.password or ""
    return ImapMailbox(server.host, server.port, cast(Tls, server.tls), user, password, server.folder)


def _post(server: MailServer | MailFolder | None) -> Post:
    if server is None:
        raise WrongSettings(
            "RENKEI_SMTP_URL が設定されていません。smtp://… か、閉じたネットワークなら file:///… を設定してください。"
        )
    if isinstance(server, MailFolder):
        return FilePost(server.path)
    return SmtpPost(server.host, server.port, cast(Tls, server.tls), server.user, server.password)
