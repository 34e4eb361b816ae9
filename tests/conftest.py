"""Properties are checked without a clock: machines that test are often busy."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
