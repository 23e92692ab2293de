"""Minimum-cost perfect matching together with its dual: the prices that prove it.

Edmonds' primal-dual method (1965) in its O(n³) form (Galil 1986, "Efficient algorithms for
finding maximum matching in graphs"), on Python integers of any size. Quicker libraries keep their prices to
themselves; this one is asked only where counting proves nothing.

Prices are for twice the cost, so that they stay whole. For every allowed pair
    prices[a] + prices[b] - values of the odd sets that hold both  <=  2 * cost,
with equality on the pairs of the matching, and each odd set of positive value is full: (size - 1) / 2 pairs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from matcher.result import Dual, OddSet

FREE, EVEN, ODD = -1, 0, 1
Edge = tuple[int, int]


class Matching:
    """Alternating trees grown from everybody unmatched; odd circles are shrunk to blossoms.

    Nodes are vertices 0..n-1 and blossoms from n on. `top[x]` is the outermost node of x; `mate[node]` the
    vertex its node is matched to; `edge[u][v]` the pair of vertices of least slack between two nodes;
    `holds[b][x]` the child of blossom b that vertex x is in; `near[node]` the even vertex closest to it.
    """

    def __init__(self, cost: Sequence[Sequence[int | None]]) -> None:
        n = self.n = len(cost)
        size = n + n // 2 + 1
        self.high = max((price for row in cost for price in row if price is not None), default=0)
        self.cost = cost
        self.label = [self.high] * n + [0] * (size - n)
        self.mate: list[int | None] = [None] * size
        self.top: list[int | None] = [*range(n), *[None] * (size - n)]
        self.circle: list[list[int]] = [[] for _ in range(size)]
        self.holds: list[dict[int, int]] = [{u: u} if u < n else {} for u in range(size)]
        self.edge: list[dict[int, Edge]] = [{} for _ in range(size)]
        for u in range(n):
            self.edge[u] = {v: (u, v) for v in range(n) if cost[u][v] is not None}
        self.state = [FREE] * size
        self.parent: list[int | None] = [None] * size
        self.near: list[int | None] = [None] * size
        self.queue: deque[int] = deque()

    def solve(self) -> bool:
        """Whether everybody can be matched; then `mate` and `dual` say how and why no better."""
        return all(self._phase() for _ in range(self.n // 2))

    def dual(self) -> Dual:
        prices = tuple(self.high - self.label[v] for v in range(self.n))
        blossoms = [b for b in range(self.n, len(self.label)) if self.top[b] is not None]
        sets = [OddSet(tuple(sorted(self.holds[b])), self.label[b]) for b in blossoms if self.label[b] > 0]
        return Dual(prices, tuple(sets))

    def _slack(self, u: int, v: int) -> int:
        x, y = self.edge[u][v]
        return self.label[x] + self.label[y] - 2 * (self.high - (self.cost[x][y] or 0))

    def _outermost(self) -> Iterator[int]:
        return (node for node, top in enumerate(self.top) if top == node)

    def _top(self, x: int | None) -> int:
        """The outermost node of a vertex; asking for nobody's is a mistake of ours."""
        top = None if x is None else self.top[x]
        if top is None:
            raise LookupError("asked for the node of nobody")
        return top

    def _phase(self) -> bool:
        """One more pair, or False if there is no perfect matching."""
        self.state = [FREE] * len(self.state)
        self.near = [None] * len(self.near)
        self.queue.clear()
        for node in self._outermost():
            if self.mate[node] is None:
                self.parent[node], self.state[node] = None, EVEN
                self._push(node)
        while True:
            if self._grow():
                return True
            step = self._step()
            if step is None:
                return False
            self._move(step)
            if self._tight():
                return True

    def _grow(self) -> bool:
        """Follow tight edges from even vertices; True when a pair was gained."""
        while self.queue:
            u = self.queue.popleft()
            if self.state[self._top(u)] == ODD:
                continue
            for v in list(self.edge[u]):
                if v < self.n and self.top[u] != self.top[v]:
                    if self._slack(u, v) == 0:
                        if self._found((u, v)):
                            return True
                    else:
                        self._nearer(u, self._top(v))
        return False

    def _step(self) -> int | None:
        """How far prices can move before something happens; None if nothing ever will."""
        steps = []
        for node in self._outermost():
            if node >= self.n and self.state[node] == ODD:
                steps.append(self.label[node] // 2)
            near = self.near[node]
            if near is not None and self.state[node] != ODD:
                slack = self._slack(near, node)
                steps.append(slack if self.state[node] == FREE else slack // 2)
        return min(steps, default=None)

    def _move(self, step: int) -> None:
        for v in range(self.n):
            self.label[v] += {EVEN: -step, ODD: step, FREE: 0}[self.state[self._top(v)]]
        for node in self._outermost():
            if node >= self.n:
                self.label[node] += {EVEN: 2 * step, ODD: -2 * step, FREE: 0}[self.state[node]]

    def _tight(self) -> bool:
        """Use the edges and open the blossoms that the move made tight; True when a pair was gained."""
        self.queue.clear()
        for node in list(self._outermost()):
            near = self.near[node]
            tight = self.top[node] == node and near is not None and self.top[near] != node
            if (
                tight
                and near is not None
                and self._slack(near, node) == 0
                and self._found(self.edge[near][node])
            ):
                return True
        for node in list(self._outermost()):
            if node >= self.n and self.state[node] == ODD and self.label[node] == 0:
                self._open(node)
        return False

    def _push(self, node: int) -> None:
        self.queue.extend(self.holds[node])

    def _nearer(self, u: int, node: int) -> None:
        near = self.near[node]
        if near is None or self._slack(u, node) < self._slack(near, node):
            self.near[node] = u

    def _look(self, node: int) -> None:
        """Find the even vertex nearest to a node anew."""
        self.near[node] = None
        for u in range(self.n):
            if node in self.edge[u] and self.top[u] != node and self.state[self._top(u)] == EVEN:
                self._nearer(u, node)

    def _found(self, edge: Edge) -> bool:
        """A tight edge from an even node: grow the tree, shrink a circle, or gain a pair (True)."""
        u, v = self._top(edge[0]), self._top(edge[1])
        if self.state[v] == FREE:
            self.parent[v], self.state[v] = edge[0], ODD
            other = self._top(self.mate[v])
            self.near[v] = self.near[other] = None
            self.state[other] = EVEN
            self._push(other)
            return False
        if self.state[v] == EVEN:
            meeting = self._meeting(u, v)
            if meeting is None:
                self._augment(u, v)
                self._augment(v, u)
                return True
            self._shrink(u, meeting, v)
        return False

    def _up(self, node: int) -> int | None:
        """The even node above an even node in its tree."""
        mate = self.mate[node]
        return None if mate is None else self._top(self.parent[self._top(mate)])

    def _meeting(self, u: int, v: int) -> int | None:
        """The even node at which two even nodes' ways to their roots meet."""
        seen = set()
        node: int | None = u
        while node is not None:
            seen.add(node)
            node = self._up(node)
        node = v
        while node is not None and node not in seen:
            node = self._up(node)
        return node

    def _augment(self, u: int, v: int) -> None:
        """Match u to v, and exchange pairs along u's way to its root."""
        while True:
            mate = self.mate[u]
            self._match(u, v)
            if mate is None:
                return
            before = self._top(mate)
            above = self._top(self.parent[before])
            self._match(before, above)
            u, v = above, before

    def _match(self, u: int, v: int) -> None:
        """Match node u to node v; inside a blossom everybody moves up one place."""
        x, y = self.edge[u][v]
        self.mate[u] = y
        if u >= self.n:
            child = self.holds[u][x]
            place = self._place(u, child)
            circle = self.circle[u]
            for i in range(place):
                self._match(circle[i], circle[i ^ 1])
            self._match(child, v)
            self.circle[u] = circle[place:] + circle[:place]

    def _place(self, blossom: int, child: int) -> int:
        """Where the child stands in its circle, which is turned round so that the way to its base is even."""
        place = self.circle[blossom].index(child)
        if place % 2:
            circle = self.circle[blossom]
            self.circle[blossom] = circle[:1] + circle[:0:-1]
            place = len(circle) - place
        return place

    def _side(self, node: int, meeting: int) -> list[int]:
        """Nodes from an even node up to the meeting, which is not among them; odd ones become even."""
        side = []
        while node != meeting:
            odd = self._top(self.mate[node])
            side += [node, odd]
            self._push(odd)
            node = self._top(self.parent[odd])
        return side

    def _shrink(self, u: int, meeting: int, v: int) -> None:
        """Make a blossom of the circle through u, v and the meeting of their ways."""
        b = next(b for b in range(self.n, len(self.top)) if self.top[b] is None)
        self.label[b], self.state[b] = 0, EVEN
        self.mate[b], self.parent[b] = self.mate[meeting], self.parent[meeting]
        self.circle[b] = [meeting, *self._side(u, meeting)[::-1], *self._side(v, meeting)]
        self.holds[b] = {x: child for child in self.circle[b] for x in self.holds[child]}
        self._cover(b, b)
        self.edge[b] = {}
        for node in range(len(self.top)):
            self.edge[node].pop(b, None)
        for child in self.circle[b]:
            for node in list(self.edge[child]):
                if node not in self.edge[b] or self._slack(child, node) < self._slack(b, node):
                    self.edge[b][node] = self.edge[child][node]
                    self.edge[node][b] = self.edge[node][child]
        self._look(b)

    def _cover(self, node: int, top: int) -> None:
        self.top[node] = top
        for child in self.circle[node]:
            self._cover(child, top)

    def _open(self, b: int) -> None:
        """Undo an odd blossom whose price is used up; its circle takes its place in the tree."""
        for child in self.circle[b]:
            self._cover(child, child)
        parent = self.parent[b]
        if parent is None:
            raise LookupError("an odd blossom hangs from somebody")
        child = self.holds[b][self.edge[b][parent][0]]
        place = self._place(b, child)
        circle = self.circle[b]
        for i in range(0, place, 2):
            odd, even = circle[i], circle[i + 1]
            self.parent[odd] = self.edge[even][odd][0]
            self.state[odd], self.state[even] = ODD, EVEN
            self.near[odd] = None
            self._look(even)
            self._push(even)
        self.state[child], self.parent[child] = ODD, parent
        for node in circle[place + 1 :]:
            self.state[node] = FREE
            self._look(node)
        self.top[b], self.circle[b], self.holds[b] = None, [], {}
        self.label[b] = 0
        for node in range(len(self.top)):
            self.edge[node].pop(b, None)
        self.edge[b] = {}
