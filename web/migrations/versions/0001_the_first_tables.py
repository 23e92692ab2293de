"""the first tables"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('auditentry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest')
    )
    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auditentry_programme_id'), ['programme_id'], unique=False)

    op.create_table('audithead',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('person', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.Integer(), nullable=True),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('used_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_person'), ['person'], unique=False)

    op.create_table('local_message',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('sent_to', sa.String(), nullable=False),
    sa.Column('headers', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('calendar', sa.LargeBinary(), nullable=True),
    sa.Column('calendar_method', sa.String(), nullable=False),
    sa.Column('sent_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('message_id')
    )
    with op.batch_alter_table('local_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_local_message_sent_at'), ['sent_at'], unique=False)

    op.create_table('organiser',
    sa.Column('id', sa.String(length=20), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email_key')
    )
    op.create_table('outbox_hold',
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('scope')
    )
    op.create_table('outbox_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=True),
    sa.Column('round', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('address_key', sa.String(), nullable=True),
    sa.Column('payload', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('crashes', sa.Integer(), nullable=False),
    sa.Column('resent', sa.Boolean(), nullable=False),
    sa.Column('lease_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('due_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('provider', sa.String(), nullable=True),
    sa.Column('provider_id', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('queued_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sending_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('settled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'subject', 'person', name='uq_outbox_message_once'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_message_accepted', ['provider', 'accepted_at'], unique=False)
        batch_op.create_index('ix_outbox_message_address', ['address_key', 'state'], unique=False)
        batch_op.create_index('ix_outbox_message_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('ix_outbox_message_provider', ['provider', 'provider_id'], unique=False)
        batch_op.create_index('ix_outbox_message_round', ['round', 'state'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('email_key', sa.String(length=254), nullable=True),
    sa.Column('phone', sa.String(length=16), nullable=True),
    sa.Column('phone_verified_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('video_kind', sa.String(length=20), nullable=False),
    sa.Column('video_handle', sa.String(length=120), nullable=False),
    sa.Column('about', sa.String(length=300), nullable=False),
    sa.Column('shares_email', sa.Boolean(), nullable=False),
    sa.Column('shares_phone', sa.Boolean(), nullable=False),
    sa.Column('shares_video', sa.Boolean(), nullable=False),
    sa.Column('unreachable', sa.String(length=80), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('erased_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email_key')
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_phone'), ['phone'], unique=False)

    op.create_table('programme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('contact', sa.String(length=254), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('hashtag', sa.String(length=40), nullable=False),
    sa.Column('video_template', sa.String(length=200), nullable=False),
    sa.Column('prompts', sa.JSON(), nullable=False),
    sa.Column('group_size', sa.Integer(), nullable=False),
    sa.Column('priority', sa.String(length=20), nullable=False),
    sa.Column('window_days', sa.Integer(), nullable=False),
    sa.Column('check_in_days', sa.Integer(), nullable=False),
    sa.Column('next_round_on', sa.Date(), nullable=True),
    sa.Column('agreement_version', sa.Integer(), nullable=False),
    sa.Column('agreement_adopted_on', sa.Date(), nullable=False),
    sa.Column('agreement_review_on', sa.Date(), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    op.create_table('provider_pace',
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('rate', sa.Float(), nullable=True),
    sa.Column('rate_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('next_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('paused_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('probe_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('stopped', sa.String(), nullable=True),
    sa.Column('stopped_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('spent', sa.Integer(), nullable=False),
    sa.Column('spent_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('provider')
    )
    op.create_table('receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('stops', sa.String(), nullable=True),
    sa.Column('again', sa.String(), nullable=True),
    sa.Column('happened_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('received_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('applied', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('provider', 'event_id', name='uq_receipt_once')
    )
    with op.batch_alter_table('receipt', schema=None) as batch_op:
        batch_op.create_index('ix_receipt_message', ['message_id'], unique=False)
        batch_op.create_index('ix_receipt_unapplied', ['applied', 'received_at'], unique=False)

    op.create_table('reply',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('source_id', sa.String(), nullable=False),
    sa.Column('word', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('received_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('handled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'source_id', name='uq_reply_once')
    )
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.create_index('ix_reply_person', ['person'], unique=False)
        batch_op.create_index('ix_reply_unhandled', ['handled_at', 'received_at'], unique=False)

    op.create_table('suppression',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'key')
    )
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('wording', sa.String(length=40), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('given_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_person_id'), ['person_id'], unique=False)

    op.create_table('neverpair',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('person_1', sa.String(length=20), nullable=False),
    sa.Column('person_2', sa.String(length=20), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_1'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_2'], ['person.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'person_1', 'person_2')
    )
    with op.batch_alter_table('neverpair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_neverpair_person_2'), ['person_2'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('short_name', sa.String(length=60), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'key')
    )
    op.create_table('organiserrole',
    sa.Column('organiser_id', sa.String(length=20), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('organiser_id', 'programme_id')
    )
    with op.batch_alter_table('organiserrole', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organiserrole_programme_id'), ['programme_id'], unique=False)

    op.create_table('outbox_named',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['outbox_message.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', 'person')
    )
    with op.batch_alter_table('outbox_named', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_named_person'), ['person'], unique=False)

    op.create_table('phonecode',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('phonecode', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_phonecode_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_phonecode_phone'), ['phone'], unique=False)

    op.create_table('request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=True),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=20), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('received_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('handled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_address_key'), ['address_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_handled_at'), ['handled_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_received_at'), ['received_at'], unique=False)

    op.create_table('round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('priority', sa.String(length=20), nullable=False),
    sa.Column('input_digest', sa.String(length=64), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('proof', sa.JSON(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('redraws', sa.Integer(), nullable=False),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.Column('drawn_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('drawn_by', sa.String(length=60), nullable=False),
    sa.Column('sent_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('sent_by', sa.String(length=60), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'number')
    )
    op.create_table('conversation_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=False),
    sa.Column('crossing', sa.Integer(), nullable=False),
    sa.Column('first_mover', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['first_mover'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversation_group_round_id'), ['round_id'], unique=False)

    op.create_table('leftout',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('on_purpose', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'person_id')
    )
    with op.batch_alter_table('leftout', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_leftout_person_id'), ['person_id'], unique=False)

    op.create_table('membership',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('standing', sa.String(length=20), nullable=False),
    sa.Column('skips_next', sa.Boolean(), nullable=False),
    sa.Column('paused_until', sa.Date(), nullable=True),
    sa.Column('happy_in_three', sa.Boolean(), nullable=False),
    sa.Column('let_down', sa.Boolean(), nullable=False),
    sa.Column('joined_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('left_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'person_id')
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_person_id'), ['person_id'], unique=False)

    op.create_table('organisationdomain',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'domain')
    )
    with op.batch_alter_table('organisationdomain', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisationdomain_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('organisationname',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'key')
    )
    with op.batch_alter_table('organisationname', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisationname_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('checkin',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('answer', sa.String(length=20), nullable=False),
    sa.Column('may_name_me', sa.Boolean(), nullable=False),
    sa.Column('first_answered_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['conversation_group.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('group_id', 'person_id')
    )
    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_checkin_person_id'), ['person_id'], unique=False)

    op.create_table('groupmember',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['conversation_group.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('group_id', 'person_id')
    )
    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groupmember_person_id'), ['person_id'], unique=False)

    op.create_table('learning',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=False),
    sa.Column('showing', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['conversation_group.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('group_id', 'person_id')
    )
    with op.batch_alter_table('learning', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learning_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_learning_wall', ['programme_id', 'state', 'decided_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('learning', schema=None) as batch_op:
        batch_op.drop_index('ix_learning_wall')
        batch_op.drop_index(batch_op.f('ix_learning_person_id'))

    op.drop_table('learning')
    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groupmember_person_id'))

    op.drop_table('groupmember')
    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_checkin_person_id'))

    op.drop_table('checkin')
    with op.batch_alter_table('organisationname', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisationname_organisation_id'))

    op.drop_table('organisationname')
    with op.batch_alter_table('organisationdomain', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisationdomain_organisation_id'))

    op.drop_table('organisationdomain')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_person_id'))
        batch_op.drop_index(batch_op.f('ix_membership_organisation_id'))

    op.drop_table('membership')
    with op.batch_alter_table('leftout', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_leftout_person_id'))

    op.drop_table('leftout')
    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_group_round_id'))

    op.drop_table('conversation_group')
    op.drop_table('round')
    with op.batch_alter_table('request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_received_at'))
        batch_op.drop_index(batch_op.f('ix_request_handled_at'))
        batch_op.drop_index(batch_op.f('ix_request_address_key'))

    op.drop_table('request')
    with op.batch_alter_table('phonecode', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_phonecode_phone'))
        batch_op.drop_index(batch_op.f('ix_phonecode_person_id'))

    op.drop_table('phonecode')
    with op.batch_alter_table('outbox_named', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_named_person'))

    op.drop_table('outbox_named')
    with op.batch_alter_table('organiserrole', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organiserrole_programme_id'))

    op.drop_table('organiserrole')
    op.drop_table('organisation')
    with op.batch_alter_table('neverpair', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_neverpair_person_2'))

    op.drop_table('neverpair')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_person_id'))

    op.drop_table('consent')
    op.drop_table('suppression')
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.drop_index('ix_reply_unhandled')
        batch_op.drop_index('ix_reply_person')

    op.drop_table('reply')
    with op.batch_alter_table('receipt', schema=None) as batch_op:
        batch_op.drop_index('ix_receipt_unapplied')
        batch_op.drop_index('ix_receipt_message')

    op.drop_table('receipt')
    op.drop_table('provider_pace')
    op.drop_table('programme')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_phone'))

    op.drop_table('person')
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_round')
        batch_op.drop_index('ix_outbox_message_provider')
        batch_op.drop_index('ix_outbox_message_due')
        batch_op.drop_index('ix_outbox_message_address')
        batch_op.drop_index('ix_outbox_message_accepted')

    op.drop_table('outbox_message')
    op.drop_table('outbox_hold')
    op.drop_table('organiser')
    with op.batch_alter_table('local_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_local_message_sent_at'))

    op.drop_table('local_message')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_person'))

    op.drop_table('link')
    op.drop_table('audithead')
    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auditentry_programme_id'))

    op.drop_table('auditentry')
