"""The domain: what a Claude request, client, credential and model is, in every library."""
