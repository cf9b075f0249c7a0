"""The post's own pictures, films and sounds, as the server gave them: taken from the archive, asked for only if not there."""

from takedown.evidence.archive import Archive
from takedown.evidence.steps import Visit, limit, tell

MOST = 12
"""Media kept apart from one post."""

ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
    "image/svg+xml": "svg", "video/mp4": "mp4", "video/webm": "webm", "audio/mpeg": "mp3", "audio/ogg": "ogg",
}  # fmt: skip
"""What a file is called by its type; another type is called `bin`, since the name must not come from the page."""

ASK = """async (url) => {
  try { await fetch(url, { mode: 'no-cors', credentials: 'omit', signal: AbortSignal.timeout(8000) }); } catch { /* noted by the recorder */ }
}"""


def keep_media(visit: Visit, archive: Archive) -> None:
    """Store the media of the post and report where each came from.

    What the page did not load by itself (a linked picture, a film that did not start) is asked for once, by the page's
    own browser, so that it goes through the recorder and its refusals. Bodies over the recorder's limit are missing.
    """
    there = visit.found["media"] if visit.found else []
    wanted = list(dict.fromkeys([*there, *visit.order.media]))
    told: list[dict[str, str]] = []
    for url in wanted[:MOST]:
        if archive.body(url) is None and url.startswith(("http://", "https://")):
            tell("action", kind="ophalen", target=f"media van het bericht: {url[:300]}")
            visit.page.evaluate(ASK, url)
            visit.settle(1.0)
        kept = archive.body(url)
        if kept is None:
            limit(f"Media van het bericht ontbreken: {url[:300]}.")
            continue
        content, mime = kept
        name = f"media-{len(told)}.{ENDINGS.get(mime, 'bin')}"
        visit.store(name, content, mime if mime in ENDINGS else "application/octet-stream", "media")
        told.append({"bestand": name, "url": url[:2000], "type": mime[:100]})
    if len(wanted) > MOST:
        limit(f"Bij het bericht horen {len(wanted)} media; de eerste {MOST} zijn los bewaard.")
    tell("facts", media=told)
