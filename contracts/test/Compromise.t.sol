// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract CompromiseTest is RegistryTest {
    function test_OnlyAnchorsSinceCountForNothing_WhenAKeyIsCompromised() public {
        _anchor(ANCHOR_SECRET, 1);
        _pass(1 days);
        _anchor(ANCHOR_SECRET, 2);
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.expectEmit(address(registry));
        emit Registry.KeyCompromised(school, anchorKey, _now(), issuer.seq + 1, issuer.lastBlock);
        _declare(SCHOOL_ADMIN, anchorKey, _now());
        _assertValidity(1, Registry.Validity.Valid, "signed before");
        _assertValidity(2, Registry.Validity.KeyCompromised, "signed in that second");
        vm.assertEq(registry.keyOf(school, anchorKey).compromisedSince, _now(), "stored");
        vm.assertEq(registry.keyOf(school, anchorKey).notAfter, type(uint40).max, "the window is as before");
        _assertChain(school);
    }

    function test_OtherKeysAnchorsStayGood_WhenAKeyIsCompromised() public {
        _addKey(school, spareKey, ROLE_ANCHOR);
        _anchor(SPARE_SECRET, 1);
        _compromise(anchorKey, 1);
        _assertValidity(1, Registry.Validity.Valid, "signed by the other key");
    }

    function test_SameAddressElsewhereStaysGood_WhenOneIssuerDeclaresIt() public {
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, anchorKey, ROLE_ANCHOR, 0, 0);
        registry.anchor(_groups(_group(college, ANCHOR_SECRET, _entries(1, 1))));
        _compromise(anchorKey, 1);
        vm.assertTrue(_validity(college, 1) == Registry.Validity.Valid, "the college's own key");
    }

    function test_DateMayMoveEarlier_WhenDeclaredAgain() public {
        _compromise(anchorKey, START + 100);
        _compromise(anchorKey, START + 99);
        vm.assertEq(registry.keyOf(school, anchorKey).compromisedSince, START + 99, "earlier");
    }

    function test_RegistrarAndOwnerReachBackToTheStart_WhenTheIssuerMayNot() public {
        _pass(400 days);
        _declare(MINISTRY, anchorKey, START);
        _declare(DEPARTMENT_ADMIN, anchorKey, 1);
        vm.assertEq(registry.keyOf(school, anchorKey).compromisedSince, 1, "since ever");
    }

    function test_AdminReachesBackThirtyDays_WhenDeclaring() public {
        _pass(400 days);
        _declare(SCHOOL_ADMIN, anchorKey, _now() - 30 days);
        vm.assertEq(registry.keyOf(school, anchorKey).compromisedSince, _now() - 30 days, "thirty days exactly");
    }

    // ---------------------------------------------------------------- refused

    function test_DeclaringReverts_WhenTheAdminReachesBackFurther() public {
        _pass(400 days);
        _expectTooEarly(_now() - 30 days - 1, _now() - 30 days);
        _declare(SCHOOL_ADMIN, anchorKey, _now() - 30 days - 1);
    }

    function test_DeclaringReverts_WhenTheAdminEndedTheKeyFirst() public {
        _anchor(ANCHOR_SECRET, 1);
        _pass(1);
        _endKey(anchorKey, 0);
        _pass(31 days);
        _expectTooEarly(START, _now() - 30 days);
        _declare(SCHOOL_ADMIN, anchorKey, START);
        _assertValidity(1, Registry.Validity.Valid, "ending a key is no way round the thirty days");
    }

    function test_DeclaringReverts_WhenTheAdminReachesBackInSteps() public {
        _pass(400 days);
        _declare(SCHOOL_ADMIN, anchorKey, _now() - 30 days);
        _expectTooEarly(_now() - 30 days - 1, _now() - 30 days);
        _declare(SCHOOL_ADMIN, anchorKey, _now() - 30 days - 1);
    }

    function test_DeclaringReverts_WhenTheSuccessorReachesBackFurther() public {
        vm.prank(MINISTRY);
        registry.appointSuccessor(school, college);
        _pass(100 days);
        _expectTooEarly(_now() - 30 days - 1, _now() - 30 days);
        _declare(COLLEGE_ADMIN, statusKey, _now() - 30 days - 1);
        _declare(COLLEGE_ADMIN, statusKey, _now() - 30 days);
    }

    function test_DeclaringReverts_WhenTheDateIsInTheFuture() public {
        _expect(Registry.AnchorRegistryTooLate.selector, block.timestamp + 1, block.timestamp);
        _declare(SCHOOL_ADMIN, anchorKey, _now() + 1);
    }

    function test_DeclaringReverts_WhenTheDateDoesNotMoveEarlier() public {
        _compromise(anchorKey, START + 100);
        for (uint40 since = START + 100; since <= START + 101; ++since) {
            _expect(Registry.AnchorRegistryTooLate.selector, since, START + 99);
            _compromise(anchorKey, since);
        }
    }

    function test_DeclaringReverts_WhenTheDateIsZero() public {
        _expectTooEarly(0, 1);
        _declare(MINISTRY, anchorKey, 0);
        _expectTooEarly(0, _now() - 30 days);
        _declare(SCHOOL_ADMIN, anchorKey, 0);
    }

    function test_DeclaringReverts_WhenTheKeyIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownKey.selector, school, spareKey);
        _declare(MINISTRY, spareKey, START);
    }

    function test_DeclaringReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        vm.prank(MINISTRY);
        registry.declareCompromised("nobody", anchorKey, START);
    }

    function test_DeclaringReverts_WhenTheCallerIsNeitherAdminNorRegistrar() public {
        address[3] memory callers = [COLLEGE_ADMIN, STRANGER, anchorKey];
        for (uint256 i; i < 3; ++i) {
            _expect(Registry.AnchorRegistryNotAdmin.selector, school, callers[i]);
            _declare(callers[i], anchorKey, _now());
        }
    }

    function _declare(address caller, address key, uint40 since) private {
        vm.prank(caller);
        registry.declareCompromised(school, key, since);
    }

    function _expectTooEarly(uint256 time, uint256 earliest) private {
        _expect(Registry.AnchorRegistryTooEarly.selector, time, earliest);
    }
}
