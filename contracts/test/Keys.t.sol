// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract KeysTest is RegistryTest {
    // ---------------------------------------------------------------- adding

    function test_EventSaysTheWindow_WhenAKeyIsAdded() public {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        uint40 from = _now() + 1 days;
        vm.expectEmit(address(registry));
        emit Registry.KeyAdded(school, spareKey, ROLE_OFFICER, from, from + 1, issuer.seq + 1, issuer.lastBlock);
        _add(spareKey, ROLE_OFFICER, from, from + 1);
        _assertKey(spareKey, Registry.Key(from, from + 1, 0, ROLE_OFFICER));
        _assertChain(school);
    }

    function test_WindowIsOpen_WhenNoTimesAreGiven() public {
        _add(spareKey, ROLE_ANCHOR, 0, 0);
        _assertKey(spareKey, Registry.Key(_now(), type(uint40).max, 0, ROLE_ANCHOR));
    }

    function test_AnyOfTheThreeRolesIsTaken_WhenAlone() public {
        for (uint8 role = 1; role <= 4; role *= 2) _add(address(uint160(0xC0) + role), role, 0, 0);
        vm.assertEq(registry.keyOf(school, address(0xC4)).roles, ROLE_OFFICER, "the last");
    }

    function test_AddressIsNobodysAlone_WhenAnotherIssuerHasItToo() public {
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, anchorKey, ROLE_STATUS, 0, 0);
        vm.assertEq(registry.keyOf(school, anchorKey).roles, ROLE_ANCHOR, "the school's is as before");
        vm.assertEq(registry.keyOf(college, anchorKey).roles, ROLE_STATUS, "the college's is its own");
    }

    function test_AddingReverts_WhenTheCallerIsNotTheAdmin() public {
        address[3] memory callers = [MINISTRY, DEPARTMENT_ADMIN, COLLEGE_ADMIN];
        for (uint256 i; i < 3; ++i) {
            _expect(Registry.AnchorRegistryNotAdmin.selector, school, callers[i]);
            vm.prank(callers[i]);
            registry.addKey(school, spareKey, ROLE_STATUS, 0, 0);
        }
    }

    function test_AddingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        registry.addKey("nobody", spareKey, ROLE_ANCHOR, 0, 0);
    }

    function test_AddingReverts_WhenTheRoleIsNotExactlyOne() public {
        uint8[7] memory roles = [0, 3, 5, 6, 7, 8, 255];
        for (uint256 i; i < roles.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryInvalidRole.selector, roles[i]));
            _add(spareKey, roles[i], 0, 0);
        }
    }

    function test_AddingReverts_WhenTheKeyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryZeroAddress.selector));
        _add(address(0), ROLE_ANCHOR, 0, 0);
    }

    function test_AddingReverts_WhenTheKeyExists() public {
        _endKey(anchorKey, 0);
        vm.warp(block.timestamp + 1);
        _expect(Registry.AnchorRegistryKeyExists.selector, school, anchorKey);
        _add(anchorKey, ROLE_STATUS, 0, 0);
    }

    function test_AddingReverts_WhenTheWindowBeginsInThePast() public {
        _expect(Registry.AnchorRegistryTooEarly.selector, block.timestamp - 1, block.timestamp);
        _add(spareKey, ROLE_ANCHOR, _now() - 1, 0);
    }

    function test_AddingReverts_WhenTheWindowIsEmpty() public {
        uint40 from = _now() + 100;
        for (uint40 end = from - 1; end <= from; ++end) {
            _expect(Registry.AnchorRegistryTooEarly.selector, end, uint256(from) + 1);
            _add(spareKey, ROLE_ANCHOR, from, end);
        }
    }

    function test_AddingReverts_WhenTheWindowBeginsAtTheEndOfTime() public {
        uint256 last = type(uint40).max;
        _expect(Registry.AnchorRegistryTooEarly.selector, last, last + 1);
        _add(spareKey, ROLE_ANCHOR, uint40(last), 0);
    }

    // ---------------------------------------------------------------- ending

    function test_EventSaysTheEnd_WhenAKeyIsEnded() public {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        uint40 end = _now() + 5;
        vm.expectEmit(address(registry));
        emit Registry.KeyEnded(school, anchorKey, end, issuer.seq + 1, issuer.lastBlock);
        _endKey(anchorKey, end);
        _assertKey(anchorKey, Registry.Key(START, end, 0, ROLE_ANCHOR));
        _assertChain(school);
    }

    function test_EndIsNow_WhenNoTimeIsGiven() public {
        _endKey(anchorKey, 0);
        _assertKey(anchorKey, Registry.Key(START, _now(), 0, ROLE_ANCHOR));
        _anchor(ANCHOR_SECRET, 1);
    }

    function test_EndMayMoveLater_WhenTheKeyHasNotEnded() public {
        _endKey(anchorKey, _now() + 5);
        vm.warp(block.timestamp + 5);
        _endKey(anchorKey, _now() + 10);
        vm.assertEq(registry.keyOf(school, anchorKey).notAfter, _now() + 10, "later");
    }

    function test_EndingReverts_WhenTheEndIsInThePast() public {
        _expect(Registry.AnchorRegistryTooEarly.selector, block.timestamp - 1, block.timestamp);
        _endKey(anchorKey, _now() - 1);
    }

    function test_EndingReverts_WhenTheKeyHasEnded() public {
        _endKey(anchorKey, 0);
        uint256 end = block.timestamp;
        vm.warp(end + 1);
        _expect(Registry.AnchorRegistryTooLate.selector, end + 1, end);
        _endKey(anchorKey, _now() + 100);
    }

    function test_EndingReverts_WhenTheKeyIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownKey.selector, school, spareKey);
        _endKey(spareKey, 0);
    }

    function test_EndingReverts_WhenTheKeyIsAnotherIssuers() public {
        _expect(Registry.AnchorRegistryUnknownKey.selector, college, anchorKey);
        vm.prank(COLLEGE_ADMIN);
        registry.endKey(college, anchorKey, 0);
    }

    function test_EndingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        registry.endKey("nobody", anchorKey, 0);
    }

    function test_EndingReverts_WhenTheCallerIsNotTheAdmin() public {
        address[3] memory callers = [MINISTRY, DEPARTMENT_ADMIN, anchorKey];
        for (uint256 i; i < 3; ++i) {
            _expect(Registry.AnchorRegistryNotAdmin.selector, school, callers[i]);
            vm.prank(callers[i]);
            registry.endKey(school, anchorKey, 0);
        }
    }

    function _add(address key, uint8 role, uint40 notBefore, uint40 notAfter) private {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, key, role, notBefore, notAfter);
    }

    function _assertKey(address key, Registry.Key memory expected) private view {
        _assertSameHash(abi.encode(registry.keyOf(school, key)), abi.encode(expected), "the key as stored");
    }
}
