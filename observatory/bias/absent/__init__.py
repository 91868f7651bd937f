"""Missing values: tied to which groups, together with what, told apart by what."""
