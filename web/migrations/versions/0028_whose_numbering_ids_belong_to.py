"""whose numbering ids belong to

A name drawn at random, from the first message on that is made after this.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table('outbox_origin',
    sa.Column('first_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('first_id')
    )
    # What was made before keeps the ids it has travelled under.
    last = op.get_bind().execute(sa.text('SELECT max(id) FROM outbox_message')).scalar() or 0
    op.bulk_insert(made, [{'first_id': last + 1, 'name': secrets.token_hex(6), 'since': datetime.now(UTC)}])


def downgrade() -> None:
    op.drop_table('outbox_origin')
