// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Statements} from "./Statements.sol";

contract RevokingTest is RegistryTest {
    function setUp() public override {
        super.setUp();
        _anchor(ANCHOR_SECRET, 1);
        _pass(1 days);
    }

    function test_BatchIsRevoked_WhenAStatusKeyCalls() public {
        Registry.Issuer memory issuer = registry.issuerOf(school);
        vm.expectEmit(address(registry));
        emit Registry.BatchRevoked(school, _entry(1).root, statusKey, issuer.seq + 1, issuer.lastBlock);
        _revoke(statusKey, 1);
        _assertRevocation(statusKey);
        _assertValidity(1, Registry.Validity.BatchRevoked, "revoked");
        _assertChain(school);
    }

    function test_BatchIsRevoked_WhenSomebodyRelaysTheSignature() public {
        _revokeSigned(STATUS_SECRET, DEADLINE);
        _assertRevocation(statusKey);
    }

    function test_EveryBatchWithTheRootIsRevoked_WhenSizesDiffer() public {
        Registry.Entry[] memory entries = _entries(1, 1);
        entries[0].treeSize += 1;
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
        _revoke(statusKey, 1);
        Registry.Validity validity =
            registry.isValid(school, entries[0].root, entries[0].treeSize, entries[0].manifestHash);
        vm.assertTrue(validity == Registry.Validity.BatchRevoked, "the other one too");
    }

    function test_OtherIssuersBatchStays_WhenTheRootIsTheSame() public {
        registry.anchor(_groups(_group(college, COLLEGE_SECRET, _entries(1, 1))));
        _revoke(statusKey, 1);
        vm.assertTrue(_validity(college, 1) == Registry.Validity.Valid, "the college's own");
    }

    // ---------------------------------------------------------------- a thief's revocation

    function test_RevocationCountsForNothing_WhenTheRevokerWasCompromisedByThen() public {
        _revoke(statusKey, 1);
        _compromise(statusKey, _now());
        _assertValidity(1, Registry.Validity.Valid, "void");
        _assertRevocation(statusKey);
    }

    function test_RevocationStands_WhenTheRevokerWasCompromisedLater() public {
        _revoke(statusKey, 1);
        _pass(1 days);
        _compromise(statusKey, _now() - 1 days + 1);
        _assertValidity(1, Registry.Validity.BatchRevoked, "made in good time");
    }

    function test_BatchIsRevokedAgain_WhenAGoodKeyFollowsAThief() public {
        _revoke(statusKey, 1);
        _compromise(statusKey, _now());
        _pass(1 days);
        _addKey(school, spareKey, ROLE_STATUS);
        _revoke(spareKey, 1);
        _assertRevocation(spareKey);
        _assertValidity(1, Registry.Validity.BatchRevoked, "by the good key");
        _assertChain(school);
    }

    function test_RevokingReverts_WhenRevokedAlready() public {
        _revoke(statusKey, 1);
        _addKey(school, spareKey, ROLE_STATUS);
        vm.expectRevert(
            abi.encodeWithSelector(Registry.AnchorRegistryAlreadyRevoked.selector, school, _entry(1).root)
        );
        _revoke(spareKey, 1);
    }

    // ---------------------------------------------------------------- refused

    function test_RevokingReverts_WhenTheIssuerIsUnknown() public {
        _expectRefused(Registry.Refusal.UnknownIssuer);
        vm.prank(statusKey);
        registry.revokeBatch("nobody", _entry(1).root);
    }

    function test_RevokingReverts_WhenTheKeyIsUnknown() public {
        address[4] memory callers = [SCHOOL_ADMIN, DEPARTMENT_ADMIN, MINISTRY, spareKey];
        for (uint256 i; i < 4; ++i) {
            _expectRefused(Registry.Refusal.UnknownKey);
            _revoke(callers[i], 1);
        }
    }

    function test_RevokingReverts_WhenTheCallerIsTheZeroAddress() public {
        _expectRefused(Registry.Refusal.BadSignature);
        _revoke(address(0), 1);
    }

    function test_RevokingReverts_WhenTheRoleIsAnother() public {
        _expectRefused(Registry.Refusal.WrongRole);
        _revoke(anchorKey, 1);
        _expectRefused(Registry.Refusal.WrongRole);
        _revoke(officerKey, 1);
    }

    function test_RevokingReverts_WhenTheKeyIsNotYetValid() public {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_STATUS, _now() + 1, 0);
        _expectRefused(Registry.Refusal.KeyNotYetValid);
        _revoke(spareKey, 1);
    }

    function test_RevokingReverts_WhenTheKeyHasEnded() public {
        _endKey(statusKey, 0);
        vm.warp(block.timestamp + 1);
        _expectRefused(Registry.Refusal.KeyEnded);
        _revoke(statusKey, 1);
    }

    function test_RevokingReverts_WhenTheKeyIsCompromised() public {
        _compromise(statusKey, _now());
        _expectRefused(Registry.Refusal.KeyIsCompromised);
        _revoke(statusKey, 1);
    }

    function test_SignedRevokingReverts_WhenExpired() public {
        _revokeAt(uint64(block.timestamp) - 1, Registry.Refusal.Expired);
    }

    function test_SignedRevokingWorks_WhenInItsLastSecond() public {
        _revokeAt(uint64(block.timestamp), Registry.Refusal.None);
        _assertRevocation(statusKey);
    }

    function test_SignedRevokingReverts_WhenTheSignatureIsNone() public {
        _expectRefused(Registry.Refusal.BadSignature);
        registry.revokeBatchBySignature(school, _entry(1).root, DEADLINE, new bytes(65));
    }

    function test_SignedRevokingReverts_WhenAnythingSignedIsAltered() public {
        bytes32 root = _entry(1).root;
        bytes memory signature = Statements.sign(address(registry), STATUS_SECRET, Statements.revoking(school, root, DEADLINE));
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.revokeBatchBySignature(school, keccak256("another"), DEADLINE, signature);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.revokeBatchBySignature(school, root, DEADLINE + 1, signature);
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, statusKey, ROLE_STATUS, 0, 0);
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.revokeBatchBySignature(college, root, DEADLINE, signature);
    }

    function _revokeAt(uint64 deadline, Registry.Refusal refusal) private {
        bytes memory signature = _sign(STATUS_SECRET, deadline);
        if (refusal != Registry.Refusal.None) _expectRefused(refusal);
        registry.revokeBatchBySignature(school, _entry(1).root, deadline, signature);
    }

    function _revokeSigned(uint256 secret, uint64 deadline) private {
        bytes memory signature = _sign(secret, deadline);
        vm.prank(RELAYER);
        registry.revokeBatchBySignature(school, _entry(1).root, deadline, signature);
    }

    function _sign(uint256 secret, uint64 deadline) private view returns (bytes memory) {
        return Statements.sign(address(registry), secret, Statements.revoking(school, _entry(1).root, deadline));
    }

    function _assertRevocation(address revoker) private view {
        Registry.Revocation memory revocation = registry.revocationOf(school, _entry(1).root);
        vm.assertEq(revocation.revoker, revoker, "who");
        vm.assertEq(revocation.time, block.timestamp, "when");
    }
}
