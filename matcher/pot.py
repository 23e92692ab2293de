"""The pot: who is in for a round, and everything a fair round has to know about them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import BadPot

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Pair keys are a * n + b; with more people their square times the number of rounds would leave 63 bits.
MOST_PEOPLE = 2**20 * 8

# Knuth's multiplier, 2**64 divided by the golden ratio, and a large odd number.
GOLDEN, STRANGE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)


class Pot:
    """People 0..n-1 with their organisations, who met whom, and who must not meet.

    organisation  (n,)    a code per person; equal codes are the same organisation
    met           (m, 3)  round, a, b; any order, any round numbers, later rounds larger
    never         (k, 2)  a, b
    trio_turns    (n,)    how often each person has been in a three; a newcomer counts from the level of
                          the others, so a caller may start them there
    no_trio       (n,)    people who said no to a three
    let_down      (n,)    people whose partner did not show last round
    newcomer      (n,)    people in their first round
    locked        (l, w)  groups to keep as they are, padded with -1
    mix           (n,)    one more thing to mix by: a code per person, -1 of people who have not said

    Arrays are validated once and read-only afterwards. Raises BadPot. O(m log m).

    Derived: `codes`, organisations numbered as they first appear; `rounds`, how many rounds the history has;
    `pairs_met` and `last_met`, the distinct pairs as sorted keys and the rank of their latest round; `mixes`,
    whether anybody has said; `kinds`, like `codes` for `mix`: people who have not said are like nobody.
    """

    def __init__(
        self,
        organisation: ArrayLike,
        met: ArrayLike = (),
        never: ArrayLike = (),
        *,
        trio_turns: ArrayLike | None = None,
        no_trio: ArrayLike | None = None,
        let_down: ArrayLike | None = None,
        newcomer: ArrayLike | None = None,
        locked: ArrayLike | None = None,
        mix: ArrayLike | None = None,
    ) -> None:
        self.organisation = _column("organisation", organisation)
        n = self.n = len(self.organisation)
        self.codes = _ranked(self.organisation)
        if n > MOST_PEOPLE:
            raise BadPot(f"a pot of {n} is more than the {MOST_PEOPLE} a pot can hold")
        self.met = _rows("met", met, 3)
        self.never = _rows("never", never, 2)
        _ids_exist("met", self.met[:, 1:], n)
        _ids_exist("never", self.never, n)
        self.trio_turns = _per_person("trio_turns", trio_turns, n)
        if n and self.trio_turns.min() < 0:
            raise BadPot("trio_turns below zero", person=int(self.trio_turns.argmin()))
        self.no_trio = _flags("no_trio", no_trio, n)
        self.let_down = _flags("let_down", let_down, n)
        self.newcomer = _flags("newcomer", newcomer, n)
        self.locked = _locked(locked, n)
        self.mix = _mix(mix, n)
        self.mixes = bool((self.mix >= 0).any())
        self.kinds = _kinds(self.mix)
        self.rounds, self._history = _history(self.met, n)
        self.pairs_met, self.last_met = _latest(self._history, max(self.rounds, 1))
        self.pairs_never = np.unique(_keys(self.never[:, 0], self.never[:, 1], n))
        self._met, self._never = _Filter(self.pairs_met, n), _Filter(self.pairs_never, n)

    def digest(self) -> str:
        """sha256, in hex, of everything above in one canonical order: how it was listed changes nothing."""
        digest = hashlib.sha256(f"pot 1 {self.n} {self.rounds} {self.locked.shape[1]}".encode())
        flags = self.no_trio + 2 * self.let_down.astype(np.uint8) + 4 * self.newcomer.astype(np.uint8)
        locked = np.sort(self.locked, axis=1)[np.lexsort(np.sort(self.locked, axis=1).T[::-1])]
        for part in (self.codes, self._history, self.pairs_never, self.trio_turns, locked):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(np.ascontiguousarray(part).astype(part.dtype.newbyteorder("<"), copy=False).data)
        digest.update(flags.astype(np.uint8).data)
        if self.mixes:
            digest.update(b"mix" + np.ascontiguousarray(self.kinds.astype("<i4")).data)
        return digest.hexdigest()

    def keys(self, a: NDArray[Any], b: NDArray[Any]) -> Longs:
        """One number per pair, the same for (a, b) and (b, a)."""
        return _keys(a, b, self.n)

    def age(self, a: NDArray[Any], b: NDArray[Any]) -> Ints:
        """0 for pairs who have not met, else 1 + the rank of the round they last met in (latest largest)."""
        keys = self.keys(a, b)
        ages = np.zeros(keys.shape, np.int32)
        met = self._met.has(a, b)
        ages[met] = self.last_met[np.searchsorted(self.pairs_met, keys[met])] + 1
        return ages

    def have_met(self, a: NDArray[Any], b: NDArray[Any]) -> Bools:
        """Whether each pair met in any earlier round; any shape. Expected O(pairs)."""
        return self._met.has(a, b)

    def must_not_meet(self, a: NDArray[Any], b: NDArray[Any]) -> Bools:
        """Whether each pair is a never-pair; any shape."""
        return self._never.has(a, b)

    def never_ends(self) -> Longs:
        """Everybody in a never-pair, once for each."""
        first = self.pairs_never // max(self.n, 1)
        return np.concatenate((first, self.pairs_never - first * self.n))

    def only(self, people: NDArray[Any], apart: Ints | None = None) -> Pot:
        """The same pot with only these people, renumbered in their order, and nothing locked.

        People of `apart` become never-pairs of each other.
        """
        place = np.full(self.n, -1, np.int32)
        place[people] = np.arange(len(people), dtype=np.int32)
        met, never = self.met.copy(), place[self.never]
        if apart is not None and len(apart) > 1:
            i, j = np.triu_indices(len(apart), 1)
            never = np.concatenate((never, np.stack((place[apart[i]], place[apart[j]]), axis=1)))
        met[:, 1:] = place[self.met[:, 1:]]
        return Pot(
            self.organisation[people],
            met[(met[:, 1:] >= 0).all(axis=1)],
            never[(never >= 0).all(axis=1)],
            trio_turns=self.trio_turns[people],
            no_trio=self.no_trio[people],
            let_down=self.let_down[people],
            newcomer=self.newcomer[people],
            mix=self.mix[people],
        )


def _array(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise BadPot(f"{name} has rows of different lengths") from error


def _column(name: str, values: ArrayLike) -> Ints:
    given = _array(name, values)
    if given.ndim != 1:
        raise BadPot(f"{name} must have one dimension, not {given.ndim}")
    return _whole(name, given)


def _rows(name: str, values: ArrayLike, width: int) -> Ints:
    given = _array(name, values)
    if given.size == 0:
        return _frozen(np.zeros((0, width), np.int32))
    if given.ndim != 2 or given.shape[1] != width:
        raise BadPot(f"{name} must have {width} columns, its shape is {given.shape}")
    return _whole(name, given)


def _whole(name: str, given: NDArray[Any]) -> Ints:
    """`given` as read-only int32. Raises BadPot for other types and for numbers that do not fit."""
    if given.size and given.dtype.kind not in "iu":
        raise BadPot(f"{name} must hold whole numbers, not {given.dtype}")
    if given.size and given.dtype != np.int32:
        far = (given > np.iinfo(np.int32).max) | (given < np.iinfo(np.int32).min)
        if far.any():
            raise BadPot(f"{name} holds a number beyond 32 bits", row=int(np.argwhere(far)[0][0]))
    return _frozen(given.astype(np.int32, copy=False))


def _frozen(values: Ints) -> Ints:
    view = values.view()
    view.setflags(write=False)
    return view


def _per_person(name: str, values: ArrayLike | None, n: int) -> Ints:
    column = _frozen(np.zeros(n, np.int32)) if values is None else _column(name, values)
    if len(column) != n:
        raise BadPot(f"{name} has {len(column)} entries for a pot of {n}")
    return column


def _mix(values: ArrayLike | None, n: int) -> Ints:
    said = _frozen(np.full(n, -1, np.int32)) if values is None else _per_person("mix", values, n)
    if n and said.min() < -1:
        raise BadPot("mix below -1", person=int(said.argmin()))
    return said


def _kinds(mix: Ints) -> Ints:
    """Ranked codes; a code of their own for everybody who has not said."""
    silent = mix < 0
    if not silent.any():
        return _ranked(mix)
    kinds = mix.astype(np.int64)
    kinds[silent] = int(mix.max()) + 1 + np.arange(silent.sum())
    return _frozen(_ranked(kinds))


def _flags(name: str, values: ArrayLike | None, n: int) -> Bools:
    flags = np.zeros(n, np.bool_) if values is None else _array(name, values)
    if flags.size and flags.dtype != np.bool_:
        raise BadPot(f"{name} must hold true or false, not {flags.dtype}")
    if flags.shape != (n,):
        raise BadPot(f"{name} has shape {flags.shape} for a pot of {n}")
    return flags.astype(np.bool_)


def _ids_exist(name: str, pairs: Ints, n: int) -> None:
    """Every pair names two different people of the pot. Raises BadPot for the first that does not."""
    if not len(pairs):
        return
    if pairs.min() < 0 or pairs.max() >= n:
        row, column = np.argwhere((pairs < 0) | (pairs >= n))[0]
        person = int(pairs[row, column])
        raise BadPot(f"{name} row {row}: there is no person {person} among {n}", person=person, row=int(row))
    selves = np.flatnonzero(pairs[:, 0] == pairs[:, 1])
    if len(selves):
        person = int(pairs[selves[0], 0])
        text = f"{name} row {selves[0]}: person {person} is paired with themselves"
        raise BadPot(text, person=person, pair=(person, person), row=int(selves[0]))


def _locked(values: ArrayLike | None, n: int) -> Ints:
    given = _array("locked", () if values is None else values)
    if given.size == 0:
        return _frozen(np.full((0, 3), -1, np.int32))
    if given.ndim != 2:
        raise BadPot(f"locked must have two dimensions, not {given.ndim}")
    groups = _whole("locked", given)
    wrong = np.argwhere((groups < -1) | (groups >= n))
    if len(wrong):
        person = int(groups[tuple(wrong[0])])
        row = int(wrong[0][0])
        raise BadPot(f"locked group {row}: there is no person {person}", person=person, row=row)
    members, times = np.unique(groups[groups >= 0], return_counts=True)
    if (times > 1).any():
        person = int(members[times > 1][0])
        raise BadPot(f"person {person} is locked twice", person=person)
    small = np.flatnonzero((groups >= 0).sum(axis=1) < 2)
    if len(small):
        raise BadPot(f"locked group {small[0]} has fewer than two people", row=int(small[0]))
    return groups


def _keys(a: NDArray[Any], b: NDArray[Any], n: int) -> Longs:
    keys: Longs = np.minimum(a, b).astype(np.int64) * n + np.maximum(a, b)
    return keys


def _ranked(values: NDArray[Any]) -> Ints:
    """Codes 0, 1, 2… in the order in which they first appear: only equality of organisations counts."""
    _, first, code = np.unique(values, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int32)[code]


def _history(met: Ints, n: int) -> tuple[int, Longs]:
    """How many rounds, and every (pair, rank of its round) as one sorted number."""
    rounds, rank = _round_ranks(met[:, 0])
    keys = _keys(met[:, 1], met[:, 2], n) * max(rounds, 1) + rank
    keys.sort()
    fresh = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return rounds, keys if fresh.all() else keys[fresh]


def _round_ranks(numbers: Ints) -> tuple[int, Longs]:
    if not len(numbers):
        return 0, np.zeros(0, np.int64)
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > 10 * len(numbers) + 1000:
        known, rank = np.unique(numbers, return_inverse=True)
        return len(known), rank.astype(np.int64)
    shifted = numbers.astype(np.int64) - low
    present = np.bincount(shifted) > 0
    ranks: Longs = (np.cumsum(present) - 1)[shifted]
    return int(present.sum()), ranks


def _latest(history: Longs, rounds: int) -> tuple[Longs, Ints]:
    """The distinct pairs, sorted, and the rank of the latest round of each."""
    pairs = history // rounds
    final = np.ones(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=final[:-1])
    return pairs[final], (history[final] - pairs[final] * rounds).astype(np.int32)


class _Filter:
    """Is a pair in this sorted list of keys? A byte per hash answers most times; the list has the last word.

    The table is a filter only: collisions cost time and never truth. With five million pairs it answers ten
    times quicker than searching the list for every question.
    """

    def __init__(self, keys: Longs, n: int) -> None:
        self._keys, self._n = keys, n
        self._shift = np.uint64(64 - int(min(max(len(keys) * 16, 64), 2**26)).bit_length())
        self._table = np.zeros(1 << (64 - int(self._shift)), np.bool_)
        first = keys // max(n, 1)
        self._table[self._hash(first, keys - first * n)] = True

    def _hash(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.uint64]:
        """The same for (a, b) and (b, a): a product, then Knuth's multiplicative hash."""
        place: NDArray[np.uint64] = np.add(a, STRANGE, dtype=np.uint64, casting="unsafe")
        place *= np.add(b, STRANGE, dtype=np.uint64, casting="unsafe")
        place *= GOLDEN
        place >>= self._shift
        return place

    def has(self, a: NDArray[Any], b: NDArray[Any]) -> Bools:
        if not len(self._keys):
            return np.zeros(np.shape(a), np.bool_)
        found: Bools = self._table.take(self._hash(a, b).view(np.int64))
        places = np.flatnonzero(found)
        asked = _keys(np.ravel(a).take(places), np.ravel(b).take(places), self._n)
        # In order, the questions walk the list once instead of jumping through it.
        order = np.argsort(asked)
        at = np.minimum(np.searchsorted(self._keys, asked[order]), len(self._keys) - 1)
        np.put(found, places[order], self._keys[at] == asked[order])
        return found
