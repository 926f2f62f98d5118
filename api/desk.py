"""The desk of the jobs, set up from the settings: where letters go, and what they say of the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

from api.settings import MailboxServer, MailFolder, MailServer, Settings, WrongSettings
from domain.errors import Incomplete
from domain.gathering import Gathering
from jobs import letters
from jobs.mail import UNSEALED, Seals
from jobs.mailbox import ImapMailbox, Mailbox
from jobs.post import FilePost, Post, SmtpPost, Tls
from jobs.post_letters import Desk


def of(settings: Settings) -> Desk:
    """Raises WrongSettings where the key, the house's address, the mail server or the sender's address is missing, or
    a file that the settings name cannot be used."""
    if settings.mail_from is None:
        raise WrongSettings("RENKEI_MAIL_FROM が設定されていません。差出人のメールアドレスを設定してください。")
    return Desk(
        _post(settings.smtp, _seals(settings)),
        settings.needed_base_url(),
        settings.mail_from,
        settings.needed_secret(),
        _mailbox(settings.imap),
        settings.imap.proves if settings.imap else None,
        Gathering(timedelta(minutes=settings.gather_minutes), settings.tells_texts),
        _templates(settings.letters),
        settings.quiet,
        settings.tags_mail,
    )


def _seals(settings: Settings) -> Seals:
    if settings.dkim is None and settings.smime is None:
        return UNSEALED
    from jobs.signing import NoKey, load_dkim, load_smime  # half as long to load as all the rest, for whoever has keys

    with _naming("RENKEI_DKIM", NoKey):
        dkim = load_dkim(*vars(settings.dkim).values()) if settings.dkim else None
    with _naming("RENKEI_SMIME", NoKey):
        smime = load_smime(settings.smime.directory, settings.smime.domains) if settings.smime else None
    return Seals(dkim, smime)


def _templates(own: Path | None) -> Path | None:
    with _naming("RENKEI_LETTERS", Incomplete):
        if own is not None:
            letters.must_be_usable(own)
    return own


@contextmanager
def _naming(setting: str, refusal: type[Exception]) -> Iterator[None]:
    """What a file is refused for, with the setting that names it."""
    try:
        yield
    except refusal as refused:
        raise WrongSettings(f"{setting}: {refused}") from None


def _mailbox(server: MailboxServer | None) -> Mailbox | None:
    if server is None:
        return None
    user, password = server.user or "", server.password or ""
    return ImapMailbox(server.host, server.port, cast(Tls, server.tls), user, password, server.folder)


def _post(server: MailServer | MailFolder | None, seals: Seals) -> Post:
    if server is None:
        raise WrongSettings(
            "RENKEI_SMTP_URL が設定されていません。smtp://… か、閉じたネットワークなら file:///… を設定してください。"
        )
    if isinstance(server, MailFolder):
        return FilePost(server.path, seals)
    return SmtpPost(server.host, server.port, cast(Tls, server.tls), server.user, server.password, seals=seals)
