"""Drafts answers to customers."""

import anthropic

from . import settings

client = anthropic.Anthropic(api_key=settings.ANTHROPIC_API_KEY, max_retries=0)


def draft_reply(question: str) -> str:
    reply = client.messages.create(
        model=settings.REPLY_MODEL,
        system="You answer for the support desk. Be brief and kind.",
        messages=[{"role": "user", "content": question}],
    )
    return reply.content[0].text
