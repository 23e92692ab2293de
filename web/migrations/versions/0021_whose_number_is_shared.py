"""whose number is shared"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('shares_number', sa.Boolean(), nullable=False, server_default='0'))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('shares_number', sa.Boolean(), nullable=False, server_default='0'))
        batch_op.create_index('ix_person_shares_number', ['shares_number'], unique=False)

    person = sa.table('person', sa.column('phone'), sa.column('phone_verified_at'), sa.column('shares_number'))
    confirmed = person.c.phone_verified_at.is_not(None)
    shared = sa.select(person.c.phone).where(confirmed).group_by(person.c.phone).having(sa.func.count() > 1)
    op.execute(sa.update(person).where(confirmed, person.c.phone.in_(shared)).values(shares_number=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index('ix_person_shares_number')
        batch_op.drop_column('shares_number')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_column('shares_number')
