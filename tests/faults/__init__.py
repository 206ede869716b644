"""The named faults F01 to F49: a real node, a real database, real processes, and what must hold after each."""
