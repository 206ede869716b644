// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Statements} from "./Statements.sol";

/// @dev A signature over anything else is good for an address that nobody knows: UnknownKey. BadSignature is for bytes that
///      are no canonical signature at all.
contract SignaturesTest is RegistryTest {
    // ---------------------------------------------------------------- form

    function test_AnchoringReverts_WhenTheSignatureIsShortOrLong() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        bytes memory good = groups[0].signature;
        bytes[4] memory bad = [bytes(""), _firstBytes(good, 64), abi.encodePacked(good, uint8(0)), abi.encodePacked(good, good)];
        for (uint256 i; i < bad.length; ++i) {
            groups[0].signature = bad[i];
            _assertRefused(groups, Registry.Refusal.BadSignature);
        }
    }

    function test_AnchoringReverts_WhenSIsHigh() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        (bytes32 r, bytes32 s, uint8 v) = _parts(groups[0].signature);
        groups[0].signature = abi.encodePacked(r, Statements.ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        _assertRefused(groups, Registry.Refusal.BadSignature);
    }

    function test_HalfTheOrderIsTheLastLowS_WhenSComesCloseToIt() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        (bytes32 r,,) = _parts(groups[0].signature);
        groups[0].signature = abi.encodePacked(r, Statements.HALF_ORDER, uint8(27));
        _assertRefused(groups, Registry.Refusal.UnknownKey);
        groups[0].signature = abi.encodePacked(r, Statements.HALF_ORDER + 1, uint8(27));
        _assertRefused(groups, Registry.Refusal.BadSignature);
    }

    function test_AnchoringReverts_WhenVIsNeither27Nor28() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        (bytes32 r, bytes32 s, uint8 v) = _parts(groups[0].signature);
        uint8[5] memory others = [0, 1, 26, 29, v + 128];
        for (uint256 i; i < others.length; ++i) {
            groups[0].signature = abi.encodePacked(r, s, others[i]);
            _assertRefused(groups, Registry.Refusal.BadSignature);
        }
    }

    function test_AnchoringReverts_WhenTheSignatureRecoversToNobody() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        groups[0].signature = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        _assertRefused(groups, Registry.Refusal.BadSignature);
    }

    // ---------------------------------------------------------------- what is signed

    function test_AnchoringReverts_WhenAnythingSignedIsAltered() public {
        for (uint256 i; i < 6; ++i) {
            Registry.Group[] memory groups = _groups(_group(school, ANCHOR_SECRET, _entries(1, 2)));
            if (i == 0) groups[0].deadline -= 1;
            if (i == 1) groups[0].entries[1].root = keccak256("another");
            if (i == 2) groups[0].entries[1].treeSize += 1;
            if (i == 3) groups[0].entries[1].manifestHash = keccak256("another");
            if (i == 4) (groups[0].entries[0], groups[0].entries[1]) = (groups[0].entries[1], groups[0].entries[0]);
            if (i == 5) groups[0].entries = _entries(1, 1);
            _assertRefused(groups, Registry.Refusal.UnknownKey);
        }
    }

    function test_AnchoringReverts_WhenSignedForAnotherIssuer() public {
        vm.prank(COLLEGE_ADMIN);
        registry.addKey(college, anchorKey, ROLE_ANCHOR, 0, 0);
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        groups[0].issuerId = college;
        _assertRefused(groups, Registry.Refusal.UnknownKey);
    }

    function test_AnchoringReverts_WhenSignedForAnotherContract() public {
        bytes32 structHash = Statements.anchoring(school, _entries(1, 1), DEADLINE);
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        groups[0].signature = Statements.sign(address(chain), ANCHOR_SECRET, structHash);
        _assertRefused(groups, Registry.Refusal.UnknownKey);
    }

    function test_AnchoringReverts_WhenSignedForAnotherChain() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        bytes32 structHash = Statements.anchoring(school, groups[0].entries, DEADLINE);
        bytes32 digest = Statements.digest(block.chainid + 1, address(registry), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ANCHOR_SECRET, digest);
        groups[0].signature = abi.encodePacked(r, s, v);
        _assertRefused(groups, Registry.Refusal.UnknownKey);
    }

    function test_DomainFollowsTheChain_WhenItForks() public {
        Registry.Group[] memory before = _signed(ANCHOR_SECRET, 1);
        vm.assertEq(registry.domainSeparator(), Statements.domain(block.chainid, address(registry)), "here");
        vm.chainId(88);
        vm.assertEq(registry.domainSeparator(), Statements.domain(88, address(registry)), "on the fork");
        _assertRefused(before, Registry.Refusal.UnknownKey);
        _anchor(ANCHOR_SECRET, 1);
        _assertValidity(1, Registry.Validity.Valid, "what is signed for the fork counts there");
    }

    function test_StatementsAreApart_WhenOneIsHandedInForAnother() public {
        bytes32 root = _entry(1).root;
        bytes memory signature = Statements.sign(address(registry), STATUS_SECRET, Statements.revoking(school, root, DEADLINE));
        _expectRefused(Registry.Refusal.UnknownKey);
        registry.setStatusRootBySignature(school, root, 1, DEADLINE, signature);
    }

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
    }

    function _firstBytes(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i; i < length; ++i) part[i] = whole[i];
    }
}
