"""What real mail servers send back of a letter, and what somebody's holiday does: Postfix, Dovecot and its Sieve."""

from email.message import EmailMessage
from email.policy import SMTP as POLICY
from smtplib import SMTP
from typing import Any

import pytest

from domain.incoming import IncomingKind, IncomingMail, IncomingStatus
from jobs.post import SmtpPost
from jobs.post_letters import Desk, Outcome, post_letters
from jobs.take_in_mail import take_in_mail
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, invitation
from tests.jobs.letters_at_hand import letter
from tests.jobs.servers import AWAY, DESK, UNKNOWN, MailServers
from tests.make import Town

pytestmark = pytest.mark.judged_by("Postfix and Dovecot")


def at_work(servers: MailServers, **over: Any) -> Desk:
    post = SmtpPost("127.0.0.1", servers.smtp, "none", patience=5)
    return Desk(post, "https://renkei.example", DESK, "k" * 32, mailbox=servers.box(DESK).ours(), **over)


@pytest.mark.parametrize("tags", [False, True])
def test_an_invitation_that_the_next_server_refuses_is_marked_by_what_postfix_writes_of_it(
    play: Any, mail_servers: MailServers, tags: bool
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        desk = at_work(mail_servers, tags=tags)
        assert await post_letters(NOW, desk) == {Outcome.POSTED: 1}
        mail_servers.at(DESK).await_mails(1)
        assert await take_in_mail(SOON, desk) == {IncomingStatus.WAITING: 1}
        marked = await asked.letter()
        assert (marked.returned_at, marked.returned_code) == (SOON, "5.1.1")
        kept = await IncomingMail.get()
        assert (kept.kind, kept.letter_id) == (IncomingKind.BOUNCE, marked.id)

    assert ADDRESS == UNKNOWN
    play(story)


def test_a_holiday_is_filed_and_no_letter_of_ours_makes_anybody_tell_of_theirs(
    play: Any, mail_servers: MailServers
) -> None:
    async def story(town: Town) -> None:
        desk, away = at_work(mail_servers), mail_servers.box(AWAY)
        await desk.post.post(letter(sender_address=DESK, to_address=AWAY))
        away.await_mails(1)
        by_hand(mail_servers)
        [told] = mail_servers.at(DESK).await_mails(1)
        assert b"In-Reply-To: <by-hand@police.example>" in told
        assert await take_in_mail(SOON, desk) == {IncomingStatus.FILED: 1}
        kept = await IncomingMail.get()
        assert (kept.kind, kept.sender) == (IncomingKind.AUTOMATIC, AWAY)

    play(story)


def by_hand(servers: MailServers) -> None:
    """A mail that an officer writes in a mail program."""
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"], mail["Message-ID"] = DESK, AWAY, "<by-hand@police.example>"
    mail["Subject"] = "訓練の件"
    mail.set_content("お世話になっております。")
    with SMTP("127.0.0.1", servers.smtp, timeout=10) as server:
        server.send_message(mail)
