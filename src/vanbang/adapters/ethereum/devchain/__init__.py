"""An Ethereum chain inside this program, for development, demonstrations and tests: never for real diplomas.

eth-tester's py-evm runs the chain; around it are a store that survives a kill, and a JSON-RPC 2.0 server on loopback
that answers as Anvil does, so that wallets, web3.py and browsers work unchanged.
"""

from vanbang.adapters.ethereum.devchain.recursion import kept_recursion_limit

with kept_recursion_limit():
    from vanbang.adapters.ethereum.devchain.accounts import DEV_ACCOUNTS, DEV_MNEMONIC, DevAccount
    from vanbang.adapters.ethereum.devchain.chain import DEFAULT_CHAIN_ID, DEFAULT_HEARTBEAT, DevChain
    from vanbang.adapters.ethereum.devchain.errors import ChainStoreBusy, ChainStoreUnusable, NotLoopback
    from vanbang.adapters.ethereum.devchain.server import DevChainServer

__all__ = [
    "DEFAULT_CHAIN_ID",
    "DEFAULT_HEARTBEAT",
    "DEV_ACCOUNTS",
    "DEV_MNEMONIC",
    "ChainStoreBusy",
    "ChainStoreUnusable",
    "DevAccount",
    "DevChain",
    "DevChainServer",
    "NotLoopback",
]
