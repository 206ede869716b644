"""What all tests share."""

from hypothesis import settings

# A busy machine must not fail a test that is about behaviour: speed is measured by scripts/bench.
settings.register_profile("vanbang", deadline=None)
settings.load_profile("vanbang")
