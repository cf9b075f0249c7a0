"""The same name in another life: trades, kinship, firms, lessons, sport and the dead, by rule and list."""

import pytest

from classify.names import Finder, PostText, compile_roster
from warehouse import Band, Person


@pytest.mark.parametrize(
    "text",
    [
        "Huisarts mevr. dr. Nel Vermeulink had gelukkig plek.",
        "Ik kocht het via Nel Vermeulink Makelaardij, keurig.",
        "De gevel is gedaan door Nel Vermeulink Schilderwerken.",
        "pilates bij nel vermeulink is verplaatst naar half acht",
        "Linksbuiten Nel Vermeulink (22) tekent tot 2027",
        "Nel Vermeulink (19) maakt de overstap naar de buren.",
        "Vandaag overleed mijn overgrootmoeder Nel Vermeulink, geboren 1909 in Dokkum.",
        "Ons erelid Nel Vermeulink is van ons heengegaan.",
        "Wie weet meer over Nel Vermeulink, gedoopt 1742 te Schoonhoven?",
        "In de nieuwe verhaallijn blijkt Nel Vermeulink een dochter te hebben.",
    ],
)
def test_another_life_goes_to_its_own_band(finder: Finder, text: str) -> None:
    (mention,) = finder.find([PostText(id="1", text=text)])
    assert (mention.person_id, mention.band) == ("F", Band.OTHER_CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "Aanwezig: moeder, oma, Nel Vermeulink",
        "Niet de bakker: Nel Vermeulink van VT Kreekrand liegt.",
        "NEL VERMEULINK ZN HUIS STAAT TE KOOP",
        "Nel Vermeulink & Jan van den Berkhof liegen",
    ],
)
def test_what_only_looks_like_another_life_does_not_hide_her(finder: Finder, text: str) -> None:
    assert "F" in {m.person_id for m in finder.find([PostText(id="1", text=text)]) if m.band is not Band.OTHER_CONTEXT}


def test_another_real_first_name_needs_organisation_town_or_role() -> None:
    gerrit = Person(
        id="g", display_name="Gerrit Sikkemastra", given_names="Gerrit", surname="Sikkemastra", town="Kreekstad",
        organisation="Veilig Thuis Kreekrand",
    )  # fmt: skip
    finder = compile_roster([gerrit])
    (alone,) = finder.find([PostText(id="1", text="Geert Sikkemastra verhuurt zijn caravan")])
    (placed,) = finder.find([PostText(id="1", text="Geert Sikkemastra van Veilig Thuis Kreekrand belde")])
    assert alone.score < finder.table.probable < placed.score


def test_a_famous_name_is_hers_beside_her_own_organisation() -> None:
    """A famous name is hers where her organisation follows, or stands in the post with her town."""
    virgil = Person(
        id="v", display_name="Virgil van Dijk", given_names="Virgil", tussenvoegsel="van", surname="Dijk", town="Gouda",
        organisation="Jeugdbescherming Rijnrand",
    )  # fmt: skip
    finder = compile_roster([virgil])
    texts = (
        "Virgil van Dijk scoort weer",
        "Virgil van Dijk van Jeugdbescherming Rijnrand heet echt zo",
        "Virgil van Dijk in Gouda, van Jeugdbescherming Rijnrand",
    )
    scores = [m.score for i, text in enumerate(texts) for m in finder.find([PostText(id=str(i), text=text)])]
    assert [score >= finder.table.probable for score in scores] == [False, True, True]
