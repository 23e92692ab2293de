"""what organisers change in a draft"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('roundchange',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.Column('at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'version')
    )
    op.create_table('thisonce',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('is_in', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'person_id')
    )
    with op.batch_alter_table('thisonce', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thisonce_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.add_column(sa.Column('locked', sa.Boolean(), nullable=False, server_default='0'))

    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.add_column(sa.Column('best', sa.JSON(), nullable=False, server_default='{}'))



def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('best')

    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.drop_column('locked')

    with op.batch_alter_table('thisonce', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thisonce_person_id'))

    op.drop_table('thisonce')
    op.drop_table('roundchange')
