"""what people are called, and schemes taken over"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('takeover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(length=120), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False),
    sa.Column('basis', sa.String(length=20), nullable=False),
    sa.Column('stated_by', sa.String(length=60), nullable=False),
    sa.Column('stated_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('import_id')
    )
    with op.batch_alter_table('takeover') as batch_op:
        batch_op.create_index(batch_op.f('ix_takeover_programme_id'), ['programme_id'])
    # Not in a batch that would make a table anew: SQLite would delete the rows that lead to it.
    op.add_column('person', sa.Column('known_as', sa.String(length=40), nullable=False, server_default=''))
    op.add_column('membership', sa.Column('notified_at', columns.UTCDateTime(timezone=True), nullable=True))
    op.add_column('membership', sa.Column('reminded_at', columns.UTCDateTime(timezone=True), nullable=True))
    op.add_column('outbox_message', sa.Column('known_as', sa.String(), nullable=True))
    op.add_column('importfile', sa.Column('workbook', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('importfile', 'workbook')
    op.drop_column('outbox_message', 'known_as')
    op.drop_column('membership', 'reminded_at')
    op.drop_column('membership', 'notified_at')
    op.drop_column('person', 'known_as')
    op.drop_table('takeover')
