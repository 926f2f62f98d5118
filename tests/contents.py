"""What the whole database holds, as one number for each table: to see that something changed nothing."""

from domain import database

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
NUMBER = "SELECT md5(string_agg(line::text, ' ' ORDER BY line::text)) AS number FROM {} AS line"


async def contents() -> dict[str, str]:
    """Of each table the MD5 of all its rows."""
    names = [row["tablename"] for row in await database.rows(TABLES)]
    return {name: (await database.rows(NUMBER.format(name)))[0]["number"] for name in names}
