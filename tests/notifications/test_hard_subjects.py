"""What councillors learn of hard subjects, and how they say that they were moved, is no harm done to them."""

import pytest

from notifications import news
from notifications.keywords import Word, understand

TOM = ("Tom Field", "Tom")
LEARNED = """
    I learned how Leeds stopped county lines dealers using the bus station
    We talked about harassment policy and who hears complaints about councillors
    Racist graffiti in our town: how Kirklees cleans it within a day
    She was harassed online for two years and still stands for election. I learned how she copes
    He was abused as a child and now chairs the safeguarding board. I learned what courage is
    Suicide prevention training for barbers works in Calderdale
    Knife crime: youth workers in A&E in Sheffield meet young people at their bedside
    She wouldn't take no for an answer from the county, and got the crossing built
    I felt uncomfortable about my own privilege | It made me feel uncomfortable in a good way
    I felt uncomfortable with how little I knew about trans people's healthcare
    I felt awkward asking about money, and she showed me how | I felt upset hearing about the closures
    I did not feel comfortable with numbers before, now I do | I feel scared for youth services
    I was touched by his story of the hospice | I was touched by how they run the bereavement cafe
    She touched me with her story about her son | It frightened me how near the budget is to collapse
    She frightened me about the state of the drains
    He was bullied at school and so was I | I was bullied at school and so was she
    I was abused online too, and she told me which setting helps
    I have been harassed by residents too: keep a log | I was abused by trolls online
    I am threatened with closure of our library too | I was assaulted while canvassing, they go in twos
    I was insulted by a resident last week, and he told me how he deals with that
    He kept making me laugh, and I learned how to run a hustings
    She kept surprising me: a Tory who runs a food bank | He keeps inspiring me to ask why
    She kept reminding me that residents want to be heard | He keeps sending me useful links on carers
    They sent me photos of their new playground, which cost half of ours
    She made me cry with the story of the baby bank | He pushed me to think about who does not come
    He hit me with a hard question: who is not in the room? | She followed me on LinkedIn
    He followed me into politics from nursing | Stared at my own bins differently after this
    She would not let me go without the name of her funder | He wouldn't let me leave without a jar of honey
    Not somebody I would ever have met: a bishop! | not someone I would have met otherwise
    Not a person I'd normally meet, and all the better | We didn't hit it off at first, then talked for hours
    We did not see eye to eye on housing, and I understand now why rural people object
    She said disabled people can't get into the chamber, so they moved out of it
    She said black people are not believed by doctors, and has a project on maternity
    He said women cannot get to evening meetings, so they moved theirs to noon
    She said foreigners do not know how to register with a GP
    He said immigrants should be asked first what they bring
    She wanted me to come to see her youth club, so I will | He offered to buy me a coffee
    She asked for money from the lottery and got it | She asked for my address book of funders
    He wanted money for the food bank from section 106 and got it
    He tried to sell the town hall to the community | She came to my church to see the warm space
    A different person came to each meeting of theirs | I want to make a complaint system as good as theirs
    He said rude comments are best answered with a question | He called me an ally
"""
HARM = """
    I felt uncomfortable about the way he looked at me | I felt uncomfortable with him
    he made me feel uncomfortable about my weight | I felt uncomfortable hearing him talk about women
    I did not feel comfortable with him | I didn't feel comfortable with the way he spoke | I felt scared
    I was touched by him | he touched me | He touched me with his hand | he frightened me
    I was bullied | I was harassed by him | I was insulted by Tom | I feel threatened by him
    I was assaulted while walking home with him | I was harassed online by Tom | I was groped in the lift
    I was abused | he kept messaging me | He keeps sending me links | he kept making me drink
    he kept making me uncomfortable | he sent me photos of himself | He sent me pictures of his ex
    she made me cry | He pushed me | he hit me | He followed me to my car | He followed me into the car park
    he stared at my chest | he would not let me go | not somebody I would want to meet again
    Not a man I'd meet alone | we didn't see eye to eye | We didn't hit it off
    he said women are not fit to lead | told me black people are not welcome here
    said immigrants should go home | he said women can't lead | said gays should not be allowed
    he wanted me to come to his hotel | he wanted me to come to see his flat | He wanted money
    he asked me for money | he tried to sell me insurance
    he asked for my address | he turned up at my house to see me | a different man came
    I want to make a complaint | he made rude comments | He called me an idiot
"""
THOUGHT = """
    She made me think about who is missing from our meetings
    He made me realise how lucky we are with our bus service
    They made me see planning from the side of a parish | She made me look at the housing list differently
    They followed a model from Preston for buying local | She followed it up with a visit to the school
    He touched on his own depression, which few leaders do | They touched on grief and how work can be kind
    I want to copy their grief cafe | I would like to bring their suicide prevention training here
    I no longer think of parish councils as small | I want to start a carers' passport like theirs
"""
NEWS = """
    He made me pay for the coffee | he followed me | he touched my arm twice today
    I want to start again with somebody | I would like to bring a friend to it
    I no longer work for the council | I want to try again in June
"""


def each(said: str) -> list[str]:
    return [one.strip() for line in said.splitlines() for one in line.split("|") if one.strip()]


@pytest.mark.parametrize("before", ["", "Met. "])
@pytest.mark.parametrize("words", each(LEARNED))
def test_it_is_no_harm(before: str, words: str) -> None:
    assert not news.tells_of_harm(before + words, TOM)
    assert before or understand(words).word is Word.LEARNING


@pytest.mark.parametrize("words", each(HARM))
def test_harm_in_words_that_resemble_it_is_heard(words: str) -> None:
    assert news.tells_of_harm(words, TOM)


@pytest.mark.parametrize("words", each(THOUGHT))
def test_what_somebody_came_to_think_is_learned(words: str) -> None:
    assert not news.is_news(words, TOM)


@pytest.mark.parametrize("words", each(NEWS))
def test_what_is_told_in_words_that_resemble_it_is_not(words: str) -> None:
    assert news.is_news(words, TOM)
