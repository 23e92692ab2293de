"""where organisers are signed in"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organiser_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('organiser_id', sa.String(length=20), nullable=False),
    sa.Column('browser', sa.String(length=60), nullable=False),
    sa.Column('signed_in_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest')
    )
    with op.batch_alter_table('organiser_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organiser_session_organiser_id'), ['organiser_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('organiser_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organiser_session_organiser_id'))

    op.drop_table('organiser_session')
