// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Statements} from "./Statements.sol";

contract StatusesTest is RegistryTest {
    bytes32 private constant FIRST = "first";
    bytes32 private constant SECOND = "second";

    function test_NoEpochYet_WhenNoneWasEverSet() public view {
        Registry.Status memory none;
        _assertSameHash(abi.encode(registry.statusOf(school)), abi.encode(none), "all zero");
    }

    function test_StatusSaysWhoAndWhen_WhenSet() public {
        vm.expectEmit(address(registry));
        emit Registry.StatusRootSet(school, 1, FIRST, statusKey, 0);
        _set(statusKey, FIRST, 1);
        _assertStatus(Registry.Status(FIRST, statusKey, _now(), 1, uint32(block.number)));
    }

    function test_EpochsCountUpAndAreLinked_WhenSetAgain() public {
        _set(statusKey, FIRST, 1);
        uint32 first = uint32(block.number);
        _pass(1 days);
        vm.expectEmit(address(registry));
        emit Registry.StatusRootSet(school, 2, SECOND, statusKey, first);
        _set(statusKey, SECOND, 2);
        _assertStatus(Registry.Status(SECOND, statusKey, _now(), 2, uint32(block.number)));
        _assertChain(school);
    }

    function test_IssuersChainOfEventsStays_WhenAStatusIsSet() public {
        bytes memory issuer = abi.encode(registry.issuerOf(school));
        _set(statusKey, FIRST, 1);
        _assertSameHash(abi.encode(registry.issuerOf(school)), issuer, "status events have a link of their own");
    }

    function test_StatusIsSet_WhenSomebodyRelaysTheSignature() public {
        _setSigned(STATUS_SECRET, FIRST, 1, uint64(block.timestamp));
        _assertStatus(Registry.Status(FIRST, statusKey, _now(), 1, uint32(block.number)));
    }

    function test_GoodKeySetsTheNextEpoch_WhenTheLastSetterIsCompromised() public {
        _set(statusKey, FIRST, 1);
        _compromise(statusKey, _now());
        _addKey(school, spareKey, ROLE_STATUS);
        _set(spareKey, SECOND, 2);
        vm.assertEq(registry.statusOf(school).setter, spareKey, "by the good key");
    }

    function test_OtherIssuersStatusStays_WhenOneIsSet() public {
        _set(statusKey, FIRST, 1);
        vm.assertEq(registry.statusOf(college).epoch, 0, "the college's own");
    }

    // ---------------------------------------------------------------- refused

    function test_SettingReverts_WhenTheEpochIsNotTheNext() public {
        _set(statusKey, FIRST, 1);
        uint24[4] memory others = [0, 1, 3, type(uint24).max];
        for (uint256 i; i < 4; ++i) {
            _expect(Registry.AnchorRegistryWrongEpoch.selector, others[i], uint256(2));
            _set(statusKey, SECOND, others[i]);
        }
    }

    function test_SettingReverts_WhenARelayedStatementIsRelayedAgain() public {
        _setSigned(STATUS_SECRET, FIRST, 1, DEADLINE);
        bytes memory signature = _sign(STATUS_SECRET, FIRST, 1, DEADLINE);
        _expect(Registry.AnchorRegistryWrongEpoch.selector, uint256(1), uint256(2));
        registry.setStatusRootBySignature(school, FIRST, 1, DEADLINE, signature);
    }

    function test_SettingReverts_WhenTheRootIsEmpty() public {
        _expect(Registry.AnchorRegistryEmptyStatusRoot.selector, school);
        _set(statusKey, 0, 1);
    }

    function test_SettingReverts_WhenTheIssuerIsUnknown() public {
        _expectRefused(Registry.Refusal.UnknownIssuer);
        vm.prank(statusKey);
        registry.setStatusRoot("nobody", FIRST, 1);
    }

    function test_SettingReverts_WhenTheKeyIsUnknown() public {
        address[4] memory callers = [SCHOOL_ADMIN, DEPARTMENT_ADMIN, MINISTRY, spareKey];
        for (uint256 i; i < 4; ++i) {
            _expectRefused(Registry.Refusal.UnknownKey);
            _set(callers[i], FIRST, 1);
        }
    }

    function test_SettingReverts_WhenTheRoleIsAnother() public {
        _expectRefused(Registry.Refusal.WrongRole);
        _set(anchorKey, FIRST, 1);
        _expectRefused(Registry.Refusal.WrongRole);
        _set(officerKey, FIRST, 1);
    }

    function test_SettingReverts_WhenTheKeyIsNotYetValid() public {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_STATUS, _now() + 1, 0);
        _expectRefused(Registry.Refusal.KeyNotYetValid);
        _set(spareKey, FIRST, 1);
    }

    function test_SettingReverts_WhenTheKeyHasEnded() public {
        _endKey(statusKey, 0);
        vm.warp(block.timestamp + 1);
        _expectRefused(Registry.Refusal.KeyEnded);
        _set(statusKey, FIRST, 1);
    }

    function test_SettingReverts_WhenTheKeyIsCompromised() public {
        _compromise(statusKey, _now());
        _expectRefused(Registry.Refusal.KeyIsCompromised);
        _set(statusKey, FIRST, 1);
    }

    function test_SignedSettingReverts_WhenExpired() public {
        uint64 deadline = uint64(block.timestamp) - 1;
        bytes memory signature = _sign(STATUS_SECRET, FIRST, 1, deadline);
        _expectRefused(Registry.Refusal.Expired);
        registry.setStatusRootBySignature(school, FIRST, 1, deadline, signature);
    }

    function test_SignedSettingReverts_WhenTheSignatureIsNone() public {
        _expectRefused(Registry.Refusal.BadSignature);
        registry.setStatusRootBySignature(school, FIRST, 1, DEADLINE, new bytes(65));
    }

    function test_SignedSettingReverts_WhenAnythingSignedIsAltered() public {
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, statusKey, ROLE_STATUS, 0, 0);
        bytes memory signature = _sign(STATUS_SECRET, FIRST, 1, DEADLINE);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.setStatusRootBySignature(school, SECOND, 1, DEADLINE, signature);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.setStatusRootBySignature(school, FIRST, 2, DEADLINE, signature);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.setStatusRootBySignature(school, FIRST, 1, DEADLINE + 1, signature);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.setStatusRootBySignature(college, FIRST, 1, DEADLINE, signature);
    }

    function _set(address key, bytes32 root, uint24 epoch) private {
        vm.prank(key);
        registry.setStatusRoot(school, root, epoch);
    }

    function _setSigned(uint256 secret, bytes32 root, uint24 epoch, uint64 deadline) private {
        bytes memory signature = _sign(secret, root, epoch, deadline);
        vm.prank(RELAYER);
        registry.setStatusRootBySignature(school, root, epoch, deadline, signature);
    }

    function _sign(uint256 secret, bytes32 root, uint24 epoch, uint64 deadline) private view returns (bytes memory) {
        return Statements.sign(address(registry), secret, Statements.settingStatus(school, root, epoch, deadline));
    }

    function _assertStatus(Registry.Status memory expected) private view {
        _assertSameHash(abi.encode(registry.statusOf(school)), abi.encode(expected), "the status as stored");
    }
}
