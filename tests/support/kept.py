"""What each column that can hold words may tell of somebody, and what erasing them does to it.

A new column of words, documents or bytes is decided here before it is kept: `tests/house/test_personal_data`
fails until it is, and `tests/web/services/test_privacy` fails when somebody's words turn up in a column that
was decided to hold none.
"""

from enum import Enum


class Kept(Enum):
    ID = "an opaque id, a number or a word of ours: tells of nobody by itself"
    THEIRS = "personal: gone with the person, or with the row that leads to them"
    OTHERS = "others' words: those of the person go out of them, `mentions` and `nameless`"
    PASSING = "holds people for a moment: what names somebody erased is thrown away, `imports.forgetting`"
    TEAM = "organisers, who are not participants: gone when they have no role any more"
    PROGRAMME = "what an organiser writes about the programme, for everyone to read"
    SEALED = "a keyed digest: nobody can be read from it"


ID, THEIRS, OTHERS, PASSING = Kept.ID, Kept.THEIRS, Kept.OTHERS, Kept.PASSING
TEAM, PROGRAMME, SEALED = Kept.TEAM, Kept.PROGRAMME, Kept.SEALED


def _of(kept: Kept, names: str) -> dict[str, Kept]:
    return dict.fromkeys(names.split(), kept)


KEPT: dict[str, dict[str, Kept]] = {
    "agenda_item": _of(ID, "raised person_id state") | _of(OTHERS, "words because"),
    "agreement": _of(ID, "subject"),
    "agreementversion": _of(ID, "settings figure how") | _of(OTHERS, "title text driver evaluation"),
    "allowance": _of(ID, "what whose"),
    "auditentry": _of(ID, "actor action subject facts") | _of(SEALED, "digest"),
    "audithead": _of(SEALED, "digest"),
    "checkin": _of(ID, "person_id answer"),
    "complaint": _of(ID, "reference sender about answered_by") | _of(THEIRS, "email email_key post")
    | _of(OTHERS, "text outcome"),
    "consent": _of(ID, "person_id wording version source"),
    "conversation_group": _of(ID, "first_mover") | _of(OTHERS, "why"),
    "destination": _of(ID, "provider reason") | _of(THEIRS, "place"),
    "draw_record": _of(ID, "document people sent") | _of(SEALED, "commitment"),
    "errand": _of(ID, "work by") | _of(OTHERS, "trouble"),
    "former_address": _of(ID, "slug"),
    "gathered_post": _of(ID, "kind") | _of(THEIRS, "url url_digest handle author words"),
    "gathering_server": _of(ID, "host"),
    "gathering_source": _of(ID, "kind since result trouble added_by") | _of(PROGRAMME, "server hashtag"),
    "groupmember": _of(ID, "person_id"),
    "handle": _of(ID, "person_id kind trouble") | _of(THEIRS, "name"),
    "heartbeat": _of(ID, "worker"),
    "inbound_read": _of(ID, "provider"),
    "import": _of(ID, "kind state columns counts by") | _of(PASSING, "file_name organisations mix_answers")
    | _of(OTHERS, "problem"),
    "importfile": _of(PASSING, "content workbook"),
    "importrow": _of(ID, "outcome person_id") | _of(PASSING, "why cells"),
    "keptevidence": _of(OTHERS, "shown whole"),
    "learning": _of(ID, "person_id showing state decided_by") | _of(OTHERS, "text contested_because")
    | _of(THEIRS, "link"),
    "learning_page": _of(ID, "key"),
    "leftout": _of(ID, "person_id reason"),
    "link": _of(ID, "purpose person signed_for"),
    "link_preview": _of(ID, "why") | _of(THEIRS, "link seen shown"),
    "local_message": _of(ID, "kind channel calendar_method")
    | _of(THEIRS, "sent_to headers subject text html calendar"),
    "membership": _of(ID, "person_id standing") | _of(THEIRS, "name_key mix_choice")
    | _of(OTHERS, "suspended_because"),
    "neverpair": _of(ID, "person_1 person_2"),
    "not_my_post": _of(ID, "person_id"),
    "objection": _of(ID, "person_id state") | _of(OTHERS, "words hidden_because"),
    "organisation": _of(OTHERS, "name short_name key"),
    "organisationdomain": _of(OTHERS, "domain"),
    "organisationname": _of(OTHERS, "key"),
    "organising_time": _of(ID, "by"),
    "organiser": _of(ID, "id") | _of(TEAM, "email email_key"),
    "organiser_session": _of(ID, "organiser_id") | _of(SEALED, "digest") | _of(TEAM, "browser"),
    "organiser_was": _of(ID, "organiser_id person_id"),
    "organiserrole": _of(ID, "organiser_id role"),
    "outbox_hold": _of(ID, "scope reason"),
    "outbox_message": _of(ID, "kind subject person programme round channel state provider provider_id reason")
    | _of(THEIRS, "name known_as email phone address_key payload"),
    "outbox_named": _of(ID, "person"),
    "outbox_origin": _of(ID, "name"),
    "panel_finding": _of(ID, "person_id") | _of(OTHERS, "reason"),
    "panel_member": _of(ID, "person_id"),
    "passed_over": _of(ID, "kind") | _of(SEALED, "mark"),
    "person": _of(ID, "id channel video_kind unreachable merged_into")
    | _of(THEIRS, "name known_as email email_key phone video_handle about availability"),
    "phonecode": _of(ID, "person_id") | _of(THEIRS, "phone") | _of(SEALED, "digest"),
    "programme": _of(ID, "slug priority ended_with")
    | _of(PROGRAMME, "name contact about hashtag join_word video_template prompts wording")
    | _of(PROGRAMME, "mix_by mix_choices"),
    "programme_request": _of(ID, "founder slug state decided_by")
    | _of(TEAM, "email email_key name contact why helpers reason"),
    "proposal": _of(ID, "subject by state secret because counted"),
    "proposal_answer": _of(ID, "person_id stance") | _of(OTHERS, "words hidden_because"),
    "proposal_asked": _of(ID, "person_id"),
    "proposal_panel": {},
    "proposal_second": _of(ID, "person_id"),
    "proposalversion": _of(ID, "settings figure") | _of(OTHERS, "title text driver evaluation"),
    "provider_pace": _of(ID, "provider stopped paused_for"),
    "rathernot": _of(ID, "person_id other_id") | _of(THEIRS, "email email_key"),
    "receipt": _of(ID, "provider event_id what provider_id reason stops again"),
    "reply": _of(ID, "channel source_id word person") | _of(OTHERS, "text"),
    "report": _of(ID, "person_id about_id handled_by") | _of(OTHERS, "text"),
    "request": _of(ID, "kind person") | _of(SEALED, "address_key") | _of(THEIRS, "details"),
    "review": {},
    "review_answer": _of(ID, "person_id verdict") | _of(OTHERS, "words"),
    "reviewed": _of(ID, "outcome counted"),
    "round": _of(ID, "state priority input_digest figures best proof drawn_by sent_by messages_were")
    | _of(OTHERS, "reasons"),
    "round_story": _of(ID, "picked edited_by") | _of(OTHERS, "went changes counted"),
    "roundchange": _of(ID, "what by"),
    "schedule": _of(ID, "rhythm dates region days_off enabled_by"),
    "suppression": _of(ID, "channel reason") | _of(SEALED, "key"),
    "takeover": _of(ID, "basis stated_by") | _of(PROGRAMME, "asked_by wording"),
    "tally": _of(ID, "what label"),
    "thisonce": _of(ID, "person_id"),
    "tick": _of(ID, "what of") | _of(OTHERS, "became"),
    "top_up": _of(ID, "input_digest figures proof by"),
    "webmention": _of(THEIRS, "source target digest host"),
}  # fmt: skip
