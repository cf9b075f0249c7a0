"""From a template and what goes in it to a page, in the visitor's language."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from review import words
from review.casefile import people_about
from review.charts import points
from review.crawl_words import said
from review.desk import Desk
from review.keys import KEYS
from review.language import LANGUAGES, ZONE, ago, catalogue, day, every, moment, size
from review.name_words import FEATURES
from review.rights import Right
from review.visit import Visit, page_language

THEMES = ("", "light", "dark")


class Pages:
    """The templates, once a language."""

    def __init__(self, desk: Desk) -> None:
        """Compile nothing yet; Jinja compiles a template when it is first asked for."""
        self.desk = desk
        self._environments = {language: self._environment(language) for language in LANGUAGES}

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader("review"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined] # i18n adds it
        environment.globals |= {
            "words": words,
            "features": FEATURES,
            "KEYS": KEYS,
            "Right": Right,
            "points": points,
            "LANGUAGES": LANGUAGES,
        }
        environment.filters["moment"] = lambda at: moment(at, language)
        environment.filters["day"] = lambda at: day(at, language)
        environment.filters["ago"] = lambda at: ago(at, self.desk.now(), language)
        environment.filters["host"] = lambda link: urlsplit(link).hostname or link
        environment.filters["every"] = lambda minutes: every(minutes, language)
        environment.filters["said"] = lambda message: said(message, language)
        environment.filters["size"] = lambda count: size(count, language)
        environment.filters["web_link"] = web_link
        environment.filters["max_of"] = lambda row: max(row.values(), default=0)
        environment.filters["case_number"] = lambda number: f"HA-{number:06d}"
        return environment

    def text(self, language: str, message: str, values: Mapping[str, object] | None = None) -> str:
        """Translate one sentence and put its values in."""
        translated = catalogue(language).gettext(message)
        return translated % values if values else translated

    def show(
        self,
        visit: Visit,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Render a page for a signed-in visitor."""
        shared = {
            "visit": visit,
            "csrf": visit.session.csrf,
            "language": visit.language,
            "banner": self._alarms(visit),
            "seen_today": seen_today(visit),
        }
        return self._render(visit.request, template, visit.language, status, headers, shared | context)

    def show_outside(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Render a page for somebody who isn't signed in."""
        language = page_language(request)
        shared: dict[str, Any] = {"visit": None, "csrf": "", "language": language, "banner": (), "seen_today": 0}
        return self._render(request, template, language, status, None, shared | context)

    def part(self, visit: Visit, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Render a part of a page, for HTMX."""
        shared = {"visit": visit, "csrf": visit.session.csrf, "language": visit.language}
        return self._render(visit.request, template, visit.language, status, None, shared | context)

    def _render(
        self,
        request: Request,
        template: str,
        language: str,
        status: int,
        headers: Mapping[str, str] | None,
        context: Mapping[str, Any],
    ) -> HTMLResponse:
        theme = request.cookies.get("theme", "")
        shared = {
            "desk": self.desk,
            "now": self.desk.now(),
            "here": request.url.path,
            "theme": theme if theme in THEMES else "",
            "always_show": always_shows(request),
        }
        page = self._environments[language].get_template(template)
        return HTMLResponse(page.render(shared | dict(context)), status_code=status, headers=dict(headers or {}))

    def _alarms(self, visit: Visit) -> tuple[dict[str, Any], ...]:
        """Give the acute cases nobody took yet, for the banner; not to those who may not review."""
        if not visit.may(Right.REVIEW):
            return ()
        state = self.desk.state
        own = people_about(visit, state.people.all())
        pending = [case for case, _ in state.alarms.pending() if case.person_id not in own]
        return tuple({"case": case, "number": state.cases.number(case.id)} for case in pending)


def seen_today(visit: Visit) -> int:
    """Count the posts whose text this person read since midnight in Amsterdam."""
    midnight = visit.now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    listing: int = visit.request.app.state.listing.subjects_of(visit.login, "post.unblurred", since=midnight)
    return listing


def always_shows(request: Request) -> bool:
    """Say whether this person chose to see texts at once (a cookie of her browser)."""
    return request.cookies.get("show") == "always"


def web_link(link: str) -> str:
    """Give a link when it leads to the web, else an empty one: a page's own words may be `javascript:`."""
    return link if urlsplit(link).scheme in {"http", "https"} else ""


def go(path: str) -> RedirectResponse:
    """Lead on after a write (POST, redirect, GET)."""
    return RedirectResponse(path, status_code=303)


def pages_of(visit: Visit) -> Pages:
    """Give the application's pages."""
    pages: Pages = visit.request.app.state.pages
    return pages
