"""draw, check and generate: spreadsheet in, groups out, no database.

Both also take INPUT.json, the file of a round that was drawn by a programme, instead of tables.

Exit codes: 0 all well; 1 check found something wrong; 2 bad input, one line on stderr; 3 never-pairs left
somebody out of a draw (the round is written all the same); 4 another version of the matcher drew INPUT.json.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec

import click
import numpy as np
from click.core import ParameterSource

from matcher import community, explain, judging, referee, tables
from matcher.draw import VERSION
from matcher.draw import draw as draw_round
from matcher.errors import MatcherError, Refused
from matcher.judging import Judged
from matcher.pot import Ints, Pot
from matcher.record import Numbered, Record, read_record
from matcher.referee import Verdict
from matcher.result import Proof, Result
from matcher.rules import Priority

P = ParamSpec("P")
CSV = click.Path(path_type=Path)
BEFORE = click.option(
    "--before", type=int, metavar="ROUND", help="Read the history only up to the round before this one."
)
MIX = click.option(
    "--mix", default="", metavar="COLUMN", help="One more thing to mix by: a column of PEOPLE.csv."
)
SEED = click.IntRange(0, 2**63 - 1)
ANOTHER_VERSION = 4


@dataclass(frozen=True)
class Input:
    """The files of a command, read: the pot, its people, words for them, and what was taken for one."""

    people: tables.People
    pot: Pot
    labels: explain.Labels
    notes: list[str]


def _one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Bad input ends a command with one line on stderr and exit code 2."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Refused:
            raise
        except OSError as error:
            _stop(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        except MatcherError as error:
            _stop(" ".join(str(error).split()))

    return told


def _stop(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(2)


def _spare(read: Sequence[Path | None], **written: Path | None) -> None:
    """What a round is drawn from is written over by no slip of the hand."""
    taken = {file.resolve() for file in read if file}
    for option, file in written.items():
        if file and file.resolve() in taken:
            _stop(f"--{option} {file}: this file is in use for something else already; say another")
        if file:
            taken.add(file.resolve())


def _read(
    people_file: Path,
    history_file: Path | None,
    never_file: Path | None,
    before: int | None = None,
    mix: str = "",
) -> Input:
    people = tables.read_people(people_file, mix)
    count = len(people.ids)
    history = tables.History(np.zeros((0, 3), np.int32), np.zeros(count, np.int32), set(), 0)
    if history_file:
        history = tables.read_history(history_file, people, before)
        _passed_over(history_file, history.leavers)
    never, notes = np.zeros((0, 2), np.int32), [*people.notes, *history.notes]
    if never_file:
        never, gone, more = tables.read_never(never_file, people)
        notes += more
        _passed_over(never_file, gone)
    for note in notes:
        click.echo(note, err=True)
    newcomer = np.full(count, bool(history.known))
    newcomer[list(history.known)] = False
    pot = Pot(
        people.organisation,
        history.met,
        never,
        trio_turns=history.trio_turns,
        newcomer=newcomer,
        mix=people.mix,
    )
    return Input(people, pot, explain.Labels(people.ids, people.organisations, mix), notes)


def _passed_over(file: Path, gone: int) -> None:
    if gone:
        who = _counted(gone, "person who is", "people who are")
        click.echo(f"{file.name}: names {who} not in the pot; passed over", err=True)


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _is_record(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _alone(*may_be_given: str) -> None:
    """INPUT.json holds all that a round was drawn from. Whoever says something else is told so."""
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in ("people_file", "round_file", *may_be_given):
            _stop(
                f"{option.opts[0]} does not go with INPUT.json, which holds all that the round was drawn from"
            )


def _of_record(record: Record, numbered: Numbered) -> Input:
    ids = [str(number) for number in numbered.people]
    codes = numbered.pot.organisation
    names = [f"organisation {code}" for code in range(int(codes.max(initial=-1)) + 1)]
    people = tables.People(ids, names, codes)
    notes = []
    if record.matcher != VERSION:
        notes = [f"drawn by version {record.matcher} of the matcher; this is version {VERSION}"]
    return Input(people, numbered.pot, explain.Labels(ids, names, "what else is mixed by"), notes)


@click.command()
@click.argument("people_file", metavar="PEOPLE.csv|INPUT.json", type=CSV)
@click.option("--history", type=CSV, help="Who met before: round,person_1,…,person_k.")
@click.option("--never", type=CSV, help="Who must not meet: person_1,person_2.")
@click.option("--seed", type=SEED, default=1, show_default=True, help="Same seed, same round.")
@click.option("--size", type=click.IntRange(2, 4), default=2, show_default=True, help="People in a group.")
@click.option(
    "--priority",
    type=click.Choice(["fresh", "cross"]),
    default="fresh",
    show_default=True,
    help="Keep further repeat-free rounds open before crossing organisations, or after.",
)
@MIX
@click.option("--never-a-pair", is_flag=True, help="Threes and fours have no group of two.")
@BEFORE
@click.option("--append", is_flag=True, help="Add the round to the history file, for the next draw.")
@click.option("--out", type=CSV, help="Write the round here instead of printing it.")
@click.option("--proof", "proof_file", type=CSV, help="Write the proof here.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@_one_line
def draw(
    people_file: Path,
    history: Path | None,
    never: Path | None,
    seed: int,
    size: int,
    priority: Priority,
    mix: str,
    never_a_pair: bool,
    before: int | None,
    append: bool,
    out: Path | None,
    proof_file: Path | None,
    as_json: bool,
) -> None:
    """Draw a round for the people of a spreadsheet, or INPUT.json's round again."""
    _spare([people_file, history, never], out=out, proof=proof_file)
    if _is_record(people_file):
        _alone("out", "proof_file", "as_json")
        _draw_again(read_record(people_file), out, proof_file, as_json)
    if append and (history is None or before is not None):
        _stop("--append needs --history, and all of it")
    if append and history and not history.exists():
        tables.write_rows(history, ["round", "person_1", "person_2", "person_3"], [])
    given = _read(people_file, history, never, before, mix)
    start = time.perf_counter()
    result = draw_round(given.pot, seed=seed, size=size, priority=priority, never_a_pair=never_a_pair)
    seconds = time.perf_counter() - start
    _write(result, given, out, proof_file)
    if append and history:
        tables.append_round(history, given.people, result.groups)
    raise SystemExit(_tell(result, given, seconds, listed=out is None, as_json=as_json))


def _draw_again(record: Record, out: Path | None, proof_file: Path | None, as_json: bool) -> NoReturn:
    """The round as it was drawn, from its seed, by the version of the matcher that drew it."""
    given = _of_record(record, record.drawn_from)
    if given.notes:
        click.echo(
            f"{given.notes[0]}, which may draw another round. Take that version to draw it again", err=True
        )
        raise SystemExit(ANOTHER_VERSION)
    start = time.perf_counter()
    result = draw_round(given.pot, seed=record.seed, size=record.size, priority=record.priority)
    seconds = time.perf_counter() - start
    _write(result, given, out, proof_file)
    code = _tell(result, given, seconds, listed=out is None, as_json=as_json)
    if not as_json:
        click.echo(f"Nonce, seed and input have the SHA-256 {record.commitment}.")
    if not np.array_equal(result.groups, _as_wide(record.groups, result.groups)):
        click.echo("This is not the round that the file says was drawn", err=True)
        raise SystemExit(1)
    raise SystemExit(code)


def _as_wide(groups: Ints, other: Ints) -> Ints:
    more = max(0, other.shape[1] - groups.shape[1])
    return np.pad(groups, ((0, 0), (0, more)), constant_values=-1)


def _write(result: Result, given: Input, out: Path | None, proof_file: Path | None) -> None:
    """The round and its proof, where they are wanted, once the referee has looked at them."""
    referee.check(given.pot, result)
    if out:
        reasons = explain.Reasons(given.pot, given.labels, result.groups.shape[1] - 1)
        why = [reasons.group(group.tolist()) for group in result.groups]
        tables.write_round(out, given.people, given.pot, result.groups, why)
    if proof_file:
        proof_file.write_text(result.proof.to_json() + "\n", encoding="utf-8")


def _tell(result: Result, given: Input, seconds: float, *, listed: bool, as_json: bool) -> int:
    """Print what was drawn; the exit code."""
    left = explain.unplaced(given.pot, result, given.labels)
    if as_json:
        click.echo(json.dumps(_figures(result, left, given, seconds), ensure_ascii=False))
    else:
        _print(result, left, given, listed=listed)
    return 3 if left else 0


def _figures(result: Result, left: list[tuple[int, str]], given: Input, seconds: float) -> dict[str, object]:
    who = [{"id": given.people.ids[person], "why": why} for person, why in left]
    notes = {"notes": given.notes} if given.notes else {}
    return {**result.figures.to_json(), "unplaced": who, "seconds": round(seconds, 4), **notes}


def _print(result: Result, left: list[tuple[int, str]], given: Input, listed: bool) -> None:
    if listed:
        reasons = explain.Reasons(given.pot, given.labels, result.groups.shape[1] - 1)
        for group in result.groups:
            names = " · ".join(given.people.ids[person] for person in group if person >= 0)
            click.echo(f"{names}\t{reasons.group(group.tolist())}")
        click.echo("")
    figures = result.figures
    people, groups = _counted(figures.people, "person", "people"), _counted(figures.groups, "group")
    click.echo(f"{people}, {groups}. Seed {figures.seed}.")
    for sentence in explain.best(given.pot, result, given.labels):
        click.echo(sentence)
    for _, sentence in left:
        click.echo(sentence)


@click.command()
@click.argument("people_file", metavar="PEOPLE.csv|INPUT.json", type=CSV)
@click.argument("round_file", metavar="ROUND.csv", type=CSV)
@click.option("--history", type=CSV, help="Who met before.")
@click.option("--never", type=CSV, help="Who must not meet.")
@MIX
@BEFORE
@click.option("--proof", "proof_file", type=CSV, help="The proof written by draw.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@_one_line
def check(
    people_file: Path,
    round_file: Path,
    history: Path | None,
    never: Path | None,
    mix: str,
    before: int | None,
    proof_file: Path | None,
    as_json: bool,
) -> None:
    """Check a round and its proof against the files it was drawn from."""
    if _is_record(people_file):
        _alone("as_json")
        _check_record(read_record(people_file), round_file, as_json)
        return
    given = _read(people_file, history, never, before, mix)
    groups = tables.read_round(round_file, given.people)
    proof = Proof.from_json(proof_file.read_bytes()) if proof_file else None
    try:
        verdict = referee.check_round(given.pot, groups, proof)
    except Refused as refused:
        _refuse(refused, given, as_json)
    if as_json:
        click.echo(json.dumps(_report(verdict)))
    else:
        _print_verdict(verdict)


def _check_record(record: Record, round_file: Path, as_json: bool) -> None:
    """A round as it was sent, and what was changed in it by hand after the draw."""
    given = _of_record(record, judging.sent_from(record))
    for note in given.notes:
        click.echo(f"{note}. The rules are checked all the same", err=True)
    groups = tables.read_round(round_file, given.people)
    try:
        judged = judging.judge(record, groups)
    except Refused as refused:
        _refuse(refused, given, as_json)
    if as_json:
        click.echo(json.dumps(_report(judged.verdict) | _by_hand(judged, record)))
        return
    _print_verdict(judged.verdict)
    _print_by_hand(judged)
    click.echo(f"Nonce, seed and input have the SHA-256 {record.commitment}.")


def _by_hand(judged: Judged, record: Record) -> dict[str, object]:
    return {
        "as_drawn": judged.is_as_drawn,
        "only_drawn": judged.only_drawn,
        "only_sent": judged.only_sent,
        "put_in": judged.put_in,
        "left_out": judged.left_out,
        "repeats_drawn": judged.drawn.repeats,
        "cross_drawn": judged.drawn.cross,
        "commitment": record.commitment,
    }


def _print_by_hand(judged: Judged) -> None:
    if judged.is_as_drawn:
        click.echo("It is the round as it was drawn.")
        return
    drawn = judged.drawn
    click.echo(f"Changed by hand after the draw, which had {drawn.repeats} repeat and {drawn.cross} cross:")
    for words, groups in (("drawn", judged.only_drawn), ("sent", judged.only_sent)):
        for group in groups:
            click.echo(f"  {words}: {' · '.join(map(str, group))}")
    for words, people in (("put in", judged.put_in), ("left out", judged.left_out)):
        if people:
            click.echo(f"  {words}: {', '.join(map(str, people))}")


def _report(verdict: Verdict) -> dict[str, object]:
    return {
        "legal": True,
        "best": verdict.best,
        "why": verdict.why,
        "groups": verdict.counts.groups,
        "pairs": verdict.counts.pairs,
        "repeats": verdict.counts.repeats,
        "cross": verdict.counts.cross,
        "cross_bound": verdict.cross_bound,
        "fair": verdict.fair,
        "mixed": verdict.counts.mixed,
        "mixed_bound": verdict.mixed_bound,
    }


def _print_verdict(verdict: Verdict) -> None:
    best = {True: "Best", False: "Not the best", None: "Not known to be the best"}[verdict.best]
    counts = verdict.counts
    click.echo("Legal: no rule is broken.")
    click.echo(f"{best}: {verdict.why}.")
    pairs = f"of {_counted(counts.pairs, 'pair')} {counts.repeats} repeat and {counts.cross} cross"
    differ = "" if counts.mixed is None else f", {counts.mixed} differ in what else is mixed by"
    click.echo(f"{_counted(counts.groups, 'group')}; {pairs}{differ}.")
    if not verdict.fair:
        click.echo("Turns in a three could be more even.")


def _refuse(refused: Refused, given: Input, as_json: bool) -> NoReturn:
    """Every violation, with people's ids beside the places the referee knows them by."""
    names = given.people.ids
    lines = [
        {"rule": v.rule, "text": v.text, "people": [names[p] for p in v.people if 0 <= p < len(names)]}
        for v in refused.violations
    ]
    if as_json:
        click.echo(json.dumps({"legal": False, "violations": lines}, ensure_ascii=False))
    for violation in [] if as_json else lines:
        who = ", ".join(violation["people"])
        click.echo(f"{violation['rule']}: {who or violation['text']}", err=True)
    raise SystemExit(1)


@click.command()
@click.option("--people", type=click.IntRange(0), required=True, help="How many people.")
@click.option("--organisations", type=click.IntRange(1), required=True, help="How many organisations.")
@click.option("--rounds", type=click.IntRange(0), required=True, help="How many past rounds.")
@click.option("--seed", type=SEED, required=True, help="Same seed, same community.")
@click.option("--out", type=CSV, required=True, help="The folder to write to.")
@_one_line
def generate(people: int, organisations: int, rounds: int, seed: int, out: Path) -> None:
    """Write a made-up community: people.csv, history.csv and never.csv."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("people.csv", "history.csv", "never.csv"):
        if (out / name).exists():
            _stop(f"{out / name} is there already: say another folder")
    # The seed goes first, so that a crash below can be repeated.
    (out / "seed.txt").write_text(f"{seed}\n", encoding="utf-8")
    made = community.community(people, organisations, rounds, seed, churn=0.05, never=0.02)
    ids = [f"person-{number:07d}" for number in range(len(made.organisation))]
    rows = [(ids[p], f"organisation-{made.organisation[p]}") for p in np.flatnonzero(made.present)]
    tables.write_rows(out / "people.csv", ["id", "organisation"], rows)
    past = [(row[0], *_names(row[1:], ids)) for row in made.past]
    tables.write_rows(out / "history.csv", ["round", "person_1", "person_2", "person_3"], past)
    tables.write_rows(out / "never.csv", ["person_1", "person_2"], [_names(row, ids) for row in made.never])
    click.echo(f"{_counted(people, 'person', 'people')} in {out}, seed {seed}")


def _names(row: Ints, ids: list[str]) -> list[str]:
    return [ids[person] if person >= 0 else "" for person in row]
