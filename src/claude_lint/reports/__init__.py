"""How findings are written out, one module per format."""
