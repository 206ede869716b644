// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract AdminsTest is RegistryTest {
    // ---------------------------------------------------------------- by the admin: two steps, no delay

    function test_AdminStays_WhenTheNextOneHasNotAccepted() public {
        (uint40 seq, uint48 previous) = _next();
        vm.expectEmit(address(registry));
        emit Registry.AdminTransferStarted(school, STRANGER, _now(), false, seq, previous);
        _transfer(SCHOOL_ADMIN, STRANGER);
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.assertEq(issuer.admin, SCHOOL_ADMIN, "admin");
        vm.assertEq(issuer.pendingAdmin, STRANGER, "pending");
        vm.assertTrue(issuer.pendingAdminFrom == _now() && !issuer.pendingByRegistrar, "at once, by the admin");
        _assertChain(school);
    }

    function test_AdminChanges_WhenTheNextOneAccepts() public {
        _transfer(SCHOOL_ADMIN, STRANGER);
        (uint40 seq, uint48 previous) = _next();
        vm.expectEmit(address(registry));
        emit Registry.AdminChanged(school, STRANGER, seq, previous);
        _accept(STRANGER);
        _assertAdmin(STRANGER);
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, SCHOOL_ADMIN);
        _transfer(SCHOOL_ADMIN, SCHOOL_ADMIN);
        _assertChain(school);
    }

    function test_TransferReverts_WhenTheCallerIsNotTheAdmin() public {
        _expect(Registry.AnchorRegistryNotAdmin.selector, school, DEPARTMENT_ADMIN);
        _transfer(DEPARTMENT_ADMIN, DEPARTMENT_ADMIN);
    }

    function test_TransferReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        registry.transferAdmin("nobody", STRANGER);
    }

    function test_AcceptingReverts_WhenTheCallerIsNotNamed() public {
        _transfer(SCHOOL_ADMIN, STRANGER);
        _expect(Registry.AnchorRegistryNotPendingAdmin.selector, school, RELAYER);
        _accept(RELAYER);
    }

    function test_AcceptingReverts_WhenTheOfferWasWithdrawn() public {
        _transfer(SCHOOL_ADMIN, STRANGER);
        _transfer(SCHOOL_ADMIN, address(0));
        vm.assertEq(registry.issuerOf(school).pendingAdminFrom, 0, "nothing is under way");
        _expect(Registry.AnchorRegistryNotPendingAdmin.selector, school, STRANGER);
        _accept(STRANGER);
    }

    function test_AcceptingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        registry.acceptAdmin("nobody");
    }

    // ---------------------------------------------------------------- by the registrar: in public, after a delay

    function test_ReplacementIsPublicAndSlow_WhenTheRegistrarStartsIt() public {
        (uint40 seq, uint48 previous) = _next();
        vm.expectEmit(address(registry));
        emit Registry.AdminTransferStarted(school, STRANGER, _now() + 7 days, true, seq, previous);
        _replace(DEPARTMENT_ADMIN, STRANGER);
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.assertEq(issuer.admin, SCHOOL_ADMIN, "admin until then");
        vm.assertTrue(issuer.pendingAdminFrom == _now() + 7 days && issuer.pendingByRegistrar, "after seven days");
        _assertChain(school);
    }

    function test_AcceptingReverts_WhenTheDelayHasNotPassed() public {
        _replace(DEPARTMENT_ADMIN, STRANGER);
        uint256 from = block.timestamp + 7 days;
        vm.warp(from - 1);
        _expect(Registry.AnchorRegistryTooEarly.selector, from - 1, from);
        _accept(STRANGER);
    }

    function test_AdminChanges_WhenTheDelayHasPassed() public {
        _replace(MINISTRY, STRANGER);
        vm.warp(block.timestamp + 7 days);
        _accept(STRANGER);
        _assertAdmin(STRANGER);
    }

    function test_TransferReverts_WhenTheRegistrarReplacesTheAdmin() public {
        _replace(DEPARTMENT_ADMIN, STRANGER);
        _expect(Registry.AnchorRegistryTransferPendingByRegistrar.selector, school);
        _transfer(SCHOOL_ADMIN, RELAYER);
    }

    function test_AdminCannotAcceptItsOwnOffer_WhenTheRegistrarReplacedIt() public {
        _transfer(SCHOOL_ADMIN, RELAYER);
        _replace(DEPARTMENT_ADMIN, STRANGER);
        _expect(Registry.AnchorRegistryNotPendingAdmin.selector, school, RELAYER);
        _accept(RELAYER);
    }

    function test_AdminMayTransferAgain_WhenTheRegistrarWithdrew() public {
        _replace(DEPARTMENT_ADMIN, STRANGER);
        _replace(DEPARTMENT_ADMIN, address(0));
        vm.assertTrue(!registry.issuerOf(school).pendingByRegistrar, "nothing is under way");
        _transfer(SCHOOL_ADMIN, RELAYER);
        _accept(RELAYER);
        _assertAdmin(RELAYER);
    }

    function test_AdminMayTransferAgain_WhenTheReplacementWasAccepted() public {
        _replace(DEPARTMENT_ADMIN, STRANGER);
        vm.warp(block.timestamp + 7 days);
        _accept(STRANGER);
        _transfer(STRANGER, RELAYER);
        _accept(RELAYER);
        _assertAdmin(RELAYER);
    }

    function test_DelayStartsAgain_WhenTheRegistrarNamesSomebodyElse() public {
        _replace(DEPARTMENT_ADMIN, STRANGER);
        vm.warp(block.timestamp + 6 days);
        _replace(DEPARTMENT_ADMIN, RELAYER);
        vm.warp(block.timestamp + 6 days);
        _expect(Registry.AnchorRegistryTooEarly.selector, block.timestamp, block.timestamp + 1 days);
        _accept(RELAYER);
    }

    function test_VoidAndRightToRegisterStay_WhenTheAdminChanges() public {
        vm.prank(MINISTRY);
        registry.declareVoid(department, START);
        vm.prank(DEPARTMENT_ADMIN);
        registry.transferAdmin(department, STRANGER);
        vm.prank(STRANGER);
        registry.acceptAdmin(department);
        Registry.Issuer memory issuer = registry.issuerOf(department);
        vm.assertTrue(issuer.registrar && issuer.voidSince == START, "as before");
    }

    function test_ReplacingReverts_WhenTheCallerIsNotTheRegistrar() public {
        address[3] memory callers = [SCHOOL_ADMIN, COLLEGE_ADMIN, STRANGER];
        for (uint256 i; i < 3; ++i) {
            _expect(Registry.AnchorRegistryNotRegistrar.selector, school, callers[i]);
            _replace(callers[i], STRANGER);
        }
    }

    function test_ReplacingReverts_WhenTheRegistrarIsOfAnotherBranch() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, college, DEPARTMENT_ADMIN);
        vm.prank(DEPARTMENT_ADMIN);
        registry.replaceAdmin(college, STRANGER);
    }

    function test_ReplacingReverts_WhenTheRegistrarIsSuspended() public {
        vm.prank(MINISTRY);
        registry.setStanding(department, Registry.Standing.Suspended);
        _expect(Registry.AnchorRegistryNotRegistrar.selector, school, DEPARTMENT_ADMIN);
        _replace(DEPARTMENT_ADMIN, STRANGER);
    }

    function test_ReplacingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        vm.prank(MINISTRY);
        registry.replaceAdmin("nobody", STRANGER);
    }

    function test_NobodyIsRegistrarOfRootIssuers_WhenTheCallerIsTheZeroAddress() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, college, address(0));
        vm.prank(address(0));
        registry.replaceAdmin(college, STRANGER);
    }

    function _next() private view returns (uint40 seq, uint48 previousBlock) {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        return (issuer.seq + 1, issuer.lastBlock);
    }

    function _transfer(address caller, address next) private {
        vm.prank(caller);
        registry.transferAdmin(school, next);
    }

    function _replace(address caller, address next) private {
        vm.prank(caller);
        registry.replaceAdmin(school, next);
    }

    function _accept(address caller) private {
        vm.prank(caller);
        registry.acceptAdmin(school);
    }

    function _assertAdmin(address expected) private view {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.assertEq(issuer.admin, expected, "admin");
        bool quiet = issuer.pendingAdmin == address(0) && issuer.pendingAdminFrom == 0 && !issuer.pendingByRegistrar;
        vm.assertTrue(quiet, "nothing is under way");
        vm.assertTrue(issuer.standing == Registry.Standing.Active, "standing as before");
    }
}
