"""places that refuse us"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('destination',
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('reported', sa.Boolean(), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('probe_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('provider', 'place')
    )
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_message_failed', ['settled_at'], unique=False, sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'"))

    with op.batch_alter_table('provider_pace', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused_for', sa.String(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('provider_pace', schema=None) as batch_op:
        batch_op.drop_column('paused_for')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_failed', sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'"))

    op.drop_table('destination')
