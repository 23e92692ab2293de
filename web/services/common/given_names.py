"""Given names that are common in the United Kingdom and are no place and seldom a family name: by them
"Pugh, Margaret" is known to be turned round, and "Tom Field, Amina Shah, Leeds" to be two people.

Whoever is called otherwise loses nothing by it: what they write is taken as it stands.
"""

from web.models.folding import folded

GIVEN = frozenset(
    "aaron abdul abdullah abigail adam adele adrian agnes agnieszka ahmed aidan aileen aisha alan alasdair "
    "alastair alexander alexandra alfie alice alison alistair amanda amber amelia amina amy andrea andrew "
    "angela angharad angus anita ann anna anne anthony antonia aoife archie arthur arwel asif audrey ayesha "
    "barbara barry beata beatrice ben benjamin bernadette bernard beryl bethan betty beverley bilal brenda "
    "brian bridget bronwen callum carol caroline carolyn catherine catrin ceri cerys charles charlotte "
    "cheryl chloe christina christine christopher ciara claire colin connor craig cynthia dafydd daniel "
    "darren david dawn debbie deborah declan deirdre denise dennis derek desmond diana diane dilys dominic "
    "donald donna doreen dorothy douglas duncan edith edward edwina eileen eilidh elaine eleanor eleri elin "
    "elizabeth ella ellen emily emma emyr eric erin esther eva evelyn ewan farah fatima fiona frances "
    "gareth gary gavin gemma geoffrey george geraint gerald geraldine gerard gillian glenys glynis gordon "
    "graeme graham gwen gwilym gwyneth hannah harriet harry hassan hayley hazel heather helen helena henry "
    "hilary hugh huw hywel iain ian ibrahim imran ioan iolo irene iris isabel isabella isla iwan jack jacob "
    "jacqueline jake james jamie jan jane janet janice jasmine jason jean jeffrey jennifer jenny jeremy "
    "jessica jill jim joan joanna joanne john jonathan joseph josephine joshua joyce judith julia julian "
    "julie karen karl katarzyna kate katherine kathleen kathryn katie keith kenneth kevin khadija kieran "
    "kirsty krzysztof laura lauren lawrence leah leanne leonard lesley liam linda lisa llinos lorraine "
    "louise lucy luke lynn lynne magdalena malcolm malgorzata manjit margaret maria marian marie marion "
    "marjorie mark martin mary maryam matthew maureen mavis megan melanie melissa mererid meurig michael "
    "michelle miriam mohamed mohammad mohammed moira monica muhammad muriel myfanwy nadia naomi natalie "
    "natasha neil nerys nia niamh nicholas nicola nicole nigel norma norman oliver olivia olwen omar orla "
    "osian owain pamela patricia patrick paul paula pauline peter philip philippa phillip piotr priya "
    "rachel rajesh ralph raymond rebecca rhian rhiannon rhodri rhys richard robert robin roger ronald "
    "rosemary roy ruth ryan sadia saeed sajid sally samantha samuel sandra sanjay sara sarah sean shabana "
    "sharon sheila shirley shona sian simon sinead siobhan sioned sophie stephanie stephen steven stuart "
    "sunita susan suzanne sylvia tanya tariq terence teresa theresa thomas timothy tina tom tomasz tracey "
    "tracy trevor tudur una ursula valerie vanessa vera veronica vikram vincent vivien wendy william "
    "winifred yasmin yusuf yvonne zahra zainab zoe".split()
)


def is_given(name: str) -> bool:
    """Is it one, or several in a row or joined, as "Anne-Marie" is? An initial may stand behind it."""
    words = folded(name).replace("-", " ").split()
    return bool(words) and words[0] in GIVEN and all(word in GIVEN or len(word) == 1 for word in words[1:])
