"""What can go wrong in this room. Each message says what happened, where, and what to do next."""


class TakedownError(Exception):
    """Something in this room went wrong; the message is for a person."""


class CaseError(TakedownError):
    """A case may not go there from where it stands."""


class EvidenceError(TakedownError):
    """A capture, a bundle or a file of one could not be made or read."""


class NoticeError(TakedownError):
    """A notice can't be written or sent as it stands."""


class FourEyesError(NoticeError):
    """A notice lacks the approval of somebody other than its drafter."""


class ChannelError(TakedownError):
    """A notice was not handed over."""


class SendLaterError(ChannelError):
    """The other side could not take it now (SMTP 4xx, HTTP 429 or 5xx, no connection): try again later."""


class SendRefusedError(ChannelError):
    """The other side said no (SMTP 5xx, HTTP 4xx): a person must change something first."""
