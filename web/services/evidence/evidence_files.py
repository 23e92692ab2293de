"""Evidence as files for other programs: CSV for a spreadsheet, GraphML for whoever draws networks."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from web.services.common.spreadsheets import safe_cell
from web.services.evidence.bridges import BesideChance
from web.services.evidence.findings import Evidence, hours_of


def rounds(evidence: Evidence) -> str:
    """A row for each round; its columns are explained in docs/evidence.md."""
    header = (
        "number",
        "sent_on",
        "ends_on",
        "pot",
        "introduced",
        "delivered",
        "answered",
        "met",
        "groups",
        "groups_met",
        "groups_disputed",
        "groups_unknown",
        "median_days",
        "repeats",
        "new_ties",
    )
    return _csv(header, ([getattr(one, name) for name in header] for one in evidence.rounds))


def organisations(evidence: Evidence) -> str:
    header = ("organisation", "people", "introduced", "met", "missed", "tied", "isolated")
    return _csv(
        header,
        (
            [safe_cell(one.name), one.people, one.introduced, one.met, one.missed, one.tied, one.is_isolated]
            for one in evidence.organisations
        ),
    )


def ties(evidence: Evidence) -> str:
    """A row for every two organisations that were introduced, and for each that was with itself."""
    names = evidence.names
    return _csv(
        ("organisation_1", "organisation_2", "introduced", "met", "missed"),
        (
            [safe_cell(names[tie.a]), safe_cell(names[tie.b]), tie.introduced, tie.met, tie.missed]
            for tie in evidence.ties
        ),
    )


def bridges(evidence: Evidence) -> str:
    """The new ties and bridges of each round, and every figure of all of them; beside each the average of the
    shuffles and the two numbers between which nine in ten of them lie.
    """
    found = evidence.bridges
    rows: list[tuple[int | str, str, BesideChance]] = []
    for one in found.rounds if found else ():
        rows += [(one.number, "new ties", one.ties), (one.number, "bridges", one.bridges)]
    if found:
        rows += [("all", "new ties", found.ties), ("all", "bridges", found.bridges)]
        rows += [("all", "reached in two steps", found.reach), ("all", "largest part", found.largest)]
    header = ("round", "what", "ours", "by_chance", "by_chance_from", "by_chance_to")
    return _csv(header, ((n, what, it.ours, it.mean, it.low, it.high) for n, what, it in rows))


def hours(evidence: Evidence) -> str:
    """A row for every round and organisation whose people met in it, and for what organisers noted."""
    names = evidence.names
    talks = (
        (one.number, safe_cell(names[one.organisation]), "conversation", one.people, hours_of(one.people))
        for one in evidence.talked
    )
    work = (
        (one.number, safe_cell(names.get(one.organisation or 0, "")), "organising", "", one.minutes / 60)
        for one in evidence.organised
    )
    return _csv(("round", "organisation", "what", "people", "hours"), [*talks, *work])


def graph(evidence: Evidence) -> str:
    """Organisations as nodes, introductions between them as edges weighted by the conversations that took
    place.
    """
    import networkx as nx  # slow to import: see `matcher.blossom`

    made: nx.Graph[int] = nx.Graph(name="Organisations and their conversations")
    for one in evidence.organisations:
        made.add_node(one.id, label=one.name, people=one.people, introduced=one.introduced, met=one.met)
    for tie in evidence.ties:
        made.add_edge(tie.a, tie.b, weight=tie.met, introduced=tie.introduced, met=tie.met, missed=tie.missed)
    return "\n".join(nx.generate_graphml(made)) + "\n"


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
