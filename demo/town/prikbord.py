"""The notice board whose posts appear only by JavaScript: its HTML holds none."""

import json
from collections.abc import Iterable

from babel.dates import format_datetime
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from demo.messages import TownPost
from demo.town import pages
from demo.town.state import TownState

LAYOUT = "prikbord.html"
AT_ONCE = 20
"""Posts that one press of "Meer laden" brings."""


def create_prikbord(posts: Iterable[TownPost], state: TownState) -> Starlette:
    """Build the application: an empty page, a script, and the JSON address that the script asks."""
    posts = tuple(sorted(posts, key=lambda post: post.posted_at, reverse=True))

    async def show_board(request: Request) -> Response:
        return pages.answer(request, pages.render("prikbord_bord.html", only=""))

    async def show_post(request: Request) -> Response:
        post = pages.find_post(request, posts)
        if post.post_id in state.removed:
            return pages.answer_removed(LAYOUT)
        return pages.answer(request, pages.render("prikbord_bord.html", only=post.post_id))

    async def list_posts(request: Request) -> Response:
        standing = state.list_standing(posts)
        only = request.query_params.get("bericht")
        if only:
            rows, rest = [post for post in standing if post.post_id == only], 0
        else:
            asked = request.query_params.get("vanaf", "0")
            start = int(asked) if asked.isdecimal() else 0
            rows, rest = standing[start : start + AT_ONCE], max(0, len(standing) - start - AT_ONCE)
        body = json.dumps({"berichten": [_describe(post) for post in rows], "nog": rest}, ensure_ascii=False)
        return pages.answer(request, body, media_type="application/json")

    async def show_script(_request: Request) -> Response:
        return FileResponse(pages.HERE / "static" / "prikbord.js", media_type="text/javascript")

    return Starlette(
        routes=[
            Route("/", show_board),
            Route("/bericht/{post_id}", show_post),
            Route("/berichten.json", list_posts),
            Route("/prikbord.js", show_script),
            pages.route_profile(posts, state, LAYOUT),
            *pages.route_fixtures(),
        ]
    )


def _describe(post: TownPost) -> dict[str, str]:
    return {
        "id": post.post_id,
        "link": post.path,
        "lid": post.author,
        "naam": post.author_name,
        "profiel": f"/lid/{post.author}",
        "tijd": post.posted_at.isoformat(),
        "geplaatst": format_datetime(post.posted_at, "d MMMM y, HH:mm", tzinfo=pages.AMSTERDAM, locale="nl"),
        "tekst": post.text,
    }
