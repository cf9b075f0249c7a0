"""A small roster of fictional people."""

import pytest

from classify.names import Finder, compile_roster
from warehouse import Person
from warehouse.people import read_roster

ROSTER = """\
person_id,given_names,call_name,initials,tussenvoegsel,surname,partner_tussenvoegsel,partner_surname,name_usage,display_name,gender,aliases,handles,organisation,organisation_aliases,town,role
A,Maria Johanna,Marieke,M.J.,de,Vries,,Wennekes,N,Marieke de Vries,f,,@mariekedv,Jeugdbescherming Duinrand,JB Duinrand;JBD,Zandstad,jeugdbeschermer
B,Johannes,Jan,J.,van den,Berkhof,,,E,Jan van den Berkhof,m,,,Jeugdbescherming Duinrand,JB Duinrand;JBD,Zandstad,gezinsvoogd
C,Ayşe,Ayşe,A.,,Özdoğan,,,E,Ayşe Özdoğan,f,,,Veilig Thuis Kreekrand,VT Kreekrand,Kreekstad,vertrouwensarts
D,Christina,Stien,Chr.,,Bakker,,,E,Stien Bakker,f,Stientje,,Veilig Thuis Kreekrand,VT Kreekrand,Kreekstad,raadsonderzoeker
E,Mohamed,Mohamed,M.,,El Khallouki,,,E,Mohamed El Khallouki,m,Mo,,Jeugdbescherming Duinrand,JB Duinrand;JBD,Zandstad,teamleider
F,Petronella,Nel,P.,,Vermeulink,,,E,Nel Vermeulink,f,,,Veilig Thuis Kreekrand,VT Kreekrand,Kreekstad,casemanager
G,Anna,Anneke,A.,,Smitshof,,,E,Anneke Smitshof,f,,,Jeugdbescherming Duinrand,JBD,Zandstad,jeugdbeschermer
H,Arie,Arie,A.,,Smitshof,,,E,Arie Smitshof,m,,,Jeugdbescherming Duinrand,JBD,Zandstad,jeugdbeschermer
"""


@pytest.fixture(scope="session")
def people() -> tuple[Person, ...]:
    """Eight fictional professionals."""
    return read_roster(ROSTER)


@pytest.fixture(scope="session")
def finder(people: tuple[Person, ...]) -> Finder:
    """Compile the roster once."""
    return compile_roster(people)
