// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {Statements} from "./Statements.sol";
import {Watch} from "./Watch.sol";

/// @title Everybody who may call the registry, and some who may not; each call is watched
/// @dev Most callers are the right ones, or nothing would ever happen; one in eight is anybody. A refused call reverts whole.
contract Handler is Watch {
    uint8 private constant ANCHOR = 1;
    uint8 private constant STATUS = 2;
    uint256 private constant BATCHES = 8;

    uint256 private _secrets = 0xE000;
    mapping(address key => uint256) private _secretOf;
    mapping(bytes32 issuerId => mapping(uint8 role => address[])) private _keys;
    bytes32[] private _issuers;

    constructor(Registry registry_) Watch(registry_) {
        for (uint256 i; i < 4; ++i) _newPerson();
        _start();
    }

    function _start() private watched {
        vm.prank(registry.owner());
        bytes32 department = registry.registerIssuer(0, "https://a.example", "A", "A", _person(1), true);
        _issuers.push(department);
        for (uint256 i = 1; i < 3; ++i) _register(department, i);
        vm.prank(registry.owner());
        _issuers.push(registry.registerIssuer(0, "https://b.example", "B", "B", _person(2), false));
        for (uint256 i; i < 4; ++i) {
            for (uint256 j; j < 4; ++j) _addKey(_issuers[i], uint8(1 + j % 2), 0, 0);
            registry.anchor(_groups(1, i, 1, i, 1));
        }
    }

    // ---------------------------------------------------------------- time, owner, registrars

    function pass(uint256 time) external {
        vm.warp(block.timestamp + time % 12 days);
        vm.roll(block.number + 1 + time % 1000);
    }

    function handOver(uint256 person) external watched {
        vm.prank(_caller(person, registry.owner()));
        registry.transferOwnership(_person(person));
        vm.prank(_person(person));
        registry.acceptOwnership();
    }

    function register(uint256 parent, uint256 person) external watched {
        _register(_issuer(parent), person);
    }

    function rename(uint256 issuer, uint256 person) external watched {
        vm.prank(_registrar(_issuer(issuer), person));
        registry.renameIssuer(_issuer(issuer), "C", "another name");
    }

    function setStanding(uint256 issuer, uint256 person, uint8 standing) external watched {
        Registry.Standing next = standing % 4 == 0 ? Registry.Standing(standing / 4 % 4) : Registry.Standing.Active;
        vm.prank(_registrar(_issuer(issuer), person));
        registry.setStanding(_issuer(issuer), next);
    }

    function declareVoid(uint256 issuer, uint256 person, uint40 back) external watched {
        uint40 since = back % 6 == 0 ? uint40(block.timestamp) - back % 60 days : 0;
        _because(Cause.Void, _issuer(issuer), 0, since);
        vm.prank(_registrar(_issuer(issuer), person));
        registry.declareVoid(_issuer(issuer), since);
    }

    function replaceAdmin(uint256 issuer, uint256 person, uint256 next) external watched {
        vm.prank(_registrar(_issuer(issuer), person));
        registry.replaceAdmin(_issuer(issuer), next % 4 == 0 ? address(0) : _person(next));
    }

    function appointSuccessor(uint256 issuer, uint256 person, uint256 successor) external watched {
        vm.prank(_registrar(_issuer(issuer), person));
        registry.appointSuccessor(_issuer(issuer), successor % 4 == 0 ? bytes32(0) : _issuer(successor));
    }

    // ---------------------------------------------------------------- admins

    function transferAdmin(uint256 issuer, uint256 person, uint256 next) external watched {
        vm.prank(_admin(_issuer(issuer), person));
        registry.transferAdmin(_issuer(issuer), _person(next));
    }

    function acceptAdmin(uint256 issuer, uint256 person) external watched {
        vm.prank(_caller(person, registry.issuerOf(_issuer(issuer)).pendingAdmin));
        registry.acceptAdmin(_issuer(issuer));
    }

    function addKey(uint256 issuer, uint8 role, uint40 from, uint40 length) external watched {
        uint40 notBefore = from % 2 == 0 ? 0 : uint40(block.timestamp) + from % 20 days;
        uint40 notAfter = length % 2 == 0 ? 0 : uint40(block.timestamp) + from % 20 days + length % 90 days;
        _addKey(_issuer(issuer), role % 8 == 0 ? 4 : 1 + role % 2, notBefore, notAfter);
    }

    function endKey(uint256 issuer, uint256 key, uint8 role, uint256 person, uint40 length) external watched {
        bytes32 issuerId = _issuer(issuer);
        address target = _key(issuerId, 1 + role % 2, key);
        uint40 notAfter = length % 8 == 0 ? uint40(block.timestamp) - length % 60 days : uint40(block.timestamp) + length % 60 days;
        vm.prank(_keeper(issuerId, person));
        registry.endKey(issuerId, target, notAfter);
    }

    function declareCompromised(uint256 issuer, uint256 key, uint8 role, uint256 person, uint40 back) external watched {
        bytes32 issuerId = _issuer(issuer);
        address target = _key(issuerId, 1 + role % 2, key);
        address caller = person % 2 == 0 ? _keeper(issuerId, person / 2) : _registrar(issuerId, person / 2);
        uint40 since = uint40(block.timestamp) - back % 45 days;
        Cause cause = _isAbove(issuerId, caller) ? Cause.Compromise : Cause.CompromiseByIssuer;
        _because(cause, issuerId, bytes32(uint256(uint160(target))), since);
        vm.prank(caller);
        registry.declareCompromised(issuerId, target, since);
        bool tooFar = cause == Cause.CompromiseByIssuer && since + 30 days < block.timestamp;
        _complain(tooFar, "an issuer reached back further than thirty days");
    }

    // ---------------------------------------------------------------- keys

    function anchor(uint256 issuer, uint256 key, uint256 batch, uint256 number) external watched {
        registry.anchor(_groups(1, issuer, key, batch, number));
    }

    function anchorForTwo(uint256 issuer, uint256 key, uint256 batch, uint256 number) external watched {
        registry.anchor(_groups(2, issuer, key, batch, number));
    }

    function anchorAs(uint256 issuer, uint256 person, uint256 batch) external watched {
        address caller = person % 2 == 0 ? registry.owner() : _person(person / 2);
        Registry.Group[] memory groups = new Registry.Group[](1);
        groups[0] = _group(_issuer(issuer), caller, batch, 1);
        vm.prank(caller);
        registry.anchor(groups);
    }

    function revokeBatch(uint256 issuer, uint256 key, uint8 role, uint256 batch) external watched {
        bytes32 issuerId = _issuer(issuer);
        _because(Cause.Revocation, issuerId, _root(batch), 0);
        vm.prank(_key(issuerId, role % 8 == 0 ? ANCHOR : STATUS, key));
        registry.revokeBatch(issuerId, _root(batch));
    }

    function setStatusRoot(uint256 issuer, uint256 key, uint8 role) external watched {
        bytes32 issuerId = _issuer(issuer);
        address signer = _key(issuerId, role % 8 == 0 ? ANCHOR : STATUS, key);
        uint24 epoch = registry.statusOf(issuerId).epoch + 1;
        bytes32 structHash = Statements.settingStatus(issuerId, keccak256(abi.encode(key)), epoch, type(uint64).max);
        bytes memory signature = Statements.sign(address(registry), _secretOf[signer], structHash);
        registry.setStatusRootBySignature(issuerId, keccak256(abi.encode(key)), epoch, type(uint64).max, signature);
    }

    // ---------------------------------------------------------------- who

    function _newPerson() private returns (address person) {
        person = vm.addr(++_secrets);
        _secretOf[person] = _secrets;
    }

    /// @dev The first four that were made are admins, registrars and owners by turns.
    function _person(uint256 number) private pure returns (address) {
        return vm.addr(0xE001 + number % 4);
    }

    function _caller(uint256 number, address right) private pure returns (address) {
        return number % 8 == 0 ? _person(number / 8) : right;
    }

    function _issuer(uint256 number) private view returns (bytes32) {
        return _issuers[number % _issuers.length];
    }

    function _admin(bytes32 issuerId, uint256 person) private view returns (address) {
        return _caller(person, registry.issuerOf(issuerId).admin);
    }

    function _keeper(bytes32 issuerId, uint256 person) private view returns (address) {
        bytes32 successor = registry.issuerOf(issuerId).successor;
        return _admin(person % 3 == 0 && successor != 0 ? successor : issuerId, person);
    }

    function _registrar(bytes32 issuerId, uint256 person) private view returns (address) {
        bytes32 parent = registry.issuerOf(issuerId).parent;
        return person % 2 == 0 || parent == 0 ? _caller(person, registry.owner()) : _admin(parent, person);
    }

    function _isAbove(bytes32 issuerId, address caller) private view returns (bool) {
        Registry.Issuer memory parent = registry.issuerOf(registry.issuerOf(issuerId).parent);
        bool branch = parent.registrar && parent.standing == Registry.Standing.Active && caller == parent.admin;
        return caller == registry.owner() || branch;
    }

    function _key(bytes32 issuerId, uint8 role, uint256 number) private view returns (address) {
        address[] storage keys = _keys[issuerId][role];
        return keys[number % keys.length];
    }

    // ---------------------------------------------------------------- what

    function _register(bytes32 parent, uint256 person) private {
        string memory iss = string(abi.encodePacked("https://", uint8(65 + _issuers.length)));
        vm.prank(_admin(parent, person));
        _issuers.push(registry.registerIssuer(parent, iss, "C", "a school", _person(person), false));
    }

    function _addKey(bytes32 issuerId, uint8 role, uint40 notBefore, uint40 notAfter) private {
        address key = _newPerson();
        vm.prank(registry.issuerOf(issuerId).admin);
        registry.addKey(issuerId, key, role, notBefore, notAfter);
        _keys[issuerId][role].push(key);
    }

    function _root(uint256 batch) private pure returns (bytes32) {
        return keccak256(abi.encode("root", batch % BATCHES));
    }

    function _groups(uint256 count, uint256 issuer, uint256 key, uint256 batch, uint256 number)
        private view returns (Registry.Group[] memory groups)
    {
        groups = new Registry.Group[](count);
        for (uint256 i; i < count; ++i) {
            bytes32 issuerId = _issuer(issuer + i);
            groups[i] = _group(issuerId, _key(issuerId, key % 8 == 0 ? STATUS : ANCHOR, key / 8), batch, 1 + number % 3);
        }
    }

    function _group(bytes32 issuerId, address signer, uint256 batch, uint256 number)
        private view returns (Registry.Group memory)
    {
        Registry.Entry[] memory entries = new Registry.Entry[](number);
        for (uint256 i; i < number; ++i) entries[i] = Registry.Entry(_root(batch / 4 + i), uint64(1 + batch % 2), "manifest");
        bytes32 structHash = Statements.anchoring(issuerId, entries, type(uint64).max);
        bytes memory signature = Statements.sign(address(registry), _secretOf[signer], structHash);
        return Registry.Group(issuerId, type(uint64).max, entries, signature);
    }
}
