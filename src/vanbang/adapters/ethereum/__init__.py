"""EVM chains: the registry contract and its calls, the engine's ledger, the embedded chain."""
