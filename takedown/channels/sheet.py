"""Notices by hand: the filled-in form, to copy into a platform's own page. Nothing leaves the house from here.

Reads from the configuration: `folder` (where the sheet is written as HTML; not written when None).
"""

import html
from datetime import datetime

from takedown.channels import ChannelConfig
from takedown.errors import SendLaterError
from warehouse import Label, Notice, Receipt


def sheet_number(notice: Notice) -> str:
    """Give the sheet's number, the same for the same notice."""
    return f"FORM-{notice.id[:12].upper()}"


def fields_of(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Give the form's fields in the order in which platforms ask for them: name and value."""
    dutch = notice.language == "nl"
    return (
        ("Nummer" if dutch else "Number", sheet_number(notice)),
        ("Ontvanger" if dutch else "Recipient", notice.recipient),
        ("Naam" if dutch else "Name", notice.notifier_name),
        ("E-mail", notice.notifier_email),
        ("Webadressen" if dutch else "URLs", "\n".join(notice.urls)),
        ("Waarom illegaal" if dutch else "Why illegal", notice.explanation),
        ("Onderwerp" if dutch else "Subject", notice.subject),
        ("Hele brief" if dutch else "Whole letter", notice.body),
    )


def sheet_html(notice: Notice) -> str:
    """Give the sheet as an HTML page without scripts: each field can be selected with one click."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd><pre>{html.escape(value)}</pre></dd>" for name, value in fields_of(notice)
    )
    style = "body{font:16px sans-serif;max-width:50rem;margin:2rem auto}pre{white-space:pre-wrap;user-select:all;border:1px solid #888;padding:.5rem}dt{font-weight:bold}"
    return (
        f'<!doctype html><html lang="{html.escape(notice.language, quote=True)}"><head><meta charset="utf-8">'
        f"<title>{html.escape(sheet_number(notice))}</title><style>{style}</style></head><body><dl>{rows}</dl></body></html>"
    )


class Sheet:
    """A form that a person copies by hand."""

    name = "sheet"

    def send(self, notice: Notice, config: ChannelConfig, *, labels: tuple[Label, ...], now: datetime) -> Receipt:  # noqa: ARG002 - a person picks the category
        """Write the sheet and give its number.

        Raises:
            SendLaterError: the folder can't be written.

        """
        if config.folder is None:
            return Receipt(notice_id=notice.id, channel=self.name, reference=sheet_number(notice), sent_at=now)
        target = config.folder / f"{sheet_number(notice)}.html"
        try:
            config.folder.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(".unfinished")
            unfinished.write_text(sheet_html(notice), encoding="utf-8")
            unfinished.replace(target)
        except OSError as error:
            message = f"The sheet could not be written to {config.folder} ({error.strerror}). Make room and try again."
            raise SendLaterError(message) from error
        return Receipt(
            notice_id=notice.id, channel=self.name, reference=sheet_number(notice), sent_at=now, detail=str(target)
        )


CHANNEL = Sheet()
