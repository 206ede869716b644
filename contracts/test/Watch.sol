// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {Cheats, vm} from "./Cheats.sol";
import {EventChain} from "./EventChain.sol";

/// @title Looks at every anchor and key before and after each call, and asks of each change which rule allows it
/// @dev It complains instead of reverting: a revert would undo the very call that broke the rule.
abstract contract Watch {
    /// @notice What may turn a good anchor bad. `Other` stands for every call that may not.
    enum Cause { Other, Compromise, CompromiseByIssuer, Void, Revocation }

    struct Place { bytes32 issuerId; bytes32 root; uint64 treeSize; bytes32 manifestHash; }
    struct Holder { bytes32 issuerId; address key; }
    struct Sight { Registry.Anchor[] anchors; Registry.Validity[] validities; Registry.Key[] keys; }

    Registry public immutable registry;
    EventChain public immutable chain;
    /// @notice The first rule that was broken; empty as long as none.
    string public complaint;

    Place[] private _places;
    Holder[] private _holders;
    mapping(bytes32 placeId => bool) private _isPlace;
    Cause private _cause;
    bytes32 private _issuerOfCause;
    bytes32 private _whatOfCause;
    uint40 private _sinceOfCause;

    constructor(Registry registry_) {
        registry = registry_;
        chain = new EventChain(registry_);
    }

    modifier watched() {
        vm.recordLogs();
        _because(Cause.Other, 0, 0, 0);
        Sight memory before = _look();
        _;
        _compare(before, _look());
        _readLogs(vm.getRecordedLogs());
    }

    /// @dev `what` is the key that was compromised or the root that was revoked.
    function _because(Cause cause, bytes32 issuerId, bytes32 what, uint40 since) internal {
        (_cause, _issuerOfCause, _whatOfCause, _sinceOfCause) = (cause, issuerId, what, since);
    }

    function _complain(bool broken, string memory rule) internal {
        if (broken && bytes(complaint).length == 0) complaint = rule;
    }

    function _look() private view returns (Sight memory sight) {
        uint256 number = _places.length;
        (sight.anchors, sight.validities) = (new Registry.Anchor[](number), new Registry.Validity[](number));
        for (uint256 i; i < number; ++i) {
            Place memory place = _places[i];
            sight.anchors[i] = registry.anchorOf(place.issuerId, place.root, place.treeSize, place.manifestHash);
            sight.validities[i] = registry.isValid(place.issuerId, place.root, place.treeSize, place.manifestHash);
        }
        sight.keys = new Registry.Key[](_holders.length);
        for (uint256 i; i < sight.keys.length; ++i) sight.keys[i] = registry.keyOf(_holders[i].issuerId, _holders[i].key);
    }

    // ---------------------------------------------------------------- anchors and keys, before and after

    function _compare(Sight memory before, Sight memory later) private {
        for (uint256 i; i < before.anchors.length; ++i) {
            _compareRecord(before.anchors[i], before.validities[i], later.anchors[i], later.validities[i]);
            bool fell = before.validities[i] == Registry.Validity.Valid && later.validities[i] != Registry.Validity.Valid;
            if (fell) _complain(!_explained(_places[i], before.anchors[i], later.validities[i]), "a good anchor fell without a rule");
        }
        for (uint256 i; i < before.keys.length; ++i) _compareKey(_holders[i], before.keys[i], later.keys[i]);
    }

    function _compareRecord(
        Registry.Anchor memory before, Registry.Validity was, Registry.Anchor memory later, Registry.Validity is_
    ) private {
        if (keccak256(abi.encode(before)) == keccak256(abi.encode(later))) return;
        _complain(was != Registry.Validity.KeyCompromised, "a record changed that no compromise had voided");
        _complain(later.state != before.state + 1, "a new record did not count the old one");
        _complain(is_ == Registry.Validity.KeyCompromised, "a new record is as void as the old one");
    }

    function _explained(Place memory place, Registry.Anchor memory anchored, Registry.Validity reason)
        private view returns (bool)
    {
        if (place.issuerId != _issuerOfCause) return false;
        if (reason == Registry.Validity.BatchRevoked) return _cause == Cause.Revocation && _whatOfCause == place.root;
        if (_sinceOfCause > anchored.time) return false;
        if (reason == Registry.Validity.IssuerVoid) return _cause == Cause.Void && _sinceOfCause != 0;
        if (_whatOfCause != bytes32(uint256(uint160(anchored.signer)))) return false;
        bool recent = anchored.time + 30 days >= block.timestamp;
        return _cause == Cause.Compromise || (_cause == Cause.CompromiseByIssuer && recent);
    }

    function _compareKey(Holder memory holder, Registry.Key memory before, Registry.Key memory later) private {
        _complain(before.roles != later.roles || before.notBefore != later.notBefore, "a key changed its role or its beginning");
        if (before.notAfter != later.notAfter) {
            _complain(later.notAfter < block.timestamp, "a window ended in the past");
            _complain(before.notAfter < block.timestamp, "a window that had ended was moved");
        }
        if (before.compromisedSince == later.compromisedSince) return;
        bool named = _issuerOfCause == holder.issuerId && _whatOfCause == bytes32(uint256(uint160(holder.key)));
        bool declared = named && (_cause == Cause.Compromise || _cause == Cause.CompromiseByIssuer);
        _complain(!declared, "a key was compromised by no declaration");
        bool earlier = before.compromisedSince == 0 || later.compromisedSince < before.compromisedSince;
        _complain(!earlier || later.compromisedSince == 0, "a compromise was moved later");
    }

    // ---------------------------------------------------------------- what the call logged

    function _readLogs(Cheats.Log[] memory logs) private {
        chain.read(logs);
        for (uint256 i; i < logs.length; ++i) {
            bytes32 kind = logs[i].topics[0];
            if (kind == Registry.KeyAdded.selector) {
                _holders.push(Holder(logs[i].topics[1], address(uint160(uint256(logs[i].topics[2])))));
            }
            if (kind == Registry.Anchored.selector) _readAnchored(logs[i]);
            if (kind == Registry.BatchRevoked.selector) {
                _requireGoodKey(logs[i].topics[1], abi.decode(logs[i].data, (address)), 2);
            }
            if (kind == Registry.StatusRootSet.selector) {
                (, address setter) = abi.decode(logs[i].data, (bytes32, address));
                _requireGoodKey(logs[i].topics[1], setter, 2);
            }
        }
    }

    function _readAnchored(Cheats.Log memory log) private {
        (uint64 treeSize, bytes32 manifestHash, address signer) = abi.decode(log.data, (uint64, bytes32, address));
        Place memory place = Place(log.topics[1], log.topics[2], treeSize, manifestHash);
        _requireGoodKey(place.issuerId, signer, 1);
        Registry.Issuer memory issuer = registry.issuerOf(place.issuerId);
        _complain(issuer.standing != Registry.Standing.Active || issuer.voidSince != 0, "an issuer anchored that may not");
        Registry.Anchor memory stored = registry.anchorOf(place.issuerId, place.root, treeSize, manifestHash);
        bool same = stored.signer == signer && stored.time == block.timestamp && stored.blockNumber == block.number;
        _complain(!same, "a record is not what its event says");
        bytes32 placeId = keccak256(abi.encode(place));
        if (!_isPlace[placeId]) _places.push(place);
        _isPlace[placeId] = true;
    }

    /// @dev Whoever the caller was, owner or stranger: only a key of the issuer with this very role, in its window, counts.
    function _requireGoodKey(bytes32 issuerId, address signer, uint8 role) private {
        Registry.Key memory key = registry.keyOf(issuerId, signer);
        bool within = key.notBefore <= block.timestamp && block.timestamp <= key.notAfter;
        _complain(key.roles != role || !within || key.compromisedSince != 0, "a statement stands by no good key");
    }
}
