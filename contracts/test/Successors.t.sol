// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract SuccessorsTest is RegistryTest {
    function test_EventSaysFromWhen_WhenASuccessorIsAppointed() public {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        uint40 from = _now() + 7 days;
        vm.expectEmit(address(registry));
        emit Registry.SuccessorAppointed(school, college, from, issuer.seq + 1, issuer.lastBlock);
        _appoint(DEPARTMENT_ADMIN, college);
        issuer = registry.issuerOf(school);
        vm.assertTrue(issuer.successor == college && issuer.successorFrom == from, "stored");
        _assertChain(school);
    }

    function test_SuccessorRunsStatusKeys_WhenTheDelayHasPassed() public {
        _anchor(ANCHOR_SECRET, 1);
        _appoint(MINISTRY, college);
        vm.warp(block.timestamp + 7 days);
        _addAs(COLLEGE_ADMIN, ROLE_STATUS);
        _revoke(spareKey, 1);
        _assertValidity(1, Registry.Validity.BatchRevoked, "by the successor's key");
        vm.prank(COLLEGE_ADMIN);
        registry.declareCompromised(school, spareKey, _now());
        vm.prank(COLLEGE_ADMIN);
        registry.endKey(school, statusKey, 0);
    }

    function test_SuccessorRunsNothing_WhenTheDelayHasNotPassed() public {
        _appoint(MINISTRY, college);
        vm.warp(block.timestamp + 7 days - 1);
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, COLLEGE_ADMIN);
        _addAs(COLLEGE_ADMIN, ROLE_STATUS);
    }

    function test_SuccessorRunsNoOtherKeys_WhenTheDelayHasPassed() public {
        _appoint(MINISTRY, college);
        vm.warp(block.timestamp + 7 days);
        uint8[2] memory roles = [ROLE_ANCHOR, ROLE_OFFICER];
        for (uint256 i; i < 2; ++i) {
            _expect(Registry.AnchorRegistryNotAdmin.selector, school, COLLEGE_ADMIN);
            _addAs(COLLEGE_ADMIN, roles[i]);
        }
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, COLLEGE_ADMIN);
        vm.prank(COLLEGE_ADMIN);
        registry.endKey(school, anchorKey, 0);
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, COLLEGE_ADMIN);
        vm.prank(COLLEGE_ADMIN);
        registry.declareCompromised(school, anchorKey, _now());
    }

    function test_SuccessorRunsNothing_WhenWithdrawn() public {
        _appoint(MINISTRY, college);
        vm.warp(block.timestamp + 7 days);
        vm.expectEmit(address(registry));
        emit Registry.SuccessorAppointed(school, 0, 0, 6, registry.issuerOf(school).lastBlock);
        _appoint(MINISTRY, 0);
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, COLLEGE_ADMIN);
        _addAs(COLLEGE_ADMIN, ROLE_STATUS);
    }

    function test_NobodySucceeds_WhenNoneIsAppointed() public {
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, address(0));
        _addAs(address(0), ROLE_STATUS);
    }

    function test_AppointingReverts_WhenTheSuccessorIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryInvalidSuccessor.selector, school, bytes32("nobody")));
        _appoint(MINISTRY, "nobody");
    }

    function test_AppointingReverts_WhenTheSuccessorIsItself() public {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryInvalidSuccessor.selector, school, school));
        _appoint(MINISTRY, school);
    }

    function test_AppointingReverts_WhenTheCallerIsNotTheRegistrar() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, school, SCHOOL_ADMIN);
        _appoint(SCHOOL_ADMIN, college);
    }

    function test_AppointingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        vm.prank(MINISTRY);
        registry.appointSuccessor("nobody", college);
    }

    function _appoint(address caller, bytes32 successor) private {
        vm.prank(caller);
        registry.appointSuccessor(school, successor);
    }

    function _addAs(address caller, uint8 role) private {
        vm.prank(caller);
        registry.addKey(school, spareKey, role, 0, 0);
    }
}
