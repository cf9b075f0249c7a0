"""The three editions of a bundle: who each is for, and what it leaves out."""

from enum import StrEnum


class Edition(StrEnum):
    """One way to hand out the evidence of a case."""

    FULL = "volledig"
    """For the police: everything, with logins in the log. Leaves the house encrypted."""
    REDACTED = "gezwart"
    """For platforms and third parties: the post alone, children and others masked; no decisions, no reasons."""
    SUSPECT = "verdachte"
    """What a suspect may read in the file: as redacted, with decisions and letters under pseudonyms."""

    @property
    def masked(self) -> bool:
        """Whether names of children and others, addresses and numbers are masked, and the raw page left out."""
        return self is not Edition.FULL

    @property
    def with_reasons(self) -> bool:
        """Whether reviewers' own words are in it."""
        return self is not Edition.REDACTED
