"""Calling a platform's API: one answer in JSON, or an error that says whether a later try may help."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from takedown.channels import ChannelConfig
from takedown.egress import refuse_closed
from takedown.errors import EvidenceError, SendLaterError, SendRefusedError


def call(
    method: str,
    config: ChannelConfig,
    path: str,
    *,
    token: str = "",
    json: dict[str, Any] | None = None,
    params: dict[str, Any] | None = None,
) -> Any:
    """Call `config.address + path` and give its JSON. Redirects aren't followed: a token goes to nobody else.

    Raises:
        SendLaterError: no connection, 429 or 5xx.
        SendRefusedError: another 4xx, with the platform's words; no https; or no JSON.

    """
    address = config.address.rstrip("/") + path
    _refuse_unsafe(address, config)
    where = f"{urlsplit(config.address).netloc}{path}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.request(
            method, address, json=json, params=params, headers=headers, timeout=config.timeout_s, trust_env=False,
            follow_redirects=False, verify=str(config.ca_file) if config.ca_file else True,
        )  # fmt: skip
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"No answer from {where} ({error}). The notice waits for a later try."
        raise SendLaterError(message) from error
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        message = f"{where} can't take the notice now: HTTP {answer.status_code} {answer.text[:300]}. It waits for a later try."
        raise SendLaterError(message)
    if not answer.is_success:
        message = f"{where} refused: HTTP {answer.status_code} {answer.text[:300]}. Correct the notice or the settings."
        raise SendRefusedError(message)
    try:
        return answer.json()
    except ValueError as error:
        message = f"{where} answered something else than JSON: is this the right address?"
        raise SendRefusedError(message) from error


def _refuse_unsafe(address: str, config: ChannelConfig) -> None:
    """Let https to the public web pass, and http to loopback where the configuration says so."""
    try:
        refuse_closed(address, allow_loopback=config.plain_loopback)
    except EvidenceError as error:
        raise SendRefusedError(str(error)) from error
    if urlsplit(address).scheme != "https" and not config.plain_loopback:
        message = f"{config.address} is not https: a token is not sent in the clear. Correct the settings."
        raise SendRefusedError(message)
