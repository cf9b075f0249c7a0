"""Who is named in a post: the people of a roster, in every way their names are written."""

from classify.names.check import RosterWarning, check_roster
from classify.names.errors import EmptyRosterError, LineError, ListError, NamesError
from classify.names.find import Finder, compile_roster, find_mentions
from classify.names.posts import NotOurPerson, OurPerson, PostText

__all__ = [
    "EmptyRosterError",
    "Finder",
    "LineError",
    "ListError",
    "NamesError",
    "NotOurPerson",
    "OurPerson",
    "PostText",
    "RosterWarning",
    "check_roster",
    "compile_roster",
    "find_mentions",
]
