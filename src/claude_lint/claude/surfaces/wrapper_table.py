"""The wrapper libraries, one row for each way a library is given a model.

A new library is a row. Names and parameters are read from each library's own source, in the
versions that were newest on 2026-11-24.
"""

from __future__ import annotations

from dataclasses import dataclass

from claude_lint.claude.catalog import Platform

PROVIDERS = {
    "anthropic": Platform.CLAUDE,
    "anthropic_text": Platform.CLAUDE,
    "bedrock": Platform.BEDROCK,
    "bedrock_converse": Platform.BEDROCK,
    "anthropic_bedrock": Platform.BEDROCK,
    "aws": Platform.BEDROCK,
    "vertex_ai": Platform.VERTEX,
    "vertex": Platform.VERTEX,
    "google-vertex": Platform.VERTEX,
    "google_vertexai": Platform.VERTEX,
    "google_anthropic_vertex": Platform.VERTEX,
}
"""What libraries call the providers that serve Claude under its own names; others are gateways."""

_SAMPLING = frozenset({"temperature", "top_p", "top_k", "thinking", "tool_choice", "max_tokens"})
_URLS = ("base_url", "api_base", "anthropic_api_url", "api_url", "endpoint")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One class or function of a library that takes a model.

    `names` are the callables; with a `receiver`, methods of what those callables make, which have
    its model unless they are given another. `models` are the parameters for the model, `position`
    its 0-based place. `platform` is where a name without prefix goes, None where it is not told.
    `separators` end a provider's prefix. `passes_on` are parameters that reach the API unchanged.
    `vendors` are parameters that tell whose the model is. `is_placed_outside` of what finds its
    platform in the environment: a name in another platform's spelling goes there.
    """

    library: str
    packages: frozenset[str]
    names: tuple[str, ...]
    models: tuple[str, ...] = ("model",)
    position: int | None = None
    platform: Platform | None = Platform.CLAUDE
    separators: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    base_urls: tuple[str, ...] = _URLS
    receiver: tuple[str, ...] = ()
    passes_on: frozenset[str] = frozenset()
    vendors: tuple[str, ...] = ()
    is_placed_outside: bool = False

    def is_for_claude(self, name: str) -> bool:
        """Tell whether what the row calls `name` speaks to Claude whatever model it is given."""
        if self.receiver or self.separators or not self.models:
            return False
        return self.platform is Platform.CLAUDE or "Anthropic" in name


def _packages(*names: str) -> frozenset[str]:
    return frozenset(names)


_LANGCHAIN = _packages(
    "langchain_anthropic",
    "langchain_community",
    "langchain",
    "langchain_aws",
    "langchain_google_vertexai",
    "langchain_classic",
    "langchain_core",
)

WRAPPERS: tuple[Wrapper, ...] = (
    # LangChain
    Wrapper(
        "langchain_anthropic",
        _LANGCHAIN,
        ("ChatAnthropic", "AnthropicLLM", "ChatAnthropicMessages"),
        ("model", "model_name"),
        passes_on=_SAMPLING,
    ),
    Wrapper(
        "langchain_anthropic",
        _LANGCHAIN,
        ("bind", "bind_tools", "invoke", "ainvoke", "stream", "astream"),
        ("model", "model_name"),
        receiver=("ChatAnthropic",),
        passes_on=_SAMPLING,
    ),
    Wrapper(
        "langchain_anthropic",
        _LANGCHAIN | {"langchain_anthropic"},
        ("Anthropic",),
        ("model", "model_name"),
    ),
    Wrapper(
        "langchain_aws",
        _LANGCHAIN,
        ("ChatBedrock", "ChatBedrockConverse", "BedrockChat", "BedrockLLM", "Bedrock"),
        ("model_id", "model", "base_model"),
        platform=Platform.BEDROCK,
        vendors=("provider",),
    ),
    Wrapper(
        "langchain_aws",
        _LANGCHAIN,
        ("ChatAnthropicBedrock",),
        ("model", "model_name"),
        platform=Platform.BEDROCK,
    ),
    Wrapper(
        "langchain_google_vertexai",
        _LANGCHAIN,
        ("ChatAnthropicVertex",),
        ("model_name", "model"),
        platform=Platform.VERTEX,
    ),
    Wrapper(
        "langchain",
        _LANGCHAIN,
        ("init_chat_model",),
        ("model",),
        0,
        Platform.CLAUDE,
        separators=(":",),
        providers=("model_provider",),
    ),
    Wrapper(
        "langchain",
        _LANGCHAIN,
        ("create_agent",),
        ("model",),
        0,
        Platform.CLAUDE,
        separators=(":",),
    ),
    # LiteLLM
    Wrapper(
        "litellm",
        _packages("litellm"),
        (
            "completion",
            "acompletion",
            "batch_completion",
            "text_completion",
            "completion_with_retries",
            "token_counter",
            "LiteLLM",
            "responses",
            "aresponses",
            "anthropic_messages",
        ),
        ("model",),
        0,
        Platform.CLAUDE,
        separators=("/",),
        providers=("custom_llm_provider",),
    ),
    Wrapper(
        "litellm",
        _packages("litellm"),
        ("completion", "acompletion"),
        ("model",),
        0,
        None,
        receiver=("Router",),
        separators=("/",),
    ),
    # pydantic-ai
    Wrapper(
        "pydantic_ai",
        _packages("pydantic_ai"),
        ("Agent", "infer_model"),
        ("model",),
        0,
        Platform.CLAUDE,
        (":",),
    ),
    Wrapper(
        "pydantic_ai", _packages("pydantic_ai"), ("AnthropicModel",), ("model_name", "model"), 0
    ),
    Wrapper(
        "pydantic_ai",
        _packages("pydantic_ai"),
        ("BedrockConverseModel",),
        ("model_name",),
        0,
        Platform.BEDROCK,
    ),
    # LlamaIndex: the class is called like the SDK's client
    Wrapper(
        "llama_index",
        _packages("llama_index"),
        ("Anthropic",),
        ("model",),
        0,
        passes_on=frozenset({"temperature"}),
    ),
    Wrapper(
        "llama_index",
        _packages("llama_index"),
        ("Bedrock", "BedrockConverse"),
        ("model",),
        0,
        Platform.BEDROCK,
    ),
    # DSPy, Instructor, CrewAI, Haystack
    Wrapper("dspy", _packages("dspy"), ("LM",), ("model",), 0, Platform.CLAUDE, ("/",)),
    Wrapper("dspy", _packages("dspy"), ("Claude", "Anthropic"), ("model",), 0),
    Wrapper("instructor", _packages("instructor"), ("from_provider",), ("model",), 0, None, ("/",)),
    Wrapper(
        "instructor",
        _packages("instructor"),
        ("create", "create_with_completion", "create_partial", "create_iterable"),
        receiver=("from_anthropic",),
    ),
    Wrapper("crewai", _packages("crewai"), ("LLM",), ("model",), 0, Platform.CLAUDE, ("/",)),
    Wrapper(
        "haystack",
        _packages("haystack", "haystack_integrations", "anthropic_haystack"),
        ("AnthropicGenerator", "AnthropicChatGenerator"),
        ("model",),
    ),
    Wrapper(
        "haystack",
        _packages("haystack_integrations"),
        ("AmazonBedrockGenerator", "AmazonBedrockChatGenerator"),
        ("model",),
        0,
        Platform.BEDROCK,
    ),
    Wrapper(
        "haystack",
        _packages("haystack_integrations"),
        ("AnthropicVertexChatGenerator",),
        ("model",),
        None,
        Platform.VERTEX,
    ),
    # Agents
    Wrapper(
        "autogen_ext",
        _packages("autogen_ext", "autogen"),
        ("AnthropicChatCompletionClient",),
        ("model",),
    ),
    Wrapper(
        "autogen_ext",
        _packages("autogen_ext"),
        ("AnthropicBedrockChatCompletionClient",),
        platform=Platform.BEDROCK,
    ),
    Wrapper(
        "semantic_kernel",
        _packages("semantic_kernel"),
        ("AnthropicChatCompletion",),
        ("ai_model_id",),
        0,
    ),
    Wrapper(
        "semantic_kernel",
        _packages("semantic_kernel"),
        ("BedrockChatCompletion",),
        ("model_id",),
        0,
        Platform.BEDROCK,
    ),
    Wrapper(
        "smolagents",
        _packages("smolagents"),
        ("LiteLLMModel",),
        ("model_id",),
        0,
        Platform.CLAUDE,
        ("/",),
    ),
    Wrapper(
        "smolagents",
        _packages("smolagents"),
        ("AmazonBedrockModel", "AmazonBedrockServerModel"),
        ("model_id",),
        0,
        Platform.BEDROCK,
    ),
    Wrapper(
        "claude_agent_sdk",
        _packages("claude_agent_sdk", "claude_code_sdk"),
        ("ClaudeAgentOptions", "ClaudeCodeOptions"),
        ("model", "fallback_model"),
        is_placed_outside=True,
    ),
    Wrapper(
        "agno_vertexai",
        _packages("agno.models.vertexai"),
        ("Claude",),
        ("id",),
        0,
        Platform.VERTEX,
    ),
    Wrapper(
        "agno_aws",
        _packages("agno.models.aws", "phi.model.aws"),
        ("Claude", "AwsBedrock"),
        ("id",),
        0,
        Platform.BEDROCK,
    ),
    Wrapper(
        "agno_azure", _packages("agno.models.azure"), ("Claude",), ("id",), 0, Platform.FOUNDRY
    ),
    Wrapper("agno", _packages("agno", "phi"), ("Claude",), ("id",), 0),
    Wrapper("strands", _packages("strands"), ("AnthropicModel",), ("model_id",)),
    Wrapper(
        "strands", _packages("strands"), ("BedrockModel",), ("model_id",), None, Platform.BEDROCK
    ),
    Wrapper("browser_use", _packages("browser_use"), ("ChatAnthropic",), ("model",), 0),
    Wrapper("magentic", _packages("magentic"), ("AnthropicChatModel",), ("model",), 0),
    Wrapper(
        "magentic",
        _packages("magentic"),
        ("LitellmChatModel",),
        ("model",),
        0,
        Platform.CLAUDE,
        ("/",),
    ),
    Wrapper("inspect_ai", _packages("inspect_ai"), ("get_model",), ("model",), 0, None, ("/",)),
    Wrapper("griptape", _packages("griptape"), ("AnthropicPromptDriver",)),
    Wrapper(
        "aisuite",
        _packages("aisuite"),
        ("create",),
        ("model",),
        None,
        None,
        (":",),
        receiver=("Client",),
    ),
    Wrapper("mirascope", _packages("mirascope.core.anthropic"), ("call", "anthropic_call"), (), 0),
    Wrapper(
        "mirascope",
        _packages("mirascope"),
        ("call", "Model", "model", "use_model"),
        ("model", "model_id"),
        0,
        None,
        ("/", ":"),
        providers=("provider",),
    ),
    Wrapper("guidance", _packages("guidance"), ("Anthropic", "AnthropicCompletion"), ("model",), 0),
    # OpenAI's SDK and what is made like it: a gateway, unless the compat surface knows better.
    Wrapper(
        "portkey_ai",
        _packages("portkey_ai", "groq", "together", "mistralai", "openrouter"),
        ("create",),
        ("model",),
        None,
        Platform.GATEWAY,
        receiver=("Portkey", "AsyncPortkey", "Groq", "AsyncGroq", "Together", "OpenRouter"),
    ),
)
