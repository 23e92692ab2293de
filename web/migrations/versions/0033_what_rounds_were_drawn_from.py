"""what rounds were drawn from"""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('draw_record',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('matcher_version', sa.Integer(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.Column('people', sa.LargeBinary(), nullable=True),
    sa.Column('sent', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id')
    )


def downgrade() -> None:
    op.drop_table('draw_record')
