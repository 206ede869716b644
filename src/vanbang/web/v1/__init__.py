"""The resources of API v1, one module each: bodies, answers, and the use case each endpoint calls."""
