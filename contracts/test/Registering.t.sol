// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract RegisteringTest is RegistryTest {
    string private constant ISS = "https://new.example";

    function test_EventSaysAll_WhenAnIssuerIsRegistered() public {
        vm.expectEmit(address(registry));
        emit Registry.IssuerRegistered(sha256(bytes(ISS)), department, STRANGER, false, ISS, "002", "Truong B", 1, 0);
        bytes32 issuerId = _register(DEPARTMENT_ADMIN, department, false);
        vm.assertEq(issuerId, sha256(bytes(ISS)), "the identifier is the hash of iss");
        _assertChain(issuerId);
    }

    function test_IssuerIsReadable_WhenRegistered() public {
        bytes32 issuerId = _register(MINISTRY, 0, true);
        Registry.Issuer memory issuer = registry.issuerOf(issuerId);
        vm.assertEq(issuer.admin, STRANGER, "admin");
        vm.assertTrue(issuer.standing == Registry.Standing.Active, "active from the start");
        vm.assertTrue(issuer.registrar, "registrar");
        vm.assertEq(issuer.parent, bytes32(0), "a root issuer");
        vm.assertEq(issuer.seq, 1, "one event");
        vm.assertEq(issuer.lastBlock, block.number, "in this block");
        bool quiet = issuer.voidSince == 0 && issuer.pendingAdmin == address(0) && issuer.pendingAdminFrom == 0
            && !issuer.pendingByRegistrar && issuer.successor == 0 && issuer.successorFrom == 0;
        vm.assertTrue(quiet, "nothing is under way");
        vm.assertTrue(!registry.issuerOf(school).registrar, "a school is no registrar");
        vm.assertEq(registry.issuerOf(school).parent, department, "parent");
    }

    function test_AllAreListedInOrder_WhenIssuersWereRegistered() public {
        bytes32 issuerId = _register(MINISTRY, 0, false);
        vm.assertEq(registry.issuerCount(), 4, "count");
        bytes32[] memory all = registry.issuersFrom(0, type(uint256).max);
        _assertSameHash(abi.encode(all), abi.encode(_four(issuerId)), "all of them, in order");
        bytes32[] memory two = registry.issuersFrom(1, 2);
        vm.assertEq(two.length, 2, "no more than the limit");
        vm.assertTrue(two[0] == school && two[1] == college, "from the start that was asked for");
        vm.assertEq(registry.issuersFrom(3, 2).length, 1, "fewer at the end");
        vm.assertEq(registry.issuersFrom(4, 1).length, 0, "none behind it");
        vm.assertEq(registry.issuersFrom(type(uint256).max, type(uint256).max).length, 0, "none far behind it");
        vm.assertEq(registry.issuersFrom(0, 0).length, 0, "none when none is asked for");
    }

    function test_AnyTextIsTaken_WhenItIsAtItsLimit() public {
        vm.prank(MINISTRY);
        bytes32 issuerId = registry.registerIssuer(0, _text(255), _text(64), _text(300), STRANGER, false);
        Registry.Naming[] memory names = registry.namesOf(issuerId);
        vm.assertTrue(bytes(names[0].code).length == 64 && bytes(names[0].name).length == 300, "whole");
    }

    // ---------------------------------------------------------------- who may register

    function test_RegisteringReverts_WhenAStrangerMakesARootIssuer() public {
        _expect(Registry.AnchorRegistryNotOwner.selector, STRANGER);
        _register(STRANGER, 0, false);
    }

    function test_RegisteringReverts_WhenADepartmentMakesARootIssuer() public {
        _expect(Registry.AnchorRegistryNotOwner.selector, DEPARTMENT_ADMIN);
        _register(DEPARTMENT_ADMIN, 0, false);
    }

    function test_RegisteringReverts_WhenADepartmentGrantsTheRightToRegister() public {
        _expect(Registry.AnchorRegistryNotOwner.selector, DEPARTMENT_ADMIN);
        _register(DEPARTMENT_ADMIN, department, true);
    }

    function test_RegisteringReverts_WhenTheOwnerGrantsTheRightToAChild() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, department, MINISTRY);
        _register(MINISTRY, department, true);
    }

    function test_RegisteringReverts_WhenTheOwnerAdminsTheBranchAndGrantsTheRightToAChild() public {
        vm.prank(MINISTRY);
        bytes32 own = registry.registerIssuer(0, "https://ministry.example", "00", "Bo", MINISTRY, true);
        _expect(Registry.AnchorRegistryNotRegistrar.selector, own, MINISTRY);
        _register(MINISTRY, own, true);
    }

    function test_RegisteringReverts_WhenTheOwnerIsNotTheBranchAdmin() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, department, MINISTRY);
        _register(MINISTRY, department, false);
    }

    function test_RegisteringReverts_WhenTheParentIsNoRegistrar() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, college, COLLEGE_ADMIN);
        _register(COLLEGE_ADMIN, college, false);
    }

    function test_RegisteringReverts_WhenTheParentIsSuspended() public {
        vm.prank(MINISTRY);
        registry.setStanding(department, Registry.Standing.Suspended);
        _expect(Registry.AnchorRegistryNotRegistrar.selector, department, DEPARTMENT_ADMIN);
        _register(DEPARTMENT_ADMIN, department, false);
    }

    function test_RegisteringReverts_WhenTheParentIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        _register(DEPARTMENT_ADMIN, "nobody", false);
    }

    // ---------------------------------------------------------------- with what

    function test_RegisteringReverts_WhenTheAdminIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryZeroAddress.selector));
        vm.prank(MINISTRY);
        registry.registerIssuer(0, ISS, "002", "Truong B", address(0), false);
    }

    function test_RegisteringReverts_WhenTheIssIsTaken() public {
        _register(MINISTRY, 0, false);
        _expect(Registry.AnchorRegistryIssuerExists.selector, sha256(bytes(ISS)));
        _register(DEPARTMENT_ADMIN, department, false);
    }

    function test_RegisteringReverts_WhenATextIsEmpty() public {
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryEmptyText.selector));
            vm.prank(MINISTRY);
            registry.registerIssuer(0, i == 0 ? "" : ISS, i == 1 ? "" : "c", i == 2 ? "" : "n", STRANGER, false);
        }
    }

    function test_RegisteringReverts_WhenATextIsTooLong() public {
        uint256[3] memory limits = [uint256(255), 64, 300];
        for (uint256 i; i < 3; ++i) {
            string memory long = _text(limits[i] + 1);
            _expect(Registry.AnchorRegistryTextTooLong.selector, limits[i] + 1, limits[i]);
            vm.prank(MINISTRY);
            registry.registerIssuer(0, i == 0 ? long : ISS, i == 1 ? long : "c", i == 2 ? long : "n", STRANGER, false);
        }
    }

    // ---------------------------------------------------------------- names

    function test_OlderNamesStayReadable_WhenRenamed() public {
        uint40 registered = registry.namesOf(school)[0].since;
        vm.expectEmit(address(registry));
        emit Registry.IssuerRenamed(school, "001b", "Truong A moi", 5, uint48(block.number - 1801));
        _rename(DEPARTMENT_ADMIN, school, "001b", "Truong A moi");
        Registry.Naming[] memory names = registry.namesOf(school);
        vm.assertEq(names.length, 2, "two names");
        vm.assertTrue(names[0].since == registered && names[1].since == _now(), "each since its day");
        vm.assertEq(names[0].name, "Truong A", "the first");
        vm.assertEq(names[1].code, "001b", "the new code");
        _assertChain(school);
    }

    function test_RenamingReverts_WhenTheIssuerDoesItItself() public {
        _expect(Registry.AnchorRegistryNotRegistrar.selector, school, SCHOOL_ADMIN);
        _rename(SCHOOL_ADMIN, school, "001", "Dai hoc danh tieng");
    }

    function test_RenamingReverts_WhenTheIssuerIsUnknown() public {
        _expect(Registry.AnchorRegistryUnknownIssuer.selector, bytes32("nobody"));
        _rename(MINISTRY, "nobody", "001", "Truong A");
    }

    function test_RenamingReverts_WhenATextIsEmpty() public {
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Registry.AnchorRegistryEmptyText.selector));
            _rename(MINISTRY, school, i == 0 ? "" : "c", i == 1 ? "" : "n");
        }
    }

    function test_RenamingReverts_WhenATextIsTooLong() public {
        _expect(Registry.AnchorRegistryTextTooLong.selector, uint256(65), 64);
        _rename(MINISTRY, school, _text(65), "n");
        _expect(Registry.AnchorRegistryTextTooLong.selector, uint256(301), 300);
        _rename(MINISTRY, school, "c", _text(301));
    }

    function _register(address caller, bytes32 parent, bool registrar) private returns (bytes32) {
        vm.prank(caller);
        return registry.registerIssuer(parent, ISS, "002", "Truong B", STRANGER, registrar);
    }

    function _rename(address caller, bytes32 issuerId, string memory code, string memory name) private {
        vm.prank(caller);
        registry.renameIssuer(issuerId, code, name);
    }

    function _four(bytes32 last) private view returns (bytes32[] memory four) {
        four = new bytes32[](4);
        (four[0], four[1], four[2], four[3]) = (department, school, college, last);
    }

    function _text(uint256 length) private pure returns (string memory) {
        bytes memory text = new bytes(length);
        for (uint256 i; i < length; ++i) text[i] = "a";
        return string(text);
    }
}
