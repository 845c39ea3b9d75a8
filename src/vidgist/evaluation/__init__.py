"""How good scores are: the field's metrics and protocols, with the rows that put them in place."""
