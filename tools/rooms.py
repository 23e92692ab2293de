"""Draw the rooms and who knows whom, from the imports: `.venv/bin/python -m tools.rooms`.

It writes docs/rooms.svg. A room is a package; of the modules that lie loose in `web` some are doors, by which
a process comes in, and the others the ground on which all of it stands. A room stands one floor above the
highest room it imports. Of the arrows only those are drawn that no longer way implies.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape
from pathlib import Path

import grimp
import networkx as nx

PICTURE = Path("docs/rooms.svg")
DOORS = "web/*.py, the doors"
GROUND = "web/*.py, the ground"
OF_THE_DOORS = {"web.app", "web.worker", "web.background", "web.import_work", "web.providers", "web.watching"}
PACKAGES = ("web.cli", "web.services", "web.pages", "web.forms", "web.http", "web.commands", "web.models")
WIDE, HIGH, GAP, BETWEEN, EDGE = 148, 38, 20, 54, 24  # pixels
INK, PAPER, LINE = "#0b0c0c", "#ffffff", "#505a5f"
PAGE = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{height}}"
 viewBox="0 0 {{width}} {{height}}" role="img" font-family="Arial, sans-serif" font-size="13">
<title>{{title}}</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"
><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>
<rect width="{{width}}" height="{{height}}" fill="{PAPER}"/>
{{parts}}
</svg>
"""


def room_of(module: str) -> str:
    """The room a module is in, as it is written under its picture."""
    parts = module.split(".")
    if parts[0] != "web":
        return parts[0]
    if module.startswith("web.services.") and len(parts) > 2:
        return f"services/{parts[2]}"
    if ".".join(parts[:2]) in PACKAGES:
        return parts[1]
    return DOORS if ".".join(parts[:2]) in OF_THE_DOORS else GROUND


def arrows() -> nx.DiGraph[str]:
    """Every room and every arrow between two, as the imports have them."""
    imports = grimp.build_graph("matcher", "notifications", "web", cache_dir=None)
    found: nx.DiGraph[str] = nx.DiGraph()
    for module in sorted(imports.modules):
        if "migrations" in module or module in ("web", "web.services"):
            continue
        found.add_node(room_of(module))
        for other in imports.find_modules_directly_imported_by(module):
            if other not in ("web", "web.services") and room_of(other) != room_of(module):
                found.add_edge(room_of(module), room_of(other))
    return found


def floors(rooms: nx.DiGraph[str]) -> list[list[str]]:
    """From the ground up. Raises NetworkXUnfeasible where rooms import each other in a circle."""
    on: dict[str, int] = {}
    for room in reversed(list(nx.lexicographical_topological_sort(rooms))):
        on[room] = 1 + max((on[below] for below in rooms.successors(room)), default=-1)
    rows: dict[int, list[str]] = defaultdict(list)
    for room, floor in sorted(on.items()):
        rows[floor].append(room)
    return [rows[floor] for floor in range(len(rows))]


def svg() -> str:
    """The picture, the same for the same imports."""
    rooms = arrows()
    rows = floors(rooms)
    longest = max(map(len, rows))
    width = 2 * EDGE + longest * WIDE + (longest - 1) * GAP
    height = 2 * EDGE + len(rows) * HIGH + (len(rows) - 1) * BETWEEN
    places = {}
    for floor, row in enumerate(reversed(rows)):
        left = (width - len(row) * WIDE - (len(row) - 1) * GAP) / 2
        for place, room in enumerate(row):
            places[room] = (left + place * (WIDE + GAP), EDGE + floor * (HIGH + BETWEEN))
    title = (
        f"{len(rooms)} rooms on {len(rows)} floors, {rooms.number_of_edges()} arrows, none upward, no circle"
    )
    drawn = nx.transitive_reduction(rooms)
    lines = [_arrow(places[one], places[other]) for one, other in sorted(drawn.edges)]
    boxes = [_box(room, *at) for room, at in sorted(places.items())]
    return PAGE.format(width=width, height=height, title=title, parts="\n".join(lines + boxes))


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    x, y, to_x, to_y = above[0] + WIDE / 2, above[1] + HIGH, below[0] + WIDE / 2, below[1]
    bend = (to_y - y) / 2
    path = f"M{x:g} {y:g}C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
    return f'<path d="{path}" fill="none" stroke="{LINE}" marker-end="url(#tip)"/>'


def _box(room: str, x: float, y: float) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{WIDE}" height="{HIGH}" fill="{PAPER}" stroke="{INK}" '
        f'stroke-width="2"/><text x="{x + WIDE / 2:g}" y="{y + HIGH / 2 + 5:g}" text-anchor="middle" '
        f'fill="{INK}">{escape(room)}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(svg())
    print(f"written: {PICTURE}")
