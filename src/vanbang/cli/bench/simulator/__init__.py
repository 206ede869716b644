"""A seeded simulator of the anchoring engine: a chain that misbehaves, endpoints that lie, workers that die.

The real engine, reconciler, leases, database code and RPC quorum run over a model of everything around them: `chain`
and `registry` are the chain, `endpoint` its JSON-RPC endpoints, `crew` the workers, `misfortunes` what happens to them,
`schedule` in which order, `judge` what must hold meanwhile and afterwards. All that happens follows from a seed; no
real time passes.
"""
