// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract OwnerTest is RegistryTest {
    function test_DeployerIsOwner_WhenJustDeployed() public {
        Registry fresh = _deploy(STRANGER);
        vm.assertEq(fresh.owner(), STRANGER, "owner");
        vm.assertEq(fresh.pendingOwner(), address(0), "nobody else is named");
    }

    function test_OwnerStays_WhenTheNextOneHasNotAccepted() public {
        vm.expectEmit(address(registry));
        emit Registry.OwnershipTransferStarted(MINISTRY, STRANGER);
        _offer(STRANGER);
        vm.assertEq(registry.owner(), MINISTRY, "owner");
        vm.assertEq(registry.pendingOwner(), STRANGER, "pending");
    }

    function test_OwnerChanges_WhenTheNextOneAccepts() public {
        _offer(STRANGER);
        vm.expectEmit(address(registry));
        emit Registry.OwnershipTransferred(MINISTRY, STRANGER);
        vm.prank(STRANGER);
        registry.acceptOwnership();
        vm.assertEq(registry.owner(), STRANGER, "owner");
        vm.assertEq(registry.pendingOwner(), address(0), "nobody is pending");
        _expect(Registry.AnchorRegistryNotOwner.selector, MINISTRY);
        _offer(MINISTRY);
    }

    function test_OfferReverts_WhenTheCallerIsNotTheOwner() public {
        _expect(Registry.AnchorRegistryNotOwner.selector, STRANGER);
        vm.prank(STRANGER);
        registry.transferOwnership(STRANGER);
    }

    function test_AcceptingReverts_WhenTheCallerIsNotNamed() public {
        _offer(STRANGER);
        _expect(Registry.AnchorRegistryNotPendingOwner.selector, RELAYER);
        vm.prank(RELAYER);
        registry.acceptOwnership();
    }

    function test_AcceptingReverts_WhenTheOfferWasWithdrawn() public {
        _offer(STRANGER);
        _offer(address(0));
        _expect(Registry.AnchorRegistryNotPendingOwner.selector, STRANGER);
        vm.prank(STRANGER);
        registry.acceptOwnership();
    }

    function test_AcceptingReverts_WhenItWasAcceptedBefore() public {
        _offer(STRANGER);
        vm.prank(STRANGER);
        registry.acceptOwnership();
        _expect(Registry.AnchorRegistryNotPendingOwner.selector, STRANGER);
        vm.prank(STRANGER);
        registry.acceptOwnership();
    }

    function _offer(address next) private {
        vm.prank(MINISTRY);
        registry.transferOwnership(next);
    }
}
