"""no message id twice

On SQLite, 0021 used to make the table of messages anew and forgot AUTOINCREMENT over it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite' and not _has_autoincrement():
        with op.batch_alter_table(
            'outbox_message', recreate='always', table_kwargs={'sqlite_autoincrement': True}
        ):
            pass


def _has_autoincrement() -> bool:
    made = sa.text("SELECT sql FROM sqlite_master WHERE name = 'outbox_message'")
    return 'AUTOINCREMENT' in op.get_bind().execute(made).scalar_one()


def downgrade() -> None:
    pass
