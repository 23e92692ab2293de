"""people by name, and entries merged"""

import unicodedata

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auditentry_subject'), ['subject'], unique=False)

    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.add_column(sa.Column('signed_for', sa.String(length=20), nullable=True))

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('suspended_because', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('name_key', sa.String(length=120), nullable=True))
        batch_op.create_index('ix_membership_by_joining', ['programme_id', 'joined_at', 'person_id'], unique=False)
        batch_op.create_index('ix_membership_by_name', ['programme_id', 'name_key', 'person_id', 'organisation_id'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into', sa.String(length=20), nullable=True))
        batch_op.create_index(batch_op.f('ix_person_merged_into'), ['merged_into'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_unreachable'), ['unreachable'], unique=False)

    _file_by_name()


def _file_by_name() -> None:
    """What `web.models.folding` makes of a name today; as a migration, it stays what it was."""
    connection = op.get_bind()
    person = sa.table('person', sa.column('id'), sa.column('name'))
    place = sa.table('membership', sa.column('person_id'), sa.column('name_key'))
    of_each = place.update().where(place.c.person_id == sa.bindparam('who')).values(name_key=sa.bindparam('key'))
    named = connection.execute(sa.select(person.c.id, person.c.name).where(person.c.name != '')).all()
    if named:
        connection.execute(of_each, [{'who': who, 'key': _folded(name)} for who, name in named])


def _folded(name: str) -> str:
    plain = unicodedata.normalize('NFKD', name).casefold()
    letters = ''.join(letter for letter in plain if not unicodedata.combining(letter))
    return ' '.join(letters.split())[:120]


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_unreachable'))
        batch_op.drop_index(batch_op.f('ix_person_merged_into'))
        batch_op.drop_column('merged_into')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('ix_membership_by_name')
        batch_op.drop_index('ix_membership_by_joining')
        batch_op.drop_column('name_key')
        batch_op.drop_column('suspended_because')

    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_column('signed_for')

    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auditentry_subject'))

