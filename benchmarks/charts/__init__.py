"""What is measured of the chart rules: speed, Draco 2 beside them, textbook requests, broken and good charts."""
