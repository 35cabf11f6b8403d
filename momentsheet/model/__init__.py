"""The nouns that flow between the rooms: frozen, without behaviour beyond looking things up."""
