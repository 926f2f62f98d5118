"""The page on which somebody checks whether a mail is ours: for everybody, with every address and number of a unit."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from api.house import Marks
from api.marks import marks_of
from api.settings import DkimKey, Settings, SmimeKeys
from domain import units
from domain.units import Unit, UnitKind
from tests.api.entering import browser, text_of
from tests.clock import NOW
from tests.domain.test_walls import another_prefecture
from tests.make import Town


def test_everybody_reads_from_where_we_write_and_whom_to_call(play: Any) -> None:
    async def story(town: Town) -> None:
        await Unit.filter(id=town.other_station.id).update(retired_on=NOW.date())
        await Unit.filter(id=town.section.id).update(mail_address="", phone="000-0000-0009")
        async with browser(marks=Marks("renkei@police.aohama.example")) as one:
            page = await one.get("/genuine")
            text = " ".join(text_of(page).split())
        assert page.status_code == 200
        assert "青浜第1警察署 station1@police.aohama.example 代表電話 000-0000-0101" in text
        assert f"{town.section.name} renkei@police.aohama.example 代表電話 000-0000-0009" in text
        assert "青浜第2警察署" not in text
        assert "https://renkei.example/ で始まる" in text
        assert "DKIM" not in text
        assert "試﨑" not in text

    play(story)


def test_headquarters_come_before_the_stations_and_neighbours_with_one_address_stand_together(play: Any) -> None:
    async def story(town: Town) -> None:
        below = {"parent_id": town.station.id, "kind": UnitKind.SECTION, "code": "9001", "name": "生活安全課"}
        same = {"phone": town.station.phone, "mail_address": town.station.mail_address}
        await units.establish(town.admin, **below, name_kana="アアア", **same)
        async with browser() as one:
            page = await one.get("/genuine")
        assert re.findall("<h3>(.+?)</h3>", page.text) == ["本部", "警察署"]
        top, stations = re.findall("<dt>(.+?)</dt>", page.text)[0], re.findall("<dt>(.+?)</dt>", page.text)[1:]
        assert top == f"{town.prefecture.name}、{town.prefecture.name}本部、{town.section.name}"
        assert stations == ["青浜第1警察署、生活安全課", "青浜第2警察署"]

    play(story)


def test_of_several_prefectures_each_has_its_own_groups(play: Any) -> None:
    async def story(town: Town) -> None:
        await Unit.filter(id=(await another_prefecture(town)).id).update(phone="000-0000-0002")
        async with browser() as one:
            page = await one.get("/genuine")
        groups = {f"{town.prefecture.name} 本部", f"{town.prefecture.name} 警察署", "紅浜県警察 本部"}
        assert set(re.findall("<h3>(.+?)</h3>", page.text)) == groups

    play(story)


def test_how_mails_are_signed_is_said_where_they_are(play: Any, tmp_path: Path) -> None:
    own = certificate(tmp_path / "station1@police.aohama.example.pem")
    (tmp_path / "torn.pem").write_text("-----BEGIN CERTIFICATE-----")
    marks = marks_of(
        Settings(
            dkim=DkimKey(tmp_path / "dkim.pem", "renkei2026", "police.aohama.example"),
            smime=SmimeKeys(tmp_path, frozenset({"denryoku.example"})),
        )
    )

    async def story(_: Town) -> None:
        async with browser(marks=marks) as one:
            text = " ".join(text_of(await one.get("/genuine")).split())
        assert "ドメイン（d=） police.aohama.example 、セレクター（s=） renkei2026" in text
        fingerprint = own.fingerprint(hashes.SHA256()).hex(":").upper()
        assert f"station1@police.aohama.example {fingerprint}" in text
        assert "torn" not in text
        assert "PRIVATE" not in repr(marks)

    play(story)


def certificate(path: Path) -> x509.Certificate:
    """One of its own making, in the file in which the jobs find it with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, path.stem)])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(begins).not_valid_after(begins + timedelta(days=900))
    own = built.sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + own.public_bytes(serialization.Encoding.PEM))
    return own
