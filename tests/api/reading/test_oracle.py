"""The reader answers as plain resolvers over the same declarations do, whatever is asked and whoever asks."""

from time import time_ns

import pytest

from api import reading
from tests.api.reading import town
from tests.api.reading.comparing import compare, sampled
from tests.api.reading.oracle import Oracle
from tests.api.reading.townsfolk import ACTORS, CACHES, SCHEMA

SLOW = reading.schema(town.Query, extensions=[*CACHES, Oracle], reader=None)
SCALARS = {
    "Int": [0, 1, 2, 3, 4],
    "String": ["b", "B", "a", "100%", "_", "%", "'", '"', "内部", "青浜", "", "\\"],
    "DateTime": ["2026-07-08T12:00:00+09:00", "2026-07-08T13:00:00.12+09:00", "2026-07-08T20:00:00Z"],
    "Date": ["2026-07-08", "2026-07-09", "2026-07-10"],
}


@pytest.mark.parametrize("who", ACTORS)
def test_the_reader_answers_like_plain_resolvers(in_town, who, full):
    wanted, seed = (2000, time_ns()) if full else (40, 20260708)

    async def story():
        samples = await sampled(SCHEMA._schema, ACTORS[who], SCALARS)
        return await compare(SCHEMA, SLOW, ACTORS[who], samples, wanted, seed)

    seen = in_town(story())
    assert all(seen[part] for part in ("...F", "... on", "@skip", "last:", "after:", "before:", "filter:", "node("))
    assert seen["too large"] < seen["equal"]
