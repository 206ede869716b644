// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {EventChain} from "./EventChain.sol";
import {Statements} from "./Statements.sol";

/// @title The ministry, a department with a school under it, a college beside it, and their keys
abstract contract RegistryTest {
    uint40 internal constant START = 1_750_000_000;
    uint64 internal constant DEADLINE = START + 3650 days;
    uint8 internal constant ROLE_ANCHOR = 1;
    uint8 internal constant ROLE_STATUS = 2;
    uint8 internal constant ROLE_OFFICER = 4;

    address internal constant MINISTRY = address(0xA0);
    address internal constant DEPARTMENT_ADMIN = address(0xA1);
    address internal constant SCHOOL_ADMIN = address(0xA2);
    address internal constant COLLEGE_ADMIN = address(0xA3);
    address internal constant STRANGER = address(0xA4);
    address internal constant RELAYER = address(0xA5);

    uint256 internal constant ANCHOR_SECRET = 0xB1;
    uint256 internal constant STATUS_SECRET = 0xB2;
    uint256 internal constant OFFICER_SECRET = 0xB3;
    uint256 internal constant COLLEGE_SECRET = 0xB4;
    uint256 internal constant SPARE_SECRET = 0xB5;

    Registry internal registry;
    EventChain internal chain;
    bytes32 internal department;
    bytes32 internal school;
    bytes32 internal college;
    address internal anchorKey = vm.addr(ANCHOR_SECRET);
    address internal statusKey = vm.addr(STATUS_SECRET);
    address internal officerKey = vm.addr(OFFICER_SECRET);
    address internal spareKey = vm.addr(SPARE_SECRET);

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(100);
        vm.recordLogs();
        registry = _deploy(MINISTRY);
        chain = new EventChain(registry);
        vm.prank(MINISTRY);
        department = registry.registerIssuer(0, "https://hanoi.example", "01", "So Ha Noi", DEPARTMENT_ADMIN, true);
        vm.prank(DEPARTMENT_ADMIN);
        school = registry.registerIssuer(department, "https://school.example", "001", "Truong A", SCHOOL_ADMIN, false);
        vm.prank(MINISTRY);
        college = registry.registerIssuer(0, "https://college.example", "BKA", "Bach Khoa", COLLEGE_ADMIN, false);
        _addKey(school, anchorKey, ROLE_ANCHOR);
        _addKey(school, statusKey, ROLE_STATUS);
        _addKey(school, officerKey, ROLE_OFFICER);
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, vm.addr(COLLEGE_SECRET), ROLE_ANCHOR, 0, 0);
        _pass(1 hours);
    }

    /// @dev By its artifact, so that the bytecode is the one that ships.
    function _deploy(address deployer) internal returns (Registry) {
        bytes memory code = vm.getCode("build/forge/out/AnchorRegistry.sol/AnchorRegistry.json");
        address made;
        vm.prank(deployer);
        assembly { made := create(0, add(code, 32), mload(code)) }
        vm.assertTrue(made != address(0), "the registry is deployed");
        return Registry(made);
    }

    // ---------------------------------------------------------------- time

    /// @dev Reads the logs of the block that ends and starts a later one.
    function _pass(uint256 time) internal {
        chain.read(vm.getRecordedLogs());
        vm.warp(block.timestamp + time);
        vm.roll(block.number + 1 + time / 2);
    }

    function _now() internal view returns (uint40) {
        return uint40(block.timestamp);
    }

    // ---------------------------------------------------------------- what admins do

    function _addKey(bytes32 issuerId, address key, uint8 role) internal {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(issuerId, key, role, 0, 0);
    }

    function _endKey(address key, uint40 notAfter) internal {
        vm.prank(SCHOOL_ADMIN);
        registry.endKey(school, key, notAfter);
    }

    function _compromise(address key, uint40 since) internal {
        vm.prank(DEPARTMENT_ADMIN);
        registry.declareCompromised(school, key, since);
    }

    // ---------------------------------------------------------------- what keys state

    function _entry(uint256 seed) internal pure returns (Registry.Entry memory) {
        return Registry.Entry(keccak256(abi.encode("root", seed)), uint64(1 + seed % 1000), keccak256(abi.encode("manifest", seed)));
    }

    function _entries(uint256 seed, uint256 number) internal pure returns (Registry.Entry[] memory entries) {
        entries = new Registry.Entry[](number);
        for (uint256 i; i < number; ++i) entries[i] = _entry(seed + i);
    }

    function _group(bytes32 issuerId, uint256 secret, Registry.Entry[] memory entries)
        internal view returns (Registry.Group memory)
    {
        bytes memory signature = Statements.sign(address(registry), secret, Statements.anchoring(issuerId, entries, DEADLINE));
        return Registry.Group(issuerId, DEADLINE, entries, signature);
    }

    function _groups(Registry.Group memory group) internal pure returns (Registry.Group[] memory groups) {
        groups = new Registry.Group[](1);
        groups[0] = group;
    }

    function _signed(uint256 secret, uint256 seed) internal view returns (Registry.Group[] memory) {
        return _groups(_group(school, secret, _entries(seed, 1)));
    }

    function _anchor(uint256 secret, uint256 seed) internal {
        Registry.Group[] memory groups = _signed(secret, seed);
        vm.prank(RELAYER);
        registry.anchor(groups);
    }

    function _revoke(address key, uint256 seed) internal {
        vm.prank(key);
        registry.revokeBatch(school, _entry(seed).root);
    }

    // ---------------------------------------------------------------- what is true then

    function _recordOf(bytes32 issuerId, uint256 seed) internal view returns (Registry.Anchor memory) {
        Registry.Entry memory entry = _entry(seed);
        return registry.anchorOf(issuerId, entry.root, entry.treeSize, entry.manifestHash);
    }

    function _validity(bytes32 issuerId, uint256 seed) internal view returns (Registry.Validity) {
        Registry.Entry memory entry = _entry(seed);
        return registry.isValid(issuerId, entry.root, entry.treeSize, entry.manifestHash);
    }

    function _assertValidity(uint256 seed, Registry.Validity expected, string memory message) internal view {
        vm.assertEq(uint256(_validity(school, seed)), uint256(expected), message);
    }

    function _assertAbsent(bytes32 issuerId, uint256 seed) internal view {
        vm.assertEq(uint256(_recordOf(issuerId, seed).state), 0, "nothing is anchored");
    }

    function _assertChain(bytes32 issuerId) internal {
        chain.read(vm.getRecordedLogs());
        Registry.Issuer memory issuer = registry.issuerOf(issuerId);
        vm.assertEq(chain.complaint(), "", "the logs agree with themselves");
        vm.assertEq(issuer.head, chain.headOf(issuerId), "the head recomputes from the logs");
        vm.assertEq(issuer.seq, chain.countOf(issuerId), "seq is the number of events");
        vm.assertEq(issuer.lastBlock, chain.lastBlockOf(issuerId), "lastBlock is the last event's");
    }

    function _assertSameHash(bytes memory found, bytes memory expected, string memory message) internal pure {
        vm.assertEq(keccak256(found), keccak256(expected), message);
    }

    // ---------------------------------------------------------------- refusals

    function _expect(bytes4 kind, bytes32 first) internal {
        vm.expectRevert(abi.encodeWithSelector(kind, first));
    }

    function _expect(bytes4 kind, address first) internal {
        vm.expectRevert(abi.encodeWithSelector(kind, first));
    }

    function _expect(bytes4 kind, bytes32 first, address second) internal {
        vm.expectRevert(abi.encodeWithSelector(kind, first, second));
    }

    function _expect(bytes4 kind, uint256 first, uint256 second) internal {
        vm.expectRevert(abi.encodeWithSelector(kind, first, second));
    }

    function _expectRefused(Registry.Refusal refusal) internal {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryRefused.selector, refusal));
    }

    /// @dev The first group is refused, for `refusal`.
    function _assertRefused(Registry.Group[] memory groups, Registry.Refusal refusal) internal {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryGroupRefused.selector, 0, refusal));
        registry.anchor(groups);
    }
}
