"""Libraries and methods that read the bodies and headers they are handed, and change none."""

from __future__ import annotations

from claude_lint.python.handing import Readers

READERS = Readers(
    modules=frozenset({
        "aiohttp", "anthropic", "backoff", "boto3", "botocore", "curl_cffi", "fastapi", "flask",
        "gradio", "httpx", "httpx2", "instructor", "langchain_anthropic", "litellm", "loguru",
        "numpy", "openai", "orjson", "pandas", "pycurl", "pydantic", "requests", "rich",
        "streamlit", "structlog", "tenacity", "tiktoken", "ujson", "urllib3", "yaml",
    }),
    methods=frozenset({
        "AsyncClient", "Client", "ClientSession", "Session", "acompletion", "ainvoke",
        "completion", "converse", "count_tokens", "create", "generate", "invoke", "invoke_model",
        "model_validate", "parse", "patch", "post", "request", "send", "stream", "urlopen",
        "with_options",
    }),
)  # fmt: skip
