"""The language server: what is open in an editor, judged as it is typed. Needs the extra `lsp`."""
