"""Good charts and what spoils them, to measure whether an evaluation tells the two apart."""
