"""reviews and the agenda"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

AGREEMENT = sa.table('agreement', *map(sa.column, ('id', 'programme_id', 'subject', 'version')))
SCHEDULE = sa.table('schedule', *map(sa.column, ('programme_id', 'rhythm')))
VERSION = sa.table(
    'agreementversion', *map(sa.column, ('agreement_id', 'number')), sa.column('settings', sa.JSON())
)
PROPOSAL = sa.table('proposal', *map(sa.column, ('id', 'programme_id', 'subject', 'state')))
PROPOSED = sa.table(
    'proposalversion', *map(sa.column, ('proposal_id', 'number')), sa.column('settings', sa.JSON())
)


def upgrade() -> None:
    for table in ('agreementversion', 'proposalversion'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column('figure', sa.String(length=20), server_default='', nullable=False))
            batch_op.add_column(sa.Column('bound', sa.Integer(), nullable=True))
    with op.batch_alter_table('agreementversion') as batch_op:
        batch_op.add_column(sa.Column('measured', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('renewed_on', sa.Date(), nullable=True))
    with op.batch_alter_table('proposal') as batch_op:
        batch_op.add_column(sa.Column('is_objection', sa.Boolean(), server_default='0', nullable=False))
    with op.batch_alter_table('round') as batch_op:
        batch_op.add_column(sa.Column('matching_version', sa.Integer(), server_default='0', nullable=False))

    op.create_table('review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('left_seconds', sa.Integer(), nullable=False),
    sa.Column('telling', sa.Boolean(), nullable=False),
    sa.Column('ended_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('review') as batch_op:
        batch_op.create_index(batch_op.f('ix_review_programme_id'), ['programme_id'])
        batch_op.create_index(batch_op.f('ix_review_ended_at'), ['ended_at'])

    op.create_table('reviewed',
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id']),
    sa.ForeignKeyConstraint(['review_id'], ['review.id']),
    sa.PrimaryKeyConstraint('review_id', 'agreement_id')
    )
    with op.batch_alter_table('reviewed') as batch_op:
        batch_op.create_index(batch_op.f('ix_reviewed_agreement_id'), ['agreement_id'])

    op.create_table('review_answer',
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('answered_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id']),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['review_id'], ['review.id']),
    sa.PrimaryKeyConstraint('review_id', 'agreement_id', 'person_id')
    )
    with op.batch_alter_table('review_answer') as batch_op:
        batch_op.create_index(batch_op.f('ix_review_answer_person_id'), ['person_id'])

    op.create_table('agenda_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('raised', sa.String(length=20), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=True),
    sa.Column('because', sa.String(length=200), nullable=False),
    sa.Column('raised_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('told_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id']),
    sa.ForeignKeyConstraint(['group_id'], ['conversation_group.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('agenda_item') as batch_op:
        for column in ('agreement_id', 'group_id', 'person_id', 'programme_id'):
            batch_op.create_index(batch_op.f(f'ix_agenda_item_{column}'), [column])
    op.execute("""
        UPDATE round SET matching_version = (
            SELECT version FROM agreement a WHERE a.programme_id = round.programme_id AND a.subject = 'matching')
        WHERE state = 'draft'
        """)
    _add_rhythms(op.get_bind())


def _add_rhythms(connection: sa.Connection) -> None:
    """How often rounds begin belongs to "our days" from now on, in force and in what is still proposed."""
    rhythms = {row.programme_id: row.rhythm for row in connection.execute(sa.select(SCHEDULE))}
    days = sa.select(AGREEMENT).where(AGREEMENT.c.subject == 'days')
    for row in connection.execute(days).all():
        of = (VERSION.c.agreement_id == row.id) & (VERSION.c.number == row.version)
        _add_rhythm(connection, VERSION, of, rhythms.get(row.programme_id, ''))
    live = sa.select(PROPOSAL).where(
        PROPOSAL.c.subject == 'days', PROPOSAL.c.state.in_(('draft', 'waiting', 'open'))
    )
    for row in connection.execute(live).all():
        of = PROPOSED.c.proposal_id == row.id
        _add_rhythm(connection, PROPOSED, of, rhythms.get(row.programme_id, ''))


def _add_rhythm(
    connection: sa.Connection, table: sa.TableClause, of: sa.ColumnElement[bool], rhythm: str
) -> None:
    for row in connection.execute(sa.select(table).where(of)).mappings().all():
        number = table.c.number == row['number']
        settings = dict(row['settings']) | {'rhythm': rhythm}
        connection.execute(sa.update(table).where(of, number).values(settings=settings))


def downgrade() -> None:
    for table in ('agenda_item', 'review_answer', 'reviewed', 'review'):
        op.drop_table(table)
    with op.batch_alter_table('round') as batch_op:
        batch_op.drop_column('matching_version')
    with op.batch_alter_table('proposal') as batch_op:
        batch_op.drop_column('is_objection')
    with op.batch_alter_table('agreementversion') as batch_op:
        batch_op.drop_column('renewed_on')
        batch_op.drop_column('measured')
    for table in ('proposalversion', 'agreementversion'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column('bound')
            batch_op.drop_column('figure')
