"""Landlock: a process takes from itself all rights to files, to ports and to processes outside.

Source: https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

from observatory.sandbox import libc

_CREATE_VERSION = 1
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_PORT_RIGHTS, _SCOPES = 0b11, 0b11


def version() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    try:
        return libc.syscall(libc.number_of("landlock_create_ruleset"), None, 0, _CREATE_VERSION)
    except OSError:
        return 0


def restrict() -> None:
    """Take all rights that this kernel's Landlock knows; OSError where it has none.

    With `no_new_privs` no privilege is needed. Descriptors that are open stay usable.
    """
    known = version()
    rights = [_FILE_RIGHTS[min(max(known, 1), 5)], _PORT_RIGHTS if known >= 4 else 0, _SCOPES if known >= 6 else 0]
    size = 8 * (1 if known < 4 else 2 if known < 6 else 3)
    attributes = b"".join(right.to_bytes(8, "little") for right in rights)[:size]
    ruleset = libc.syscall(libc.number_of("landlock_create_ruleset"), attributes, size, 0)
    libc.syscall(libc.LANDLOCK_RESTRICT_SELF, ruleset, 0)
