"""Captures and bundles: other people's bytes, served so that nothing in them can act."""

import io
from typing import Annotated

from fastapi import APIRouter, Depends
from PIL import Image, UnidentifiedImageError
from starlette.responses import Response

from review.casefile import read_case
from review.errors import ForbiddenError, UnknownPageError
from review.headers import FILE_POLICY
from review.language import N_
from review.pages import go
from review.rights import Right
from review.visit import Allowed, Visit
from takedown.evidence.files import read_kept
from warehouse import EvidenceFile

router = APIRouter(prefix="/case/{case_id}")
Reader = Annotated[Visit, Depends(Allowed(Right.READ))]
Keeper = Annotated[Visit, Depends(Allowed(Right.EVIDENCE))]
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})
COVER_WIDTH = 40
"""Pixels of a covered screenshot: enough for the page's shape, too few for a word or a face."""


@router.get("/file/{sha256}")
def evidence_file(visit: Reader, case_id: str, sha256: str, covered: str = "") -> Response:
    """Give one file of the case's captures, checked against its digest.

    Screenshots may be seen by every reader; the rest is for those who keep evidence, and is always a download.
    """
    record = _recorded(visit, case_id, sha256)
    content = read_kept(visit.desk.evidence, sha256)
    if covered:
        return _served(_covered(content), "image/png", "covered.png", inline=True)
    is_picture = record.media_type in PICTURES
    if not is_picture and not visit.may(Right.EVIDENCE):
        message = N_("Your role does not include this. Ask a colleague who may, or your administrator.")
        raise ForbiddenError(message)
    action = "screenshot.shown" if is_picture else "file.downloaded"
    visit.desk.state.audit.note(at=visit.now, actor=visit.login, action=action, subject=case_id, detail=sha256)
    media_type = record.media_type if is_picture else "application/octet-stream"
    return _served(content, media_type, record.name, inline=is_picture)


@router.post("/recapture")
def look_again(visit: Keeper, case_id: str) -> Response:
    """Look at the page again and keep what it shows."""
    read_case(visit, case_id)
    visit.desk.recapture(case_id)
    return go(f"/case/{case_id}#evidence")


@router.post("/bundle")
def bundle(visit: Keeper, case_id: str) -> Response:
    """Lead to the editions: which one, what is masked in it, and how it is locked are a person's choice."""
    read_case(visit, case_id)
    return go(f"/case/{case_id}/editions")


def _recorded(visit: Visit, case_id: str, sha256: str) -> EvidenceFile:
    """Find the file in the case's own captures: a digest alone opens nothing."""
    for capture in read_case(visit, case_id).captures:
        for record in capture.files:
            if record.sha256 == sha256:
                return record
    message = N_("This case has no such file.")
    raise UnknownPageError(message)


def _covered(content: bytes) -> bytes:
    """Give a tiny picture of the top of the page, which the browser draws large and soft."""
    small = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            top = picture.crop((0, 0, width, min(height, width)))
            top.convert("RGB").resize((COVER_WIDTH, max(1, COVER_WIDTH * top.height // width))).save(small, "PNG")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        message = N_("This file is not a picture that can be shown.")
        raise UnknownPageError(message) from error
    return small.getvalue()


def _served(content: bytes, media_type: str, name: str, *, inline: bool) -> Response:
    safe_name = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "._-")) or "file"
    placing = "inline" if inline else "attachment"
    headers = {
        "Content-Disposition": f'{placing}; filename="{safe_name}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    return Response(content, media_type=media_type, headers=headers)
