"""The cases of tests/vectors: a module for each part, with the outcomes that docs/format.md demands."""
