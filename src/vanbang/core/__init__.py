"""The formats and rules of vanbang as pure functions over frozen types.

Nothing here reads a file, a clock, the environment or the network: bytes, keys and times are arguments.
`docs/format.md` is the norm; every function that hashes, proves or signs names its section.
"""
