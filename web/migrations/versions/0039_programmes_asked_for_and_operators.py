"""programmes asked for, former addresses and operators"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('programme_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('founder', sa.String(length=20), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('contact', sa.String(length=254), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('helpers', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('founder')
    )
    with op.batch_alter_table('programme_request') as batch_op:
        batch_op.create_index(batch_op.f('ix_programme_request_email_key'), ['email_key'])
        batch_op.create_index(batch_op.f('ix_programme_request_programme_id'), ['programme_id'])
    op.create_table('former_address',
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('until', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('slug')
    )
    with op.batch_alter_table('former_address') as batch_op:
        batch_op.create_index(batch_op.f('ix_former_address_programme_id'), ['programme_id'])
    # Not in a batch that would make a table anew: SQLite would delete the rows that lead to it.
    op.add_column('organiser', sa.Column('operates_since', columns.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('organiser', 'operates_since')
    op.drop_table('former_address')
    op.drop_table('programme_request')
