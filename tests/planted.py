"""A project full of keys, one wherever a key can stand, and what may not be seen of them."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

PIECE = 15
RNG = random.Random(6)


def new_key(kind: str = "api03") -> str:
    letters = string.ascii_letters + string.digits
    return f"sk-ant-{kind}-" + "".join(RNG.choices(letters, k=93)) + "AA"


class Planted:
    """A project full of keys."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keys: list[str] = []
        self._write()

    def key(self, kind: str = "api03") -> str:
        self.keys.append(new_key(kind))
        return self.keys[-1]

    def sources(self) -> list[Path]:
        """Return the files that an editor may open; it must be told their names as they are."""
        found = (path for path in self.root.rglob("*") if path.suffix in (".py", ".pyi"))
        return sorted(path for path in found if not shown_pieces(str(path), self.keys))

    def _write(self) -> None:
        k = self.key
        half = k()
        self.file("source.py", f'''"""Doc {k()}."""
import anthropic, os, requests
# {k()}
KEY = "{k()}"
B = b"{k('oat01')}"
JOINED = "{half[:30]}" + "{half[30:60]}" + "{half[60:]}"
HEADERS = {{"x-api-key": f"Bearer {k()}", "Authorization": "Bearer {k('admin01')}"}}
os.environ["ANTHROPIC_API_KEY"] = "{k()}"
DEFAULT = os.getenv("ANTHROPIC_API_KEY", "{k()}")
def {k().replace("-", "_")}(x="{k()}"): print("{k()}", KEY)
client = anthropic.Anthropic(api_key="{k()}", max_retries=0)
client.messages.create(model="{k()}", max_tokens="{k()}", messages=[{{"role": "{k()}"}}])
client.messages.create(**{{"{k()}": 1, "model": "claude-2.1"}}).choices["{k()}"]
requests.post("https://api.anthropic.com/v1/messages?api_key={k()}", headers=HEADERS)
requests.post("https://{k()}:x@api.anthropic.com/v1/messages", json={{"model": "{k()}"}})
x = """
  {k()}
"""  # claude-lint: ignore[{k()}] {k()}
y = 1  # noqa: CL102 {k()}
note: "{k()}" = client.beta.messages.create(betas=["{k()}"], model=f"claude-{k()}")
@retry("{k()}")
def ask(header: Annotated[str, "{k()}"] = "{k()}", *, api_key=os.environ.get("{k()}", "{k()}")):
    """{k()}"""
    log.info("{k()} %s", f"{{api_key}} {k()}")
    raise ValueError("{k()}", api_key)
client.{k().replace("-", "_")}.create(tools=[{{"name": "{k()}", "{k()}": 1}}], system="{k()}")
client.messages.create(model="claude-2.1", extra_headers={{"anthropic-version": "{k()}"}})
''')  # fmt: skip
        self.file("stub.pyi", f'import anthropic\nkey: str = "{k()}"\n# {k()}\n')
        self.file("old.py", f'import anthropic\nprint "{k()}"\nexec "{k()}"\n# {k()}\n')
        self.file(
            "script.py",
            f'''# /// script
# dependencies = ["anthropic=={k()}", "{k()}"]
# ///
import anthropic
anthropic.Anthropic().messages.create(model="claude-2.1")
''',
        )
        self.file("broken.py", f"import anthropic\nx = (\nkey = '{k()}'\n# {k()}\n")
        self.file("undecodable.py", f"# anthropic {k()}\nx = '\0'\n")
        cells = [
            {"cell_type": "code", "metadata": {"a": k()},
             "source": ["import anthropic\n", f"key = '{k()}'\n", f"!echo {k()}\n"],
             "outputs": [
                {"output_type": "stream", "name": "stdout", "text": [k()]},
                {"output_type": "execute_result", "data": {"text/plain": k(), k(): k()}},
                {"output_type": "error", "ename": k(), "evalue": k(), "traceback": [k()]},
             ]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": f"%env KEY={k()}"},
            {"cell_type": "code", "metadata": {}, "outputs": [],
             "source": f"%%writefile {k()}.py\nKEY = '{k()}'\n"},
            {"cell_type": "markdown", "metadata": {}, "source": f"# {k()}",
             "attachments": {k(): {"text/plain": k()}}},
            {"cell_type": "raw", "metadata": {"b": k()}, "source": [k()]},
            {"cell_type": k(), "metadata": {}, "source": k()},
        ]  # fmt: skip
        whole = {"cells": cells, "metadata": {"b": k()}, "nbformat": 4, "nbformat_minor": 5}
        self.file("book.ipynb", json.dumps(whole))
        self.file("bad.ipynb", f'{{"anthropic": "{k()}", {k()}')
        self.file(f"{k()}.py", "import anthropic\nanthropic.Anthropic().messages.create()\n")
        self.file(f"{k()}/a.py", "import anthropic\nx = (\n")
        self.file("requirements.txt", f"anthropic=={k()}\n# {k()}\n-r {k()}.txt\n")
        self.file("poetry.lock", f'[[package]]\nname = "anthropic"\nversion = "{k()}"\n')
        self.file(".gitignore", f"{k()}\n")
        self.file("claude-lint.toml", f'extra-models = ["{k()}"]\n# {k()}\n')
        self.file("odd/claude-lint.toml", f'target-sdk = "{k()}"\n')
        self.file("odd2/claude-lint.toml", f'extend = "{k()}.toml"\n')
        self.file("odd3/claude-lint.toml", f'"{k()}" = 1\n')
        self.file("odd4/claude-lint.toml", f"x = {k()}\n")
        self.file("odd5/base.json", f'{{"{k()}": {k()}')

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def shown_pieces(text: str, keys: list[str]) -> list[str]:
    """Return the keys of which 15 characters in a row are in a text, their beginning aside."""
    return [key for key in keys if any(piece in text for piece in pieces(key))]


def pieces(key: str) -> list[str]:
    secret = key[12:]
    return [secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)]
