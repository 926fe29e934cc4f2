"""Sorts incoming mail by urgency."""

import requests

from . import settings


def urgency(mail: str) -> str:
    answer = requests.post(
        "https://api.anthropic.com/v1/messages",
        headers={
            "Authorization": f"Bearer {settings.ANTHROPIC_API_KEY}",
            "anthropic-version": "2023-06-01",
        },
        json={
            "model": settings.TRIAGE_MODEL,
            "max_tokens": 200,
            "messages": [{"role": "user", "content": f"How urgent is this mail?\n\n{mail}"}],
        },
        timeout=30,
    )
    answer.raise_for_status()
    return answer.text
