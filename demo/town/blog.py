"""The guest blog: pages, and its whole content in an RSS and an Atom feed."""

from collections.abc import Iterable
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.messages import TownPost
from demo.town import pages
from demo.town.state import TownState

LAYOUT = "blog.html"
FEEDS = {"rss.xml": "application/rss+xml", "atom.xml": "application/atom+xml"}
"""File name of each feed and its media type (RSS 2.0; RFC 4287)."""


def create_blog(posts: Iterable[TownPost], state: TownState) -> Starlette:
    """Build the application; the newest post comes first everywhere."""
    posts = tuple(sorted(posts, key=lambda post: post.posted_at, reverse=True))

    async def show_front(request: Request) -> Response:
        body = pages.render("blog_voorpagina.html", posts=state.list_standing(posts))
        return pages.answer(request, body, modified=state.find_last_change(posts))

    async def show_post(request: Request) -> Response:
        post = pages.find_post(request, posts)
        if post.post_id in state.removed:
            return pages.answer_removed(LAYOUT)
        body = pages.render("bericht.html", layout=LAYOUT, post=post, thread="")
        return pages.answer(request, body, modified=post.posted_at)

    async def show_feed(request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        changed = state.find_last_change(posts)
        # The markup of a post is escaped twice: once as HTML, once more by the template as XML.
        entries = [(post, f"<p>{escape(post.text, quote=False)}</p>") for post in state.list_standing(posts)]
        home = str(request.base_url).removesuffix("/")
        body = pages.render(f"{name}.jinja", entries=entries, home=home, changed=changed)
        return pages.answer(request, body, modified=changed, media_type=FEEDS[name])

    return Starlette(
        routes=[
            Route("/", show_front),
            Route("/bericht/{post_id}", show_post),
            *(Route(f"/{name}", show_feed) for name in FEEDS),
            pages.route_profile(posts, state, LAYOUT),
            *pages.route_fixtures(),
        ]
    )
