"""agreements by consent"""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

VERSION = sa.table(
    'agreementversion',
    *map(sa.column, ('agreement_id', 'number', 'title', 'text', 'driver', 'evaluation', 'how')),
    sa.column('settings', sa.JSON()),
    sa.column('adopted_on', sa.Date()),
    sa.column('review_on', sa.Date()),
)


def upgrade() -> None:
    op.create_table('agreement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('agreement') as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_programme_id'), ['programme_id'])

    op.create_table('agreementversion',
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('driver', sa.Text(), nullable=False),
    sa.Column('evaluation', sa.Text(), nullable=False),
    sa.Column('how', sa.String(length=20), nullable=False),
    sa.Column('adopted_on', sa.Date(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id']),
    sa.PrimaryKeyConstraint('agreement_id', 'number')
    )
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=20), nullable=False),
    sa.Column('base_version', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.Column('by_participant', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('secret', sa.String(length=64), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('opened_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version_opened_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('started_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('ends_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('left_seconds', sa.Integer(), nullable=False),
    sa.Column('notice_seconds', sa.Integer(), nullable=False),
    sa.Column('telling', sa.Boolean(), nullable=False),
    sa.Column('reminding', sa.Boolean(), nullable=False),
    sa.Column('reminded', sa.Boolean(), nullable=False),
    sa.Column('stirred_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('because', sa.String(length=200), nullable=False),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id']),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'number', name='uq_proposal_number')
    )
    with op.batch_alter_table('proposal') as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_agreement_id'), ['agreement_id'])
        batch_op.create_index(batch_op.f('ix_proposal_by'), ['by'])
        batch_op.create_index('ix_proposal_state', ['state', 'programme_id'])

    op.create_table('proposal_answer',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('stance', sa.String(length=20), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('hidden_because', sa.String(length=200), nullable=False),
    sa.Column('answered_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('proposal_id', 'version', 'person_id')
    )
    with op.batch_alter_table('proposal_answer') as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_answer_person_id'), ['person_id'])

    op.create_table('proposal_asked',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('proposal_id', 'person_id')
    )
    with op.batch_alter_table('proposal_asked') as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_asked_person_id'), ['person_id'])

    op.create_table('proposal_panel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('convened_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('left_seconds', sa.Integer(), nullable=False),
    sa.Column('ended_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('proposal_panel') as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_panel_proposal_id'), ['proposal_id'])

    op.create_table('proposal_second',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('proposal_id', 'person_id')
    )
    with op.batch_alter_table('proposal_second') as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_second_person_id'), ['person_id'])

    op.create_table('proposalversion',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('driver', sa.Text(), nullable=False),
    sa.Column('evaluation', sa.Text(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.Column('made_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('proposal_id', 'number')
    )
    op.create_table('objection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('hidden_because', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('panel_id', sa.Integer(), nullable=True),
    sa.Column('raised_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['panel_id'], ['proposal_panel.id']),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id']),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('objection') as batch_op:
        batch_op.create_index(batch_op.f('ix_objection_person_id'), ['person_id'])
        batch_op.create_index(batch_op.f('ix_objection_proposal_id'), ['proposal_id'])

    op.create_table('panel_member',
    sa.Column('panel_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['panel_id'], ['proposal_panel.id']),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('panel_id', 'person_id')
    )
    with op.batch_alter_table('panel_member') as batch_op:
        batch_op.create_index(batch_op.f('ix_panel_member_person_id'), ['person_id'])

    op.create_table('panel_finding',
    sa.Column('objection_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('found_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['objection_id'], ['objection.id']),
    sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    sa.PrimaryKeyConstraint('objection_id', 'person_id')
    )
    with op.batch_alter_table('panel_finding') as batch_op:
        batch_op.create_index(batch_op.f('ix_panel_finding_person_id'), ['person_id'])

    with op.batch_alter_table('programme') as batch_op:
        batch_op.add_column(sa.Column('wall_is_open', sa.Boolean(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('consent_days', sa.Integer(), server_default='7', nullable=False))
    _take_over(op.get_bind())
    with op.batch_alter_table('programme') as batch_op:
        for column in ('agreement_version', 'agreement_adopted_on', 'agreement_review_on', 'agreement_reason'):
            batch_op.drop_column(column)


def _take_over(connection: sa.Connection) -> None:
    """What is in force becomes the version it is. A review that was due moves on: nobody is written to."""
    days = ('heads_up_days', 'nudge_days', 'cut_off_days', 'check_in_days', 'ask_again_days', 'window_days')
    kept = ('agreement_version', 'agreement_adopted_on', 'agreement_review_on', 'agreement_reason')
    names = ('id', 'group_size', 'priority', *days, *kept)
    programme = sa.table('programme', *map(sa.column, names))
    agreement = sa.table('agreement', *map(sa.column, ('id', 'programme_id', 'subject', 'version')))
    today = datetime.now(UTC).date()
    for row in connection.execute(sa.select(programme)).mappings().all():
        adopted, review = _day(row['agreement_adopted_on']), _day(row['agreement_review_on'])
        review = review if review > today else today + timedelta(days=30)
        for subject, settings in (
            ('matching', {'size': row['group_size'], 'priority': row['priority']}),
            ('days', {day: row[day] for day in days}),
            ('showing', {'wall': True}),
        ):
            is_matching = subject == 'matching'
            number = row['agreement_version'] if is_matching else 1
            connection.execute(
                sa.insert(agreement).values(programme_id=row['id'], subject=subject, version=number)
            )
            made = connection.execute(sa.select(sa.func.max(agreement.c.id))).scalar_one()
            version = {'agreement_id': made, 'number': number, 'title': '', 'text': '', 'evaluation': ''}
            version |= {'driver': row['agreement_reason'] if is_matching else '', 'how': 'beginning'}
            version |= {'settings': settings, 'adopted_on': adopted, 'review_on': review}
            connection.execute(sa.insert(VERSION).values(version))


def _day(kept: date | str) -> date:
    return kept if isinstance(kept, date) else date.fromisoformat(kept)


def downgrade() -> None:
    with op.batch_alter_table('programme') as batch_op:
        batch_op.add_column(sa.Column('agreement_version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('agreement_reason', sa.Text(), server_default='', nullable=False))
        for column in ('agreement_adopted_on', 'agreement_review_on'):
            batch_op.add_column(sa.Column(column, sa.Date(), server_default='2026-01-01', nullable=False))
    op.execute("""
        UPDATE programme SET (agreement_version, agreement_reason, agreement_adopted_on, agreement_review_on) = (
            SELECT v.number, v.driver, v.adopted_on, v.review_on FROM agreementversion v
            JOIN agreement a ON a.id = v.agreement_id AND a.version = v.number
            WHERE a.programme_id = programme.id AND a.subject = 'matching')
        """)
    with op.batch_alter_table('programme') as batch_op:
        batch_op.drop_column('consent_days')
        batch_op.drop_column('wall_is_open')
    for table in (
        'panel_finding', 'panel_member', 'objection', 'proposalversion', 'proposal_second', 'proposal_panel',
        'proposal_asked', 'proposal_answer', 'proposal', 'agreementversion', 'agreement',
    ):
        op.drop_table(table)
