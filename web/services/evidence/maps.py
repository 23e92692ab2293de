"""Evidence as pictures: where each organisation stands, which line or cell has which weight. No drawing yet.

Measures are in the picture's own units; a template turns them into SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, pi, sin, sqrt

from web.services.evidence.findings import Evidence, OrganisationEvidence, Tie

RADIUS = 240.0
MARGIN = 30.0
SIZE = 2 * (RADIUS + MARGIN)
FLAT = 16  # organisations
WIDEST, THINNEST = 8.0, 1.4  # of a line
FEW_LINES = 60  # from here on they get thinner and paler, so that a crowd can be looked through
LONGEST_LABEL = 24  # letters
STEPS = 5  # of teal
CELL = 30


@dataclass(frozen=True)
class Node:
    """An organisation on the circle, numbered as in the table beside it. The name stands outside, from
    (`label_x`, `label_y`), turned by `turn` degrees.
    """

    number: int
    organisation: OrganisationEvidence
    x: float
    y: float
    radius: float
    label_x: float
    label_y: float
    turn: float
    side: str

    @property
    def label(self) -> str:
        name = self.organisation.name
        return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1].rstrip()}…"


@dataclass(frozen=True)
class MapLine:
    """Two organisations: `path` as SVG writes it. `step` says how often they met: 0 if never, then 1 to
    `STEPS`.
    """

    path: str
    width: float
    step: int
    tie: Tie
    a: str
    b: str


@dataclass(frozen=True)
class Network:
    nodes: Sequence[Node]
    lines: Sequence[MapLine]

    @property
    def is_crowded(self) -> bool:
        return len(self.lines) > FEW_LINES


@dataclass(frozen=True)
class Cell:
    """Pairs of the organisations of one row and one column. `step` of teal: 0 for none, then 1 to `STEPS`."""

    x: int
    y: int
    step: int
    tie: Tie | None
    row: str
    column: str


@dataclass(frozen=True)
class HeatMap:
    """`lowest` is the smallest count of each step that occurs."""

    size: int
    organisations: Sequence[OrganisationEvidence]
    cells: Sequence[Cell]
    lowest: Sequence[tuple[int, int]]


def network(evidence: Evidence) -> Network:
    """Organisations on a circle, largest circles for most people; the ties as curves through the middle."""
    count = len(evidence.organisations)
    most = max((one.people for one in evidence.organisations), default=0) or 1
    nodes = [_node(place, count, one, most) for place, one in enumerate(evidence.organisations)]
    at = {node.organisation.id: node for node in nodes}
    drawn = [tie for tie in evidence.ties if tie.a != tie.b and (tie.met or tie.missed)]
    most_met = max((tie.met for tie in drawn), default=0) or 1
    widest = max(WIDEST / max(1.0, sqrt(len(drawn) / FEW_LINES)), THINNEST)
    # What did not happen is drawn last, so on top; and before it, what happened most.
    drawn.sort(key=lambda tie: (tie.met == 0, tie.met))
    lines = [_line(tie, at[tie.a], at[tie.b], tie.met / most_met, widest) for tie in drawn]
    return Network(nodes, lines)


def _node(place: int, count: int, organisation: OrganisationEvidence, most: int) -> Node:
    angle = 2 * pi * place / count - pi / 2
    room = pi * RADIUS / count  # half the way to the next one
    radius = min(12 + 12 * sqrt(organisation.people / most), max(room - 1, 6), MARGIN - 6)
    out = RADIUS + radius + 8
    # Few names have room to lie flat; many have it only when turned outwards.
    turn = angle * 180 / pi if count > FLAT else 0.0
    side = "left" if cos(angle) < -1e-9 else "right" if cos(angle) > 1e-9 or turn else "middle"
    return Node(
        place + 1,
        organisation,
        round(SIZE / 2 + RADIUS * cos(angle), 1),
        round(SIZE / 2 + RADIUS * sin(angle), 1),
        round(radius, 1),
        round(SIZE / 2 + out * cos(angle), 1),
        round(SIZE / 2 + out * sin(angle), 1),
        round(turn + 180 if side == "left" and turn else turn, 1),
        side,
    )


def _line(tie: Tie, a: Node, b: Node, share: float, widest: float) -> MapLine:
    a, b = sorted((a, b), key=lambda node: node.number)
    # The middle pulls, so that neighbours are not joined along the rim.
    x, y = (_pulled(one, other) for one, other in ((a.x, b.x), (a.y, b.y)))
    return MapLine(
        f"M{a.x} {a.y}Q{x} {y} {b.x} {b.y}",
        round(max(widest * sqrt(share), THINNEST), 1),
        ceil(STEPS * sqrt(share)),
        tie,
        a.organisation.name,
        b.organisation.name,
    )


def _pulled(one: float, other: float) -> float:
    return round(SIZE / 2 + ((one + other) / 2 - SIZE / 2) * 0.35, 1)


def heat_map(evidence: Evidence) -> HeatMap:
    """Conversations between every two organisations, in steps of teal.

    The steps go with the square root: most counts are small, and should still be told apart.
    """
    places = {one.id: place for place, one in enumerate(evidence.organisations)}
    names = evidence.names
    highest = max((tie.met for tie in evidence.ties), default=0)
    met = {(tie.a, tie.b): tie for tie in evidence.ties}
    cells, lowest = [], dict.fromkeys(range(1, STEPS + 1), highest + 1)
    for row in evidence.organisations:
        for column in evidence.organisations:
            a, b = sorted((row.id, column.id))
            tie = met.get((a, b))
            step = ceil(STEPS * sqrt(tie.met / highest)) if tie and highest else 0
            if tie and step:
                lowest[step] = min(lowest[step], tie.met)
            x, y = places[column.id] * CELL, places[row.id] * CELL
            cells.append(Cell(x, y, step, tie, names[row.id], names[column.id]))
    return HeatMap(
        len(places) * CELL,
        evidence.organisations,
        cells,
        [(step, count) for step, count in lowest.items() if count <= highest],
    )
