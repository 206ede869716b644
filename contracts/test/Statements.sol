// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";

/// @title What a key signs, written a second time from EIP-712 and docs/format.md, not from the contract
/// @dev Functions read the chain id from the chain and the registry's address from their argument.
library Statements {
    bytes32 internal constant ENTRY = keccak256("Entry(bytes32 root,uint64 treeSize,bytes32 manifestHash)");
    bytes32 internal constant ANCHOR = keccak256(
        "Anchor(bytes32 issuerId,Entry[] entries,uint64 deadline)Entry(bytes32 root,uint64 treeSize,bytes32 manifestHash)"
    );
    bytes32 internal constant REVOKE = keccak256("RevokeBatch(bytes32 issuerId,bytes32 root,uint64 deadline)");
    bytes32 internal constant STATUS =
        keccak256("SetStatusRoot(bytes32 issuerId,bytes32 statusRoot,uint24 epoch,uint64 deadline)");
    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice Half the order of secp256k1, rounded down.
    uint256 internal constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function domain(uint256 chainId, address registry) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("vanbang AnchorRegistry"), keccak256("1"), chainId, registry));
    }

    function digest(uint256 chainId, address registry, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(chainId, registry), structHash));
    }

    function anchoring(bytes32 issuerId, Registry.Entry[] memory entries, uint64 deadline) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < entries.length; ++i) {
            Registry.Entry memory entry = entries[i];
            hashes = abi.encodePacked(hashes, keccak256(abi.encode(ENTRY, entry.root, entry.treeSize, entry.manifestHash)));
        }
        return keccak256(abi.encode(ANCHOR, issuerId, keccak256(hashes), deadline));
    }

    function revoking(bytes32 issuerId, bytes32 root, uint64 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOKE, issuerId, root, deadline));
    }

    function settingStatus(bytes32 issuerId, bytes32 statusRoot, uint24 epoch, uint64 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(STATUS, issuerId, statusRoot, epoch, deadline));
    }

    /// @notice 65 bytes r || s || v of `structHash` for this registry on this chain.
    function sign(address registry, uint256 secret, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest(block.chainid, registry, structHash));
        return abi.encodePacked(r, s, v);
    }
}
