"""Random programs of the supported language, checked against oracles that share no code with srcgrad's emitters."""
