"""What every field of a table is and holds: type, role and statistics, from SQL over all rows and a seeded sample."""

from observatory.profile.listed import with_all_values
from observatory.profile.profiler import profile

__all__ = ["profile", "with_all_values"]
