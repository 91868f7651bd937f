"""The headers of every answer: what a page of the dashboard may load, and that it talks to no other host."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "serial", "hid", "midi", "display-capture")
_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
}


def policy(scripts: Iterable[bytes]) -> str:
    """The Content-Security-Policy of a page whose inline scripts are these, and no others.

    No script is made of text while the page runs: Streamlit lets Vega interpret its expressions. WebAssembly, for the
    long numbers of its messages, and inline styles are what Streamlit needs beside its own files.

    >>> policy([b"1"]).split("; ")[1]
    "script-src 'self' 'wasm-unsafe-eval' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    allowed = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in scripts)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' {allowed}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def inline_scripts(page: bytes) -> list[bytes]:
    """The texts of the scripts that stand in a page.

    >>> inline_scripts(b"<script src='a.js'></script><script>1</script>")
    [b'1']
    """
    return _INLINE.findall(page)


def streamlit_page() -> bytes:
    """The page of Streamlit that every address of the dashboard answers with.

    >>> b'<div id="root">' in streamlit_page()
    True
    """
    return (Path(st.__file__).parent / "static" / "index.html").read_bytes()


class SafeHeaders:
    """Put the headers on every answer, also on files and errors."""

    def __init__(self, app: ASGIApp, scripts: Iterable[bytes] = ()) -> None:
        self._app = app
        self._headers = {"Content-Security-Policy": policy(scripts), **_PLAIN}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; a web socket has no headers of its own."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
