"""What a form of ours sends: read with limits, before anything of it is believed."""

from __future__ import annotations

from contextlib import aclosing
from urllib.parse import parse_qsl

from starlette.requests import Request

from domain.errors import Invalid

LONGEST = 24 * 1024
"""Room for the longest answer: twenty names and a remark, each letter of which is up to twelve octets as it is sent."""


async def read(request: Request) -> dict[str, str]:
    """The fields of an `application/x-www-form-urlencoded` body. Raises Invalid for what no form of ours sends."""
    try:
        return dict(parse_qsl((await body_of(request)).decode(), True, errors="strict", max_num_fields=10))
    except ValueError as error:
        raise Invalid("送られた内容を読み取れません。このページのボタンで送ってください。") from error


async def body_of(request: Request, longest: int = LONGEST) -> bytes:
    """All that was sent. Raises Invalid for more than so many bytes, as soon as there are."""
    body = b""
    async with aclosing(request.stream()) as parts:
        async for part in parts:
            body += part
            if len(body) > longest:
                raise Invalid("送られた内容が長すぎます。短くしてください。")
    return body
