"""Auditing: from the chain and the published files alone, whether everything is there, once, and as it was anchored.

`chain` follows every issuer's events and compares them with the registry's state; `batch_files` and `status_files`
check what was published; `database` and `invariants` compare an installation with all of that. What is wrong becomes a
Finding with its place, and nothing stops the audit but a chain that cannot be asked.
"""
