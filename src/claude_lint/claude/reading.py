"""What of the settings changes how code is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Names from the settings: gateways that behave like the API, and a project's own wrappers."""

    api_hosts: tuple[str, ...] = ()
    client_factories: tuple[str, ...] = ()
    retry_wrappers: tuple[str, ...] = ()
