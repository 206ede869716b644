// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract StandingTest is RegistryTest {
    // ---------------------------------------------------------------- suspended, closed, reinstated

    function test_EventSaysTheStanding_WhenItChanges() public {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.expectEmit(address(registry));
        emit Registry.StandingChanged(school, Registry.Standing.Closed, issuer.seq + 1, issuer.lastBlock);
        _stand(DEPARTMENT_ADMIN, Registry.Standing.Closed);
        vm.assertTrue(registry.issuerOf(school).standing == Registry.Standing.Closed, "closed");
        vm.assertEq(registry.issuerOf(school).admin, SCHOOL_ADMIN, "the admin is as before");
        _assertChain(school);
    }

    function test_OldAnchorsStayGood_WhenSuspended() public {
        _anchor(ANCHOR_SECRET, 1);
        _stand(MINISTRY, Registry.Standing.Suspended);
        _assertValidity(1, Registry.Validity.Valid, "suspension looks forward only");
    }

    function test_ChildrenAnchor_WhenTheirParentIsSuspended() public {
        vm.prank(MINISTRY);
        registry.setStanding(department, Registry.Standing.Suspended);
        _anchor(ANCHOR_SECRET, 1);
        _assertValidity(1, Registry.Validity.Valid, "suspension does not cascade");
    }

    function test_IssuerAnchorsAgain_WhenReinstated() public {
        _stand(DEPARTMENT_ADMIN, Registry.Standing.Suspended);
        _stand(DEPARTMENT_ADMIN, Registry.Standing.Active);
        _anchor(ANCHOR_SECRET, 1);
        _assertValidity(1, Registry.Validity.Valid, "active");
    }

    function test_StatusesGoOn_WhenClosed() public {
        _anchor(ANCHOR_SECRET, 1);
        _stand(DEPARTMENT_ADMIN, Registry.Standing.Closed);
        vm.prank(statusKey);
        registry.setStatusRoot(school, "statuses", 1);
        _revoke(statusKey, 1);
        _assertValidity(1, Registry.Validity.BatchRevoked, "who closed must still be able to revoke");
    }

    function test_StandingReverts_WhenItIsTheSame() public {
        vm.expectRevert(
            abi.encodeWithSelector(Registry.AnchorRegistrySameStanding.selector, school, Registry.Standing.Active)
        );
        _stand(MINISTRY, Registry.Standing.Active);
    }

    function test_StandingReverts_WhenItIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryInvalidStanding.selector, Registry.Standing.Unknown));
        _stand(MINISTRY, Registry.Standing.Unknown);
    }

    function test_StandingReverts_WhenTheNumberNamesNone() public {
        vm.expectRevert();
        vm.prank(MINISTRY);
        (bool done,) = address(registry).call(abi.encodeWithSelector(Registry.setStanding.selector, school, 4));
        vm.assertTrue(done, "the revert is expected");
    }

    function test_StandingReverts_WhenTheCallerIsNotTheRegistrar() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, school, SCHOOL_ADMIN);
        _stand(SCHOOL_ADMIN, Registry.Standing.Suspended);
    }

    function test_StandingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        vm.prank(MINISTRY);
        registry.setStanding("nobody", Registry.Standing.Active);
    }

    // ---------------------------------------------------------------- void

    function test_OnlyAnchorsSinceCountForNothing_WhenDeclaredVoid() public {
        _anchor(ANCHOR_SECRET, 1);
        _pass(1 days);
        _anchor(ANCHOR_SECRET, 2);
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.expectEmit(address(registry));
        emit Registry.IssuerVoided(school, _now(), issuer.seq + 1, issuer.lastBlock);
        _void(DEPARTMENT_ADMIN, _now());
        _assertValidity(1, Registry.Validity.Valid, "anchored before");
        _assertValidity(2, Registry.Validity.IssuerVoid, "anchored in that second");
        vm.assertEq(registry.issuerOf(school).voidSince, _now(), "stored");
        _assertChain(school);
    }

    function test_AnchorsCountAgain_WhenTheVoidIsLifted() public {
        _anchor(ANCHOR_SECRET, 1);
        _void(MINISTRY, 1);
        _assertValidity(1, Registry.Validity.IssuerVoid, "since ever");
        _void(MINISTRY, 0);
        _assertValidity(1, Registry.Validity.Valid, "lifted");
        _anchor(ANCHOR_SECRET, 2);
    }

    function test_VoidMovesLater_WhenDeclaredAgain() public {
        _anchor(ANCHOR_SECRET, 1);
        _pass(1 days);
        _void(MINISTRY, START);
        _void(MINISTRY, _now());
        _assertValidity(1, Registry.Validity.Valid, "before the second date");
    }

    function test_IssuerStaysVoid_WhenItsStandingAndAdminChange() public {
        _void(MINISTRY, START);
        _stand(MINISTRY, Registry.Standing.Suspended);
        _stand(MINISTRY, Registry.Standing.Active);
        vm.prank(SCHOOL_ADMIN);
        registry.transferAdmin(school, STRANGER);
        vm.prank(STRANGER);
        registry.acceptAdmin(school);
        _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.IssuerIsVoid);
    }

    function test_IssuerStaysSuspended_WhenAVoidIsDeclaredAndLifted() public {
        _stand(MINISTRY, Registry.Standing.Suspended);
        _void(MINISTRY, START);
        _void(MINISTRY, 0);
        _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.IssuerNotActive);
    }

    function test_StatusesGoOn_WhenVoid() public {
        _anchor(ANCHOR_SECRET, 1);
        _void(MINISTRY, _now());
        vm.prank(statusKey);
        registry.setStatusRoot(school, "statuses", 1);
        vm.assertEq(registry.statusOf(school).epoch, 1, "set");
    }

    function test_VoidReverts_WhenItIsInTheFuture() public {
        _expect(Registry.AnchorRegistryTooLate.selector, block.timestamp + 1, block.timestamp);
        _void(MINISTRY, _now() + 1);
    }

    function test_VoidReverts_WhenTheCallerIsNotTheRegistrar() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, school, SCHOOL_ADMIN);
        _void(SCHOOL_ADMIN, START);
    }

    function test_VoidReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        vm.prank(MINISTRY);
        registry.declareVoid("nobody", START);
    }

    function _stand(address caller, Registry.Standing standing) private {
        vm.prank(caller);
        registry.setStanding(school, standing);
    }

    function _void(address caller, uint40 since) private {
        vm.prank(caller);
        registry.declareVoid(school, since);
    }
}
