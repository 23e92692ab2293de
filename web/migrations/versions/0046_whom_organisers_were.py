"""whom organisers were"""

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organiser_was',
    sa.Column('organiser_id', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('organiser_id', 'person_id')
    )
    with op.batch_alter_table('organiser_was', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organiser_was_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('organiser_was', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organiser_was_person_id'))

    op.drop_table('organiser_was')
