"""How well the sandbox holds, and how little it is in the way: attacks, innocent programs, and their judges."""
