"""The names under which the dashboard may be opened: a page of another name must not reach it through the browser."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSED = (
    "The dashboard is not known by this name. Open it as localhost, or name it: OBSERVATORY_HOSTS={name} make run.\n"
)


def is_known(host: str, address: str, names: Collection[str]) -> bool:
    """Whether a request for a host is meant for a dashboard that listens on this address and has these names.

    Any site can let a name of its own point to this machine, and its pages could then read what is here. So a
    dashboard of this machine alone answers to numbers, to localhost and to its names; `*` stands for any. One that
    other machines reach answers to all, unless it is given names. A browser always names its host; what names none is
    no browser.

    >>> is_known("localhost:8501", "127.0.0.1", ()), is_known("example.org", "127.0.0.1", ())
    (True, False)
    >>> is_known("example.org", "127.0.0.1", ["example.org"]), is_known("example.org", "0.0.0.0", ())
    (True, True)
    """
    name = _bare(host)
    if not name or _is_number(name) or name == "localhost" or name.endswith(".localhost"):
        return True
    if "*" in names or name in names or name == address:
        return True
    return not names and not is_own(address)


def _bare(host: str) -> str:
    """A host without its port, in small letters.

    >>> _bare("[::1]:8501"), _bare("LOCALHOST:80"), _bare("::1")
    ('::1', 'localhost', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.lower() if host.count(":") > 1 else host.lower().partition(":")[0].rstrip(".")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_own(address: str) -> bool:
    """Whether only programs of this machine reach an address.

    >>> is_own("127.0.0.1"), is_own("localhost"), is_own("0.0.0.0"), is_own("vllm")
    (True, True, False, False)
    """
    return address == "localhost" or (_is_number(address) and ipaddress.ip_address(address).is_loopback)


class KnownHost:
    """Refuse requests and web sockets for a host that the dashboard is not; `known` gives its address and names."""

    def __init__(self, app: ASGIApp, known: Callable[[], tuple[str, Collection[str]]]) -> None:
        self._app = app
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for this dashboard."""
        host = Headers(scope=scope).get("host", "") if scope["type"] in ("http", "websocket") else "localhost"
        if is_known(host, *self._known()):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            name = _bare(host) if _bare(host).replace("-", "").replace(".", "").isalnum() else "name"
            await PlainTextResponse(_REFUSED.format(name=name), 421)(scope, receive, send)
