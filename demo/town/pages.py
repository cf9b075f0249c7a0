"""What the sites' pages share: templates, Dutch dates, conditional answers, robots, removed posts."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime as format_http_date
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.messages import TownPost
from demo.town.state import TownState

HERE = Path(__file__).parent
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HTML = "text/html"


def _say_dutch(moment: datetime) -> str:
    """Give "3 november 2026, 14:02", in the town's time zone."""
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=AMSTERDAM, locale="nl")


def _say_rfc822(moment: datetime) -> str:
    """Give the date as RSS 2.0 wants it."""
    return format_http_date(moment.astimezone(UTC), usegmt=True)


templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["dutch"] = _say_dutch
templates.filters["rfc822"] = _say_rfc822


def render(template: str, **values: object) -> str:
    """Fill in one of the town's templates; every value is escaped."""
    return templates.get_template(template).render(**values)


def answer(request: Request, body: str, *, modified: datetime | None = None, media_type: str = HTML) -> Response:
    """Answer with `body`, or with 304 when the asker has it already (RFC 9110 §13).

    The ETag is the body's digest; If-Modified-Since counts only where no If-None-Match came.
    """
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if modified is not None:
        headers["Last-Modified"] = _say_rfc822(modified)
    if _has_it(request, etag, modified):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _has_it(request: Request, etag: str, modified: datetime | None) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False  # RFC 9110 §13.1.3: a date that can't be read is ignored


def answer_removed(template: str) -> Response:
    """Say that a post was here and is gone for good: 410."""
    body = render("verwijderd.html", layout=template)
    return Response(body, status_code=410, media_type=HTML, headers={"Cache-Control": "no-cache"})


def find_post(request: Request, posts: Iterable[TownPost]) -> TownPost:
    """Give the post whose id stands in the path. Raises 404 where there is none."""
    wanted = request.path_params["post_id"]
    for post in posts:
        if post.post_id == wanted:
            return post
    raise HTTPException(404)


def count_page(request: Request, pages: int) -> int:
    """Give the page asked for, from 1. Raises 404 where it is none of `pages`."""
    asked = request.query_params.get("page", "1")
    if not asked.isdecimal() or not 1 <= int(asked) <= pages:
        raise HTTPException(404)
    return int(asked)


def route_profile(posts: Iterable[TownPost], state: TownState, layout: str) -> Route:
    """Give the route of the page that lists everything one author wrote on this site."""
    posts = tuple(posts)

    async def show_author(request: Request) -> Response:
        own = [post for post in posts if post.author == request.path_params["handle"]]
        if not own:
            raise HTTPException(404)
        body = render("profiel.html", layout=layout, author=own[0], posts=state.list_standing(own))
        return answer(request, body, modified=state.find_last_change(own))

    return Route("/lid/{handle}", show_author)


def route_fixtures(*, crawl_delay: float | None = None) -> list[Route]:
    """Give the routes every site has: robots.txt, with a delay in seconds where given, and the style sheet."""
    lines = ["User-agent: *", "Disallow: /zoeken", "Allow: /"]
    if crawl_delay is not None:
        lines.append(f"Crawl-delay: {crawl_delay:g}")
    robots = "\n".join(lines) + "\n"

    async def show_robots(_request: Request) -> Response:
        return PlainTextResponse(robots)

    async def show_style(_request: Request) -> Response:
        return FileResponse(HERE / "static" / "stijl.css", media_type="text/css")

    return [Route("/robots.txt", show_robots), Route("/stijl.css", show_style)]
