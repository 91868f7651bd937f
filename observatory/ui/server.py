"""The dashboard's server: opens the observatory when it starts and closes it when it stops."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from streamlit.runtime.pages_manager import PagesManager

from observatory.errors import ObservatoryError, PortInUse
from observatory.settings import Settings
from observatory.ui.headers import SafeHeaders, inline_scripts, streamlit_page
from observatory.ui.hosts import KnownHost
from observatory.workbench import Observatory

ADDRESS = b"""<script>
{ const home = new URL(".", location).href
window.__streamlit = { BACKEND_BASE_URL: home, MAIN_PAGE_BASE_URL: home } }
</script>"""
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    from observatory.ui.session import observatory

    # A folder called `pages` makes Streamlit run a page without streamlit_app.py until that has run once.
    PagesManager.uses_pages_directory = False
    obs = observatory()
    obs.engine()  # the first look starts it
    threading.Thread(target=_warm, args=(obs,), name="warm", daemon=True).start()
    address = f"http://{st.get_option('server.address')}:{st.get_option('server.port')}"
    print(f"Observatory: {address}  (Ctrl+C stops it)", file=sys.stderr, flush=True)  # noqa: T201
    yield {}
    obs.close()


def _warm(obs: Observatory) -> None:
    """Import what the first page needs before somebody waits for it, and try the layers that hold chart code."""
    import observatory.bias
    import observatory.charts
    import observatory.insight
    import observatory.profile  # noqa: F401

    status = obs.sandbox()
    if not status.ready:
        print(status.detail, file=sys.stderr, flush=True)  # noqa: T201


class KnownAddress(BaseHTTPMiddleware):
    """Tell the page where its server is.

    Without it a link such as `/bias?dataset=…` makes the browser try `/bias/_stcore/` first, which costs two failed
    requests and two errors in its console. Every page lies right below the server, also behind a proxy that gives the
    dashboard a path of its own.
    """

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Pass everything on, and put one line into the page itself, which is asked for uncompressed."""
        if "text/html" in request.headers.get("accept", ""):
            request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"accept-encoding"]
        response = await call_next(request)
        if not response.headers.get("content-type", "").startswith("text/html"):
            return response
        body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
        headers = {k: v for k, v in response.headers.items() if k not in ("content-length", "etag", "last-modified")}
        return Response(body.replace(b"<head>", b"<head>" + ADDRESS, 1), response.status_code, headers)


@cache
def _known_names() -> tuple[str, frozenset[str]]:
    """The address that the dashboard listens on, and the names that it may be opened under."""
    given = Settings.from_env().hosts.lower().split(",")
    return str(st.get_option("server.address")), frozenset(name.strip() for name in given if name.strip())


SCRIPTS = [*inline_scripts(ADDRESS), *inline_scripts(streamlit_page())]
app = st.App(
    ROOT / "streamlit_app.py",
    lifespan=_lifespan,
    middleware=[
        Middleware(SafeHeaders, scripts=SCRIPTS),
        Middleware(KnownHost, known=_known_names),
        Middleware(KnownAddress),
    ],
)


def serve(settings: Settings, port: int | None = None) -> None:
    """Run the dashboard until it is stopped; raises PortInUse or WorkspaceUnavailable before anything starts."""
    from observatory.store import Store

    chosen = port or settings.port
    if not (ROOT / "streamlit_app.py").is_file():
        raise ObservatoryError("The pages are not installed here.", "Run it from a clone of the project: make run.")
    Store(settings.workspace, settings).close()
    _check_port(settings.host, chosen)
    megabytes = settings.max_bytes // 2**20
    app.run(config={"server.port": chosen, "server.address": settings.host, "server.maxUploadSize": max(1, megabytes)})


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise PortInUse(
                f"Port {port} of {host} is in use by another program or not allowed.",
                "Stop it, or choose another: OBSERVATORY_PORT=8600 make run.",
            ) from exc
