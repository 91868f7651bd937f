"""Drop a table: see what is in it, who is missing from it, what to ask and how to show it."""
