"""The two sites made of threads: the forum and the complaint site."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.messages import TownPost
from demo.town import pages
from demo.town.state import TownState


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadedSite:
    """How one site of threads looks and how long its pages are."""

    site: str
    thread_path: str
    """Before the thread's number: `/t/` or `/klacht/`."""
    list_template: str
    thread_template: str
    layout: str
    threads_per_page: int
    posts_per_page: int
    crawl_delay: float | None


FORUM = ThreadedSite(
    site="forum",
    thread_path="/t/",
    list_template="forum_lijst.html",
    thread_template="forum_onderwerp.html",
    layout="forum.html",
    threads_per_page=6,
    posts_per_page=10,
    crawl_delay=None,
)

KLACHTEN = ThreadedSite(
    site="klachten",
    thread_path="/klacht/",
    list_template="klachten_lijst.html",
    thread_template="klachten_klacht.html",
    layout="klachten.html",
    threads_per_page=5,
    posts_per_page=50,
    crawl_delay=0.5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread: its number, and its posts in the order they were written, removed ones included."""

    number: int
    path: str
    posts: tuple[TownPost, ...]

    @property
    def opening(self) -> TownPost:
        """The post that opened it."""
        return self.posts[0]

    @property
    def latest(self) -> TownPost:
        """The last post in it."""
        return self.posts[-1]


def create_threaded_site(kind: ThreadedSite, posts: Iterable[TownPost], state: TownState) -> Starlette:
    """Build the application that serves the threads of one site."""
    posts = tuple(posts)
    threads = _collect_threads(kind, posts)

    async def show_list(request: Request) -> Response:
        board = request.query_params.get("board")
        chosen = [thread for thread in threads if board in (None, thread.opening.board)]
        if not chosen:
            raise HTTPException(404)
        last = ceil(len(chosen) / kind.threads_per_page)
        page = pages.count_page(request, last)
        rows = chosen[(page - 1) * kind.threads_per_page : page * kind.threads_per_page]
        body = pages.render(
            kind.list_template,
            rows=[(thread, len(state.list_standing(thread.posts))) for thread in rows],
            boards=sorted({thread.opening.board for thread in threads}),
            board=board,
            page=page,
            last=last,
        )
        return pages.answer(request, body)

    async def show_thread(request: Request) -> Response:
        found = [thread for thread in threads if thread.number == request.path_params["number"]]
        if not found:
            raise HTTPException(404)
        last = ceil(len(found[0].posts) / kind.posts_per_page)
        page = pages.count_page(request, last)
        # Removed posts keep their place, so that a link to page 2 stays a link to the same posts.
        here = found[0].posts[(page - 1) * kind.posts_per_page : page * kind.posts_per_page]
        standing = state.list_standing(here)
        body = pages.render(kind.thread_template, thread=found[0], posts=standing, page=page, last=last)
        return pages.answer(request, body, modified=state.find_last_change(here))

    async def show_post(request: Request) -> Response:
        post = pages.find_post(request, posts)
        if post.post_id in state.removed:
            return pages.answer_removed(kind.layout)
        thread = next(thread for thread in threads if post in thread.posts)
        page = thread.posts.index(post) // kind.posts_per_page + 1
        body = pages.render("bericht.html", layout=kind.layout, post=post, thread=f"{thread.path}?page={page}")
        return pages.answer(request, body, modified=post.posted_at)

    return Starlette(
        routes=[
            Route("/", show_list),
            Route(kind.thread_path + "{number:int}", show_thread),
            Route("/bericht/{post_id}", show_post),
            pages.route_profile(posts, state, kind.layout),
            *pages.route_fixtures(crawl_delay=kind.crawl_delay),
        ]
    )


def _collect_threads(kind: ThreadedSite, posts: Iterable[TownPost]) -> list[Thread]:
    """Sort posts into threads, the one with the latest post first."""
    collected: dict[int, list[TownPost]] = {}
    for post in posts:
        if post.thread is not None:
            collected.setdefault(post.thread, []).append(post)
    threads = [
        Thread(
            number=number,
            path=f"{kind.thread_path}{number}",
            posts=tuple(sorted(own, key=lambda post: post.posted_at)),
        )
        for number, own in collected.items()
    ]
    return sorted(threads, key=lambda thread: thread.latest.posted_at, reverse=True)
