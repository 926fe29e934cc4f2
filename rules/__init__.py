"""What the rules say: one document per rule, and the dated facts they rest on."""
