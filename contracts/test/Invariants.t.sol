// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {EventChain} from "./EventChain.sol";
import {Handler} from "./Handler.sol";
import {RegistryTest} from "./RegistryTest.sol";

/// @title What holds after any calls of anybody, in any order, over years
contract InvariantsTest is RegistryTest {
    Handler private _handler;

    function setUp() public override {
        vm.warp(START);
        vm.roll(100);
        registry = _deploy(MINISTRY);
        _handler = new Handler(registry);
        chain = _handler.chain();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev One campaign for all: a campaign of its own for each would only walk the same way again.
    function invariant_RegistryKeepsItsWord_WhenAnybodyCallsAnything() public view {
        vm.assertEq(_handler.complaint(), "", "no call broke a rule");
        vm.assertEq(chain.complaint(), "", "seq and links are those of the logs");
        uint256 number = chain.count();
        bytes32[] memory listed = registry.issuersFrom(0, type(uint256).max);
        vm.assertEq(listed.length, number, "as many are listed as were registered");
        for (uint256 i; i < number; ++i) {
            bytes32 issuerId = chain.issuerIds(i);
            vm.assertEq(listed[i], issuerId, "listed in order");
            Registry.Issuer memory issuer = registry.issuerOf(issuerId);
            vm.assertEq(issuer.head, chain.headOf(issuerId), "the head recomputes from the logs");
            vm.assertEq(issuer.seq, chain.countOf(issuerId), "seq is the number of events");
            vm.assertEq(issuer.lastBlock, chain.lastBlockOf(issuerId), "lastBlock is the last event's");
        }
    }

    /// @dev The campaign proves nothing unless calls of every kind get through.
    function test_EveryKindOfCallGetsThrough_WhenTriedOften() public {
        bytes4[16] memory kinds = _kinds();
        for (uint256 i; i < kinds.length; ++i) vm.assertTrue(_getsThrough(kinds[i]), string(abi.encodePacked(kinds[i])));
        invariant_RegistryKeepsItsWord_WhenAnybodyCallsAnything();
    }

    function _getsThrough(bytes4 kind) private returns (bool done) {
        for (uint256 i; i < 40 && !done; ++i) {
            bytes32 seed = keccak256(abi.encode(kind, i));
            uint256[5] memory arguments;
            for (uint256 j; j < 5; ++j) arguments[j] = uint8(seed[j]); // small enough for every type
            (done,) = address(_handler).call(abi.encodePacked(kind, abi.encode(arguments)));
        }
    }

    function _kinds() private pure returns (bytes4[16] memory) {
        return [
            Handler.handOver.selector, Handler.register.selector, Handler.rename.selector, Handler.setStanding.selector,
            Handler.setStatusRoot.selector, Handler.appointSuccessor.selector, Handler.transferAdmin.selector,
            Handler.acceptAdmin.selector, Handler.addKey.selector, Handler.endKey.selector, Handler.anchor.selector,
            Handler.anchorForTwo.selector, Handler.revokeBatch.selector, Handler.declareCompromised.selector,
            Handler.replaceAdmin.selector, Handler.declareVoid.selector
        ];
    }
}
