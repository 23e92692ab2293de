"""Who may open what: every route stands in one line below, and every cell of that line is tried.

A new route: add its endpoint to the line that is meant. If nothing fits, add a line with its seven cells; and
if it does what cannot be taken back, or lets people's details out, name it in `RECENT` as well. The
decorators of `web.http.access` are the code's own answer; this is what it is held against.
"""

from collections.abc import Iterator

WHO = ("owner", "organiser", "viewer", "participant", "stranger", "another programme's owner", "operator")

IN = "in"
SIGN_IN = "sign in"  # asked to, first
REFUSED = "refused"  # 403: they know that it is there
HIDDEN = "hidden"  # 404: they do not learn even that

MATRIX: dict[str, tuple[tuple[str, ...], str]] = {
    #              owner    organiser viewer   particip. stranger elsewhere operator
    "everyone": (
        (IN, IN, IN, IN, IN, IN, IN),
        """
        complaint.send complaint.show complaint.status confirm.declined
        health.live health.ready home.accessibility home.code_of_conduct home.contact home.home home.privacy
        home.robots home.security join.check_your_messages join.send join.show me.ask_for_link me.erased
        me.link_sent me.send_link organise.ask_to_sign_in organise.sign_in organise.sign_in_sent
        programme.agreements programme.agreements_as_feed programme.dates programme.feed programme.home
        learning.one learning.take_down learning.taken_down
        programme.how_we_match programme.proposal programme.wall
        rounds.every rounds.one rounds.story webmention.receive
        start.send start.sent start.show
        """,
    ),
    # The participant comes with the link from their message, everybody else with one that was tampered with.
    "who has the link": (
        (HIDDEN, HIDDEN, HIDDEN, IN, HIDDEN, HIDDEN, HIDDEN),
        """
        confirm.decline confirm.press confirm.show
        conversation.answer conversation.book conversation.booked conversation.calendar conversation.cannot
        conversation.check_in conversation.could_not conversation.drop_out conversation.report
        conversation.short conversation.show conversation.thanks conversation.would_change
        conversation.write
        me.handles me.remove_handle me.claim_post me.not_my_post
        me.a_round me.ask_to_erase me.ask_to_leave me.ask_to_unsubscribe me.check_phone me.details
        me.erase me.forget_address me.forget_number me.free_times me.fresh_link me.how_often me.leave
        me.my_data me.my_spreadsheets
        me.mix_choice me.next_round me.not_again me.organisation me.pause me.phone me.rather_not
        me.remove_rather_not me.resume me.send_code me.show me.start_again me.stay me.stop_texts me.threes
        me.unsubscribe
        next_round.decide next_round.pause next_round.show
        organise.press_button organise.show_button proposal.answer proposal.panel proposal.show
        review.answer review.show
        me.agreements me.amend_proposal me.answer_proposal me.ask_panel me.show_name
        me.object_to_rule me.take_back_objection
        me.propose me.second_proposal me.withdraw_proposal
        start.approve start.choose_address start.confirm start.decline start.founder start.look start.withdraw
        """,
    ),
    "who is signed in": (
        (IN, IN, IN, SIGN_IN, SIGN_IN, IN, IN),
        """
        organise.ask_to_sign_in_again organise.home organise.sign_in_again organise.sign_out_there
        organise.where_signed_in operate.read_replies operate.handle_reply
        """,
    ),
    # Everybody ends at the page to sign in, whether they were or not.
    "signing out": (
        (SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
        "organise.sign_out organise.sign_out_everywhere",
    ),
    "viewers": (
        (IN, IN, IN, SIGN_IN, SIGN_IN, HIDDEN, HIDDEN),
        """
        organise.dashboard organise.does_it_work organise.every_organisation organise.every_round
        organise.list_agreements organise.settings organise.show_schedule organise.wording
        """,
    ),
    "organisers": (
        (IN, IN, REFUSED, SIGN_IN, SIGN_IN, HIDDEN, HIDDEN),
        """
        organise.abandon_import organise.answer_organisations organise.begin_import organise.choose_columns
        organise.choose_sheet
        organise.columns_again organise.confirm_import organise.one_import organise.somebody_else
        organise.look_at_top_up organise.top_up
        organise.remind_invited organise.undo_import organise.upload_import
        organise.about_settings organise.day_settings organise.edit_schedule organise.go_on
        organise.matching_settings organise.move_next_round organise.pause_programme organise.round_dates
        organise.showing_settings organise.new_agreement organise.change_agreement organise.one_proposal
        organise.withdraw_proposal organise.second_proposal organise.ask_panel organise.amend_proposal
        organise.hide_argument
        organise.read_agenda organise.decline_item organise.item_done organise.item_proposed
        organise.keep_agreement
        organise.prompts organise.reset_wording organise.switch_off organise.switch_on
        organise.wording_as_mail organise.wording_of
        organise.allow organise.bring_in organise.forbid organise.leave_out organise.lock organise.move
        organise.one_in_a_draft organise.swap organise.try_out
        organise.handle_reply organise.take_reply_for_learning
        organise.attach_domain organise.correct_name organise.decline organise.detach_domain
        organise.discard_round
        organise.draw_round organise.everybody_who_organises organise.everyone organise.evidence_as_graph
        organise.evidence_of_bridges organise.evidence_of_hours
        organise.evidence_of_organisations organise.evidence_of_rounds organise.evidence_of_ties
        organise.export_people organise.handle_report organise.keep_apart organise.learning organise.let_meet
        organise.look_again organise.look_at_merge organise.merge_organisations organise.name_organisation
        organise.tell_organisations_apart organise.forget_name organise.answer_mix
        organise.one_organisation organise.one_organiser organise.one_person organise.one_round
        organise.add_source organise.ask_for_post organise.asked_for_post organise.drop_post
        organise.read_posts organise.remove_source
        organise.add_learning organise.publish organise.show_preview organise.read_audit organise.read_replies
        organise.read_reports
        organise.rename_organisation organise.resend organise.resend_round organise.send_digest
        organise.round_groups
        organise.edit_story organise.note_time organise.one_story organise.publish_story
        organise.withdraw_story
        organise.round_input
        organise.send_link organise.send_round organise.suspend organise.unsuspend
        """,
    ),
    "owners, and everybody for themselves": (
        (IN, REFUSED, REFUSED, SIGN_IN, SIGN_IN, HIDDEN, HIDDEN),
        "organise.remove_organiser",
    ),
    "owners": (
        (IN, REFUSED, REFUSED, SIGN_IN, SIGN_IN, HIDDEN, HIDDEN),
        """
        organise.answer_complaint organise.one_complaint organise.read_complaints
        organise.erase_posts
        organise.ask_to_close organise.change_role organise.close organise.invite_organiser organise.keep_open
        organise.merge_people organise.move_pages organise.page_address organise.show_argument
        organise.ask_to_take_over organise.take_over
        """,
    ),
    "operators": (
        (HIDDEN, HIDDEN, HIDDEN, SIGN_IN, SIGN_IN, HIDDEN, IN),
        """
        operate.approve operate.decline operate.home operate.look
        operate.answer_complaint operate.one_complaint operate.read_complaints
        """,
    ),
    # In tests we are on trial at a loopback address, and nobody here came by the link that a command printed:
    # see pages/test_outbox.py.
    "who came by the printed link": (
        (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
        "outbox.calendar outbox.enter outbox.html outbox.listing outbox.message outbox.reply outbox.text_us",
    ),
    # Nobody here has a provider's key.
    "providers": (
        (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
        """
        webhooks.notify_callback webhooks.sendgrid_events webhooks.twilio_inbound webhooks.twilio_status
        """,
    ),
    "a provider that knows a secret address": (
        (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
        "webhooks.sendgrid_inbound",
    ),
}

RECENT = set(
    """
    organise.change_role organise.close organise.confirm_import organise.take_over organise.evidence_as_graph
    organise.evidence_of_bridges organise.evidence_of_hours
    organise.evidence_of_organisations organise.evidence_of_rounds organise.evidence_of_ties
    organise.export_people organise.invite_organiser organise.merge_organisations organise.merge_people
    organise.move_pages
    organise.remove_organiser organise.send_digest organise.send_round organise.switch_on
    organise.round_groups organise.round_input organise.top_up
    """.split()
)


def rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each endpoint with its seven cells, in the order of `WHO`."""
    for cells, endpoints in MATRIX.values():
        for endpoint in endpoints.split():
            yield endpoint, cells
