"""The language, and nothing about Claude: scopes, bindings, values, modules, spans."""
