"""Titles before names and letters after them: what is left of a name without them."""

import re

# Before a name.
TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor rev revd rev'd rev’d reverend sir dame lord lady baroness viscount "
    "cllr cllrs councillor cynghorydd cyng ald alderman hon rt right honourable the mayor capt captain "
    "cpt cdr cmdr commander col colonel lt lieutenant maj major gen general brig brigadier sgt sergeant cpl "
    "corporal sqn ldr leader flt wg wing cdre commodore adm admiral pc dc ds di dci dsupt insp inspector "
    "supt superintendent ch chief constable fr father sister br imam rabbi canon ven venerable archdeacon "
    "bishop pastor mp ms msp mla td sheikh y yr athro parch parchedig county deputy senator provost bailie "
    "pcso acc dcc cc".split()
)
# After one: honours, degrees, professional bodies, and members of parliaments and of the bench.
LETTERS = frozenset(
    "om ch kc qc gbe kbe dbe cbe obe mbe bem gcb kcb dcb cb gcmg kcmg dcmg cmg kcvo cvo lvo mvo qpm kpm "
    "qfsm kfsm dl jp mp ms msp mla mep am tsp dsc mc td vr pc rn raf ba bsc beng bed ma msc meng mba mpa "
    "mph med mphil mres llb llm phd dphil edd dba dsc md mbbs mbchb pgce pgdip pgcert dip hnd cert hons "
    "cantab oxon cipfa cpfa acca fcca aca fca acma fcma cgma cima mcih fcih cihcm mrtpi frtpi mrics frics "
    "assocrics mcips fcips mcipd fcipd acipd assoccipd mciob fciob mcieh ceng ieng mice fice miet mbcs "
    "fbcs citp frsa frs fba facss fhea sfhea prince2 cmgr mcmi fcmi msyi dipsw rgn rmn rn cqsw ciehf cenv "
    "csci cstat frse mria frcp frcs mrcgp as fcilex solicitor barrister esq jr sr jnr snr junior senior "
    "ii iii iv retd ret'd".split()
)
# What is a title only where it stands before another one, or is written in capitals: some are given names, as
# Gen, Col and Di are, and of a peer the title is the first half of the name.
PERHAPS = frozenset(
    "the right hon honourable ald lord lady baroness viscount mayor captain commander general col colonel "
    "gen maj major brig brigadier sergeant corporal leader wing cdre commodore admiral di ds dc pc ch chief "
    "constable inspector superintendent fr father sister br imam rabbi canon ven venerable archdeacon bishop "
    "pastor sheikh mp msp ms mla td y yr county provost bailie acc dcc cc".split()
)
# Of those the ones that are given names: of "Gen Field" the first is Gen.
GIVEN_NAMES = frozenset("gen col di major".split())
# Family names too, where capitals do not tell them from letters: "ANNA LEE MA".
NAMES_TOO = frozenset("ma ba am as mba beng om".split())
IN_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
PRONOUNS = re.compile(
    r"\s*[|,–—-]?\s*[(\[]?\b(?:she|he|they)(?:\s*/\s*(?:her|hers|him|his|them|theirs|they|she|he))+\b[)\]]?",
    re.IGNORECASE,
)


def without(name: str) -> str:
    """A name without what stands before and after it: "Cllr Jo Shah OBE (she/her)" is "Jo Shah". A title
    stays where only one name follows: "Dr Shah".
    """
    bare, comma, after = IN_BRACKETS.sub("", PRONOUNS.sub("", " ".join(name.split()))).partition(",")
    if comma and not all(is_letters(word) for word in after.replace(",", " ").split()):
        bare = f"{bare},{after}"
    words = bare.split()
    count = count_of(words)
    if len(words) - count > 1:
        words = words[count:]
    tells = bare not in (bare.upper(), bare.lower())
    while len(words) > 2 and is_letters(words[-1]) and (tells or _plain(words[-1]) not in NAMES_TOO):
        words.pop()
    return " ".join(words) or name


def count_of(words: list[str]) -> int:
    """How many of the first words of a name are titles, with a constable's number among them."""
    known = [_plain(word) in TITLES or (place > 0 and word.isdigit()) for place, word in enumerate(words)]
    count = known.index(False) if False in known else len(words)
    if words[count : count + 1] in (["&"], ["and"]):  # "Mr & Mrs Smith"
        return 0
    tells = not " ".join(words).isupper()
    sure = [_plain(word) not in PERHAPS or (tells and _is_rank(word)) for word in words[:count]]
    return count if any(sure) or count > 1 else 0


def _is_rank(word: str) -> bool:
    return word.isupper() and len(word) > 1


def is_letters(word: str) -> bool:
    """Is it written as letters after a name are? MA is a degree, and Ma a name."""
    is_name = word.replace(".", "").istitle() and _plain(word) not in ("jr", "sr", "esq")
    return _plain(word) in LETTERS and not is_name


def _plain(word: str) -> str:
    return word.strip("().,").replace(".", "").casefold()
