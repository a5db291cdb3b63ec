"""Rules in words, for people; a rule that is nothing but a query is its text."""

from musfuse.library.collections import rules
from musfuse.library.collections.rules import Definition, Rule
from musfuse.wording import counted


def spoken(definition: Definition) -> str:
    """`(genre:jazz) and (played in the last 7 days), by -plays, 50 at most`"""
    more = [f"by {' '.join(definition.order)}"] if definition.order else []
    if definition.limit:
        more.append(f"{definition.limit} at most")
    return ", ".join([_rule(definition.rule), *more])


def _rule(rule: Rule) -> str:
    match rule:
        case rules.Search(text):
            return text
        case rules.Match(name, pattern):
            return f"{name}:{_quoted(pattern)}"
        case rules.DateRange(name, start, end):
            return f"{name}:[{start or '*'} TO {end or '*'}]"
        case rules.RecentlyAdded(days):
            return f"added in the last {counted(days, 'day')}"
        case rules.RecentlyPlayed(days):
            return f"played in the last {counted(days, 'day')}"
        case rules.MostPlayed(limit):
            return f"the {counted(limit, 'track')} played most"
        case rules.NeverPlayed():
            return "never played"
        case rules.Genre(genre):
            return f"genre:{_quoted(genre)}~0"
        case rules.Rating(stars):
            return f"{counted(stars, 'star')} or more"
        case rules.Not(child):
            return f"not ({_rule(child)})"
        case rules.Compound(op, children):
            return f" {op.lower()} ".join(f"({_rule(child)})" for child in children)


def _quoted(text: str) -> str:
    return text if text and not any(char.isspace() or char in '"()' for char in text) else f'"{text}"'
