"""stories of rounds and organising time"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('round_story',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('went', sa.Text(), nullable=False),
    sa.Column('changes', sa.Text(), nullable=False),
    sa.Column('picked', sa.JSON(), nullable=False),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('edited_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('edited_by', sa.String(length=60), nullable=False),
    sa.Column('public_since', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id')
    )
    with op.batch_alter_table('round_story') as batch_op:
        batch_op.create_index(batch_op.f('ix_round_story_programme_id'), ['programme_id'])
    op.create_table('organising_time',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('noted_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'by')
    )
    with op.batch_alter_table('organising_time') as batch_op:
        batch_op.create_index(batch_op.f('ix_organising_time_organisation_id'), ['organisation_id'])


def downgrade() -> None:
    op.drop_table('organising_time')
    op.drop_table('round_story')
