"""What proves that a letter is ours, judged by others: dkimpy's verifier and the `openssl` command."""

import asyncio
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from jobs.mail import Seals, message
from jobs.post import FilePost, SmtpPost
from jobs.signing import NoKey, load_dkim, load_smime
from tests.jobs.letters_at_hand import ICS, LETTER, Office, letter, open_office
from tests.jobs.mailbox_at_hand import Box
from tests.judging import is_here

SENDER = LETTER.sender_address
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@dataclass(frozen=True)
class Keys:
    """A key as an operator keeps it: alone for DKIM, with its certificate for S/MIME."""

    dkim: Path
    smime: Path
    certificate: Path
    dns: bytes


def pem(key: Any) -> bytes:
    plain = serialization.NoEncryption()
    return bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain))


def certificate(key: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "青浜県警察本部 サイバー犯罪対策課")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = datetime.now(UTC)
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(SENDER)]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(PEM)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: Any) -> Keys:
    place = tmp_path_factory.mktemp("keys")
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    (place / "smime").mkdir()
    whole = Keys(place / "dkim.pem", place / "smime", place / "ours.crt", b"v=DKIM1; k=rsa; p=" + b64encode(public))
    whole.dkim.write_bytes(pem(key))
    whole.certificate.write_bytes(certificate(key))
    (whole.smime / f"{SENDER}.pem").write_bytes(pem(key) + whole.certificate.read_bytes())
    return whole


def with_dkim(keys: Keys, domain: str = "police.example") -> Seals:
    return Seals(dkim=load_dkim(keys.dkim, "renkei", domain))


def with_smime(keys: Keys, *domains: str) -> Seals:
    return Seals(smime=load_smime(keys.smime, frozenset(domains or ("partner.example",))))


def is_genuine(mail: bytes, keys: Keys) -> bool:
    def dns(name: bytes, timeout: int = 5) -> bytes | None:
        return keys.dns if name == b"renkei._domainkey.police.example." else None

    return bool(dkim.verify(mail, dnsfunc=dns))


def verified(mail: bytes, keys: Keys, place: Path, command: str) -> bytes | None:
    """The content as `openssl` hands it out, or nothing where it does not believe the signature."""
    (place / "signed.eml").write_bytes(mail)
    files = ["-in", str(place / "signed.eml"), "-CAfile", str(keys.certificate), "-out", str(place / "content")]
    strict = ["openssl", command, "-verify", "-purpose", "any", *files]
    told = subprocess.run(strict, capture_output=True, check=False)
    return (place / "content").read_bytes() if told.returncode == 0 else None


def both_hold(mail: bytes, keys: Keys, place: Path) -> bool:
    """Whether DKIM and S/MIME are believed; the latter as far as `openssl` is here."""
    signed = mail[mail.index(b"From: ") :]
    return is_genuine(mail, keys) and (not is_here("openssl") or verified(signed, keys, place, "cms") is not None)


def test_a_mail_server_finds_our_signature_genuine(keys: Keys) -> None:
    mail = message(LETTER, with_dkim(keys))
    assert is_genuine(mail, keys)
    assert mail.endswith(message(LETTER))
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Date: Sat, 21 Nov", b"Date: Sun, 22 Nov"),
        (b"To: ", b"To: evil@x.example, "),
        (b"From: ", b"From: evil@x.example\r\nFrom: "),
        (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
        (b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 7bit"),
    ],
)
def test_whatever_is_changed_on_the_way_shows(keys: Keys, before: bytes, after: bytes) -> None:
    mail = message(LETTER, with_dkim(keys))
    assert before in mail
    assert not is_genuine(mail.replace(before, after, 1), keys)


def test_the_signature_speaks_for_the_organizers_domain_and_for_no_other(keys: Keys) -> None:
    parsed = message_from_bytes(message(LETTER, with_dkim(keys)), policy=default)
    tags = dict(part.strip().split("=", 1) for part in parsed["DKIM-Signature"].split(";"))
    assert (tags["d"], tags["s"], tags["a"]) == ("police.example", "renkei", "rsa-sha256")
    below = letter(sender_address="invite@cyber.police.example")
    assert is_genuine(message(below, with_dkim(keys)), keys)
    for stranger in ("notpolice.example", "other.example"):
        elsewhere = letter(sender_address=f"invite@{stranger}")
        assert message(elsewhere, with_dkim(keys)) == message(elsewhere)


@pytest.mark.judged_by("openssl")
@pytest.mark.parametrize("command", ["cms", "smime"])
def test_openssl_finds_a_signed_invitation_genuine_and_hands_it_out_as_it_was(
    keys: Keys, tmp_path: Path, command: str
) -> None:
    mail = message(LETTER, with_smime(keys))
    content = verified(mail, keys, tmp_path, command)
    assert content is not None
    inner = message_from_bytes(content, policy=default)
    kinds = [part.get_content_type() for part in inner.walk()]
    assert kinds[-2:] == ["text/calendar", "application/ics"]
    assert [part.get_payload(decode=True) for part in inner.walk()][-2:] == [ICS, ICS]
    assert message(LETTER).endswith(content)
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 78


@pytest.mark.judged_by("openssl")
def test_openssl_does_not_believe_an_invitation_that_was_changed(keys: Keys, tmp_path: Path) -> None:
    mail = message(LETTER, with_smime(keys))
    changed = mail.replace(b'name="invite.ics"', b'name="invoice.ics"', 1)
    assert changed != mail
    assert verified(changed, keys, tmp_path, "cms") is None


def test_the_signed_mail_has_the_heads_and_the_shape_of_rfc_8551(keys: Keys) -> None:
    mail = message_from_bytes(message(LETTER, with_smime(keys)), policy=default)
    assert isinstance(mail, EmailMessage)
    names = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert list(mail.keys()) == names
    assert mail["Content-Type"].params["protocol"] == "application/pkcs7-signature"
    assert mail["Content-Type"].params["micalg"] == "sha-256"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/mixed", "application/pkcs7-signature"]
    assert mail.defects == []


def test_only_the_recipients_that_are_named_get_signed_content_and_only_from_whom_has_a_certificate(keys: Keys) -> None:
    assert message(LETTER, with_smime(keys, "other.example")) == message(LETTER)
    stranger = letter(sender_address="renkei@police.example")
    assert message(stranger, with_smime(keys)) == message(stranger)
    capitals = letter(to_address="Taro@Partner.Example", sender_address="Cyber-Invite@police.example")
    assert b"multipart/signed" in message(capitals, with_smime(keys))


def test_a_letter_may_have_both_seals_and_both_hold_when_it_arrives(keys: Keys, tmp_path: Path) -> None:
    seals, office = Seals(with_dkim(keys).dkim, with_smime(keys).smime), Office()

    async def scene() -> None:
        async with open_office(office) as port:
            await SmtpPost("127.0.0.1", port, "none", patience=5, seals=seals).post(LETTER)
        await FilePost(tmp_path / "mail", seals).post(LETTER)

    asyncio.run(scene())
    [arrived], [file] = office.delivered, list((tmp_path / "mail").iterdir())
    for mail in (arrived, file.read_bytes()):
        assert both_hold(mail, keys, tmp_path)


def test_over_a_real_mail_server_into_a_real_mailbox_not_one_byte_of_it_becomes_another(
    keys: Keys, tmp_path: Path, box: Box
) -> None:
    seals, fetched = Seals(with_dkim(keys).dkim, with_smime(keys).smime), []
    plainly = letter(message_id="<plain@renkei.example>", to_address=box.user)

    async def scene() -> None:
        async with way_into(box) as port:
            await SmtpPost("127.0.0.1", port, "none", patience=5, seals=seals).post(letter(to_address=box.user))
            await SmtpPost("127.0.0.1", port, "none", patience=5).post(plainly)

        async def take(mail: bytes) -> bool:
            fetched.append(mail)
            return True

        box.await_mails(2)
        await box.ours().empty(LETTER.date, take)

    asyncio.run(scene())
    plain, sealed = sorted(fetched, key=len)
    assert both_hold(sealed, keys, tmp_path)
    assert plain.rstrip().endswith(message(plainly).rstrip())
    for mail in (plain, sealed):
        parts = [part for part in message_from_bytes(mail, policy=default).walk() if "/ics" in part.get_content_type()]
        calendars = [part for part in message_from_bytes(mail).walk() if part.get_content_type() == "text/calendar"]
        assert [part.get_payload(decode=True) for part in (*parts, *calendars)] == [ICS, ICS]


@asynccontextmanager
async def way_into(box: Box) -> AsyncIterator[int]:
    """The port of a mail server that delivers into the mailbox."""
    if box.smtp is not None:
        yield box.smtp
        return
    office = Office()
    async with open_office(office) as port:
        yield port
    box.put(*office.delivered)


def test_no_key_is_ever_shown(keys: Keys) -> None:
    seals = Seals(with_dkim(keys).dkim, with_smime(keys).smime)
    assert "PRIVATE" not in repr(seals)
    assert "Identity" not in repr(seals)


def written(place: Path, content: bytes) -> Path:
    place.write_bytes(content)
    return place


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nTk8=\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_key_is_refused_by_name_and_nothing_of_it_is_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoKey, match=r"dkim\.pem.*秘密鍵") as told:
        load_dkim(written(tmp_path / "dkim.pem", content), "renkei", "police.example")
    assert "Tk8" not in str(told.value)


def test_a_key_that_is_too_short_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())):
        with pytest.raises(NoKey, match="2048ビット以上のRSA"):
            load_dkim(written(tmp_path / "dkim.pem", pem(key)), "renkei", "police.example")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match=r"missing\.pem がありません"):
        load_dkim(tmp_path / "missing.pem", "renkei", "police.example")
    with pytest.raises(NoKey, match=r"署名用のファイル.*がありません"):
        load_smime(tmp_path / "missing", frozenset({"partner.example"}))


def test_a_certificate_that_is_missing_or_of_another_key_is_refused(keys: Keys, tmp_path: Path) -> None:
    other, domains = pem(rsa.generate_private_key(65537, 2048)), frozenset({"partner.example"})
    file = written(tmp_path / f"{SENDER}.pem", other)
    with pytest.raises(NoKey, match="証明書（CERTIFICATE）がありません"):
        load_smime(tmp_path, domains)
    written(file, other + keys.certificate.read_bytes())
    with pytest.raises(NoKey, match="同じファイルの秘密鍵のものではありません"):
        load_smime(tmp_path, domains)
