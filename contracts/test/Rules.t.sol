// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Trees} from "./Trees.sol";

/// @title The same rules for numbers that nobody chose
contract RulesTest is RegistryTest {
    function testFuzz_WindowDecides_WhenAnchoring(uint40 notBefore, uint40 notAfter, uint40 time) public {
        notBefore = _between(notBefore, _now(), START + 3000 days);
        notAfter = _between(notAfter, notBefore + 1, START + 3600 days);
        time = _between(time, _now(), START + 3650 days);
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_ANCHOR, notBefore, notAfter);
        Registry.Group[] memory groups = _signed(SPARE_SECRET, 1);
        vm.warp(time);
        if (time < notBefore) return _assertRefused(groups, Registry.Refusal.KeyNotYetValid);
        if (time > notAfter) return _assertRefused(groups, Registry.Refusal.KeyEnded);
        registry.anchor(groups);
        _assertValidity(1, Registry.Validity.Valid, "within the window");
    }

    function testFuzz_DateDecides_WhenAKeyIsCompromised(uint40 anchored, uint40 since) public {
        anchored = _between(anchored, _now(), START + 1000 days);
        since = _between(since, 1, START + 2000 days);
        vm.warp(anchored);
        _anchor(ANCHOR_SECRET, 1);
        vm.warp(START + 2000 days);
        _compromise(anchorKey, since);
        Registry.Validity expected = since <= anchored ? Registry.Validity.KeyCompromised : Registry.Validity.Valid;
        _assertValidity(1, expected, "by the date alone");
    }

    function testFuzz_AdminReachesBackThirtyDays_WhenDeclaring(uint40 since) public {
        vm.warp(START + 1000 days);
        vm.prank(SCHOOL_ADMIN);
        (bool done,) = address(registry).call(abi.encodeCall(Registry.declareCompromised, (school, anchorKey, since)));
        vm.assertTrue(done == (since >= _now() - 30 days && since <= _now()), "thirty days, not a second more");
    }

    function testFuzz_DateDecides_WhenAnIssuerIsVoid(uint40 anchored, uint40 since) public {
        anchored = _between(anchored, _now(), START + 1000 days);
        since = _between(since, 0, START + 2000 days);
        vm.warp(anchored);
        _anchor(ANCHOR_SECRET, 1);
        vm.warp(START + 2000 days);
        vm.prank(MINISTRY);
        registry.declareVoid(school, since);
        bool counts = since == 0 || since > anchored;
        _assertValidity(1, counts ? Registry.Validity.Valid : Registry.Validity.IssuerVoid, "by the date alone");
    }

    function testFuzz_EveryEntryIsStoredWhole_WhenAnchored(Registry.Entry memory entry, uint48 blockNumber) public {
        vm.assume(entry.root != 0 && entry.manifestHash != 0);
        entry.treeSize = uint64(1 + entry.treeSize % (2 ** 53 - 1));
        vm.roll(blockNumber);
        Registry.Entry[] memory entries = new Registry.Entry[](1);
        entries[0] = entry;
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
        Registry.Anchor memory stored = registry.anchorOf(school, entry.root, entry.treeSize, entry.manifestHash);
        _assertSameHash(abi.encode(stored), abi.encode(Registry.Anchor(anchorKey, _now(), blockNumber, 1)), "the record");
    }

    function testFuzz_EveryKeyIsStoredWhole_WhenAdded(address key, uint8 role, uint40 notBefore, uint40 notAfter) public {
        vm.assume(key != address(0) && registry.keyOf(school, key).roles == 0);
        role = uint8(1 << (role % 3));
        notBefore = _between(notBefore, _now(), type(uint40).max - 1);
        notAfter = _between(notAfter, notBefore + 1, type(uint40).max);
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, key, role, notBefore, notAfter);
        bytes memory stored = abi.encode(registry.keyOf(school, key));
        _assertSameHash(stored, abi.encode(Registry.Key(notBefore, notAfter, 0, role)), "the key");
    }

    function testFuzz_NobodyAnchors_WhenTheBytesAreNoSignatureOfAKey(bytes calldata signature) public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        vm.assume(keccak256(signature) != keccak256(groups[0].signature));
        groups[0].signature = signature;
        vm.expectRevert();
        registry.anchor(groups);
        _assertAbsent(school, 1);
    }

    function testFuzz_OneBitFlippedIsNobodys_WhenItIsInTheSignature(uint256 bit) public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        bit %= 65 * 8;
        bytes memory signature = groups[0].signature;
        signature[bit / 8] = bytes1(uint8(signature[bit / 8]) ^ uint8(1 << (bit % 8)));
        vm.expectRevert();
        registry.anchor(groups);
    }

    function testFuzz_LeafIsIncluded_WhenThePathIsTheDefinitions(uint64 size, uint64 index, uint64 other) public {
        size = uint64(1 + size % 200);
        (index, other) = (index % size, other % size);
        bytes32 root = Trees.root(0, size);
        Registry.Entry[] memory entries = new Registry.Entry[](1);
        entries[0] = Registry.Entry(root, size, "manifest");
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
        bytes32[] memory path = Trees.path(0, index, size);
        Registry.Validity found =
            registry.verifyInclusion(school, root, size, "manifest", Trees.payload(index), other, path);
        Registry.Validity expected = other == index ? Registry.Validity.Valid : Registry.Validity.NotIncluded;
        vm.assertTrue(found == expected, "at its own index and no other");
    }

    function _between(uint40 number, uint40 least, uint40 most) private pure returns (uint40) {
        return uint40(least + uint256(number) % (uint256(most) - least + 1));
    }
}
