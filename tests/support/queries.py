"""How many statements a page is made of, by route: nobody adds one unnoticed.

Counted on the first visit to the sample of `knocking`, as an owner, or with the link of a participant's
message where an owner is shown nothing. What an organiser's sign-in takes, two, is in it.
"""

BY_NUMBER = {
    45: "organise.dashboard",
    33: "me.my_data me.my_spreadsheets",
    30: "me.agreements",
    26: "organise.edit_story organise.one_story",
    25: "organise.note_time",
    23: "organise.look_at_top_up organise.one_in_a_draft",
    22: "me.show",
    21: "organise.list_agreements",
    18: "proposal.show",
    17: "organise.one_round",
    16: """
        me.a_round organise.does_it_work organise.evidence_as_graph organise.evidence_of_bridges
        organise.evidence_of_hours organise.evidence_of_organisations organise.evidence_of_rounds
        organise.evidence_of_ties organise.one_person proposal.panel
        """,
    15: "organise.learning organise.one_proposal programme.agreements",
    14: "conversation.cannot",
    12: "conversation.calendar conversation.show organise.read_agenda",
    11: "conversation.thanks conversation.write me.claim_post",
    10: "conversation.booked conversation.check_in me.not_again organise.every_organisation",
    9: "conversation.report me.organisation programme.proposal review.show",
    8: "me.amend_proposal me.object_to_rule organise.read_audit programme.agreements_as_feed",
    7: """
        next_round.show organise.everyone organise.one_organisation programme.home programme.wall
        rounds.one
        """,
    6: """
        learning.one learning.take_down me.how_often me.mix_choice me.propose organise.every_round
        """,
    5: """
        confirm.show me.ask_to_leave me.rather_not organise.ask_to_close
        organise.day_settings organise.look_at_merge organise.one_import organise.read_posts
        organise.read_replies
        """,
    4: """
        health.ready me.handles me.phone organise.amend_proposal organise.begin_import
        organise.change_agreement organise.correct_name organise.everybody_who_organises
        organise.matching_settings organise.new_agreement organise.one_complaint organise.one_organiser
        organise.show_schedule organise.showing_settings programme.dates programme.feed rounds.every
        rounds.story
        """,
    3: """
        join.show me.details me.free_times organise.ask_for_post organise.ask_to_take_over
        organise.edit_schedule organise.read_complaints organise.read_reports
        organise.round_dates organise.settings programme.how_we_match start.founder
        """,
    2: """
        complaint.show complaint.status home.accessibility home.code_of_conduct home.contact home.home
        home.privacy join.check_your_messages learning.taken_down me.ask_to_erase me.stop_texts
        operate.read_replies
        organise.about_settings organise.add_learning organise.add_source organise.erase_posts
        organise.home organise.page_address organise.prompts organise.where_signed_in organise.wording
        organise.wording_as_mail organise.wording_of start.look
        """,
    1: """
        confirm.declined conversation.short me.ask_for_link me.ask_to_unsubscribe me.erased me.link_sent
        organise.show_button organise.sign_in organise.sign_in_again organise.sign_in_sent start.sent
        start.show
        """,
    0: "health.live home.robots home.security",
}
QUERIES = {endpoint: number for number, names in BY_NUMBER.items() for endpoint in names.split()}
