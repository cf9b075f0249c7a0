"""The first tables.

A migration is never edited once it has landed: the next change is another file.
"""

from alembic import op

from warehouse.state.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    metadata.create_all(op.get_bind())
