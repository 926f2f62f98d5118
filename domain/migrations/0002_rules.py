"""What the database itself refuses or looks up quickly, where a model cannot say it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# One list per concept, in the order of the file names; each statement is sent alone.
EXTENSIONS = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        ops.RunSQL(EXTENSIONS),
    ]
