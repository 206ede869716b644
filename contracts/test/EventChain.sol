// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {Cheats, vm} from "./Cheats.sol";

/// @title An auditor's walk: heads, counts and links recomputed from the logs alone (IAnchorRegistry, first @dev)
/// @dev Logs carry no block here, so `read` has to be called in the block that emitted them.
contract EventChain {
    Registry private immutable _registry;
    mapping(bytes32 issuerId => bytes32) public headOf;
    mapping(bytes32 issuerId => uint256) public countOf;
    mapping(bytes32 issuerId => uint256) public lastBlockOf;
    mapping(bytes32 issuerId => uint256) public statusBlockOf;
    bytes32[] public issuerIds;
    /// @notice What the logs contradict themselves in; empty as long as nothing.
    string public complaint;

    constructor(Registry registry) {
        _registry = registry;
    }

    function count() external view returns (uint256) {
        return issuerIds.length;
    }

    function read(Cheats.Log[] calldata logs) external {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(_registry)) _read(logs[i]);
        }
    }

    function _read(Cheats.Log calldata log) private {
        bytes32 kind = log.topics[0];
        if (kind == Registry.OwnershipTransferred.selector || kind == Registry.OwnershipTransferStarted.selector) return;
        bytes32 issuerId = log.topics[1];
        if (kind == Registry.StatusRootSet.selector) return _readStatus(issuerId, log.data);
        if (kind == Registry.IssuerRegistered.selector) {
            issuerIds.push(issuerId);
            headOf[issuerId] = keccak256(abi.encode(block.chainid, address(_registry), issuerId));
        }
        (uint256 seq, uint256 previousBlock) = _place(kind, log.data);
        if (seq != countOf[issuerId] + 1) complaint = "seq is not the number of events";
        if (previousBlock != lastBlockOf[issuerId]) complaint = "previousBlock is not that of the event before";
        bytes32 topic2 = log.topics.length > 2 ? log.topics[2] : bytes32(0);
        headOf[issuerId] = keccak256(abi.encode(headOf[issuerId], kind, topic2, keccak256(log.data)));
        countOf[issuerId] = seq;
        lastBlockOf[issuerId] = block.number;
    }

    function _readStatus(bytes32 issuerId, bytes calldata data) private {
        (,, uint256 previousBlock) = abi.decode(data, (bytes32, address, uint256));
        if (previousBlock != statusBlockOf[issuerId]) complaint = "a status event's previousBlock is not the last one's";
        statusBlockOf[issuerId] = block.number;
    }

    /// @dev `seq` and `previousBlock` close the fixed part of every event: five words before them in a registration, two in a
    ///      renaming, whose texts follow; in all others the last two words of all.
    function _place(bytes32 kind, bytes calldata data) private pure returns (uint256 seq, uint256 previousBlock) {
        uint256 start = data.length - 64;
        if (kind == Registry.IssuerRegistered.selector) start = 5 * 32;
        if (kind == Registry.IssuerRenamed.selector) start = 2 * 32;
        return abi.decode(data[start:start + 64], (uint256, uint256));
    }
}
