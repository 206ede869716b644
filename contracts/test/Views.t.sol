// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Trees} from "./Trees.sol";

contract ViewsTest is RegistryTest {
    bytes32 private constant MANIFEST = "manifest";

    // ---------------------------------------------------------------- of what is not there

    function test_EverythingIsZero_WhenTheIssuerIsUnknown() public view {
        Registry.Issuer memory none;
        _assertSameHash(abi.encode(registry.issuerOf("nobody")), abi.encode(none), "issuer");
        vm.assertEq(registry.namesOf("nobody").length, 0, "names");
        vm.assertTrue(_validity("nobody", 1) == Registry.Validity.Absent, "absent");
    }

    function test_AnchorIsAbsent_WhenNobodyAnchoredIt() public view {
        _assertAbsent(school, 1);
        _assertValidity(1, Registry.Validity.Absent, "absent");
    }

    // ---------------------------------------------------------------- the first reason counts

    function test_CompromiseIsNamedFirst_WhenAllReasonsHold() public {
        _anchor(ANCHOR_SECRET, 1);
        _revoke(statusKey, 1);
        vm.prank(MINISTRY);
        registry.declareVoid(school, 1);
        _assertValidity(1, Registry.Validity.IssuerVoid, "void before revoked");
        _compromise(anchorKey, 1);
        _assertValidity(1, Registry.Validity.KeyCompromised, "compromised before void");
    }

    // ---------------------------------------------------------------- the dossier

    function test_DossierIsTheOtherViewsInOne_WhenAsked() public {
        _anchor(ANCHOR_SECRET, 1);
        _pass(1 days);
        _revoke(statusKey, 1);
        vm.prank(statusKey);
        registry.setStatusRoot(school, "statuses", 1);
        vm.prank(MINISTRY);
        registry.declareVoid(school, 5);
        vm.prank(MINISTRY);
        registry.setStanding(school, Registry.Standing.Suspended);
        _assertSameHash(abi.encode(_dossier(school)), abi.encode(_expectedDossier()), "the dossier");
    }

    function test_DossierIsEmpty_WhenTheIssuerIsUnknown() public view {
        Registry.Dossier memory none;
        _assertSameHash(abi.encode(_dossier("nobody")), abi.encode(none), "all zero");
    }

    // ---------------------------------------------------------------- inclusion

    function test_EveryLeafIsIncluded_WhenTreesAreOfOneToSeventeenLeaves() public {
        for (uint64 size = 1; size <= 17; ++size) {
            bytes32 root = _anchorTree(size);
            for (uint64 index; index < size; ++index) {
                _assertInclusion(root, size, Trees.payload(index), index, Trees.path(0, index, size), Registry.Validity.Valid);
            }
        }
    }

    function test_LeafIsNotIncluded_WhenPathIndexSizeOrPayloadAreOthers() public {
        bytes32 root = _anchorTree(7);
        bytes32[] memory path = Trees.path(0, 5, 7);
        bytes32 payload = Trees.payload(5);
        _assertInclusion(root, 7, payload, 5, path, Registry.Validity.Valid);
        _assertInclusion(root, 7, payload, 4, path, Registry.Validity.NotIncluded);
        _assertInclusion(root, 7, payload, 7, path, Registry.Validity.NotIncluded);
        _assertInclusion(root, 7, payload, type(uint64).max, path, Registry.Validity.NotIncluded);
        _assertInclusion(root, 7, Trees.payload(4), 5, path, Registry.Validity.NotIncluded);
        _assertInclusion(root, 7, payload, 5, _resized(path, 2), Registry.Validity.NotIncluded);
        _assertInclusion(root, 7, payload, 5, _resized(path, 4), Registry.Validity.NotIncluded);
        path[1] = keccak256("another");
        _assertInclusion(root, 7, payload, 5, path, Registry.Validity.NotIncluded);
    }

    function test_NodeIsNoLeaf_WhenShownAsOne() public {
        bytes32 root = _anchorTree(4);
        bytes32[] memory path = new bytes32[](1);
        path[0] = Trees.root(2, 2);
        _assertInclusion(root, 4, Trees.root(0, 2), 0, path, Registry.Validity.NotIncluded);
    }

    function test_IndexOfALeafBehindTheLastFails_WhenThePathWouldFold() public {
        bytes32 root = _anchorTree(1);
        _assertInclusion(root, 1, Trees.payload(0), 0, new bytes32[](0), Registry.Validity.Valid);
        _assertInclusion(root, 1, Trees.payload(0), 1, new bytes32[](0), Registry.Validity.NotIncluded);
    }

    function test_ReasonOfTheAnchorIsGiven_WhenItIsNotGood() public {
        bytes32 root = _anchorTree(1);
        bytes32[] memory none = new bytes32[](0);
        _assertInclusion(root, 2, Trees.payload(0), 0, none, Registry.Validity.Absent);
        vm.prank(statusKey);
        registry.revokeBatch(school, root);
        _assertInclusion(root, 1, Trees.payload(0), 0, none, Registry.Validity.BatchRevoked);
        _assertInclusion(root, 1, Trees.payload(1), 0, none, Registry.Validity.BatchRevoked);
    }

    function _anchorTree(uint64 size) private returns (bytes32 root) {
        root = Trees.root(0, size);
        Registry.Entry[] memory entries = new Registry.Entry[](1);
        entries[0] = Registry.Entry(root, size, MANIFEST);
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
    }

    function _assertInclusion(
        bytes32 root, uint64 size, bytes32 payload, uint64 index, bytes32[] memory path, Registry.Validity expected
    ) private view {
        Registry.Validity found = registry.verifyInclusion(school, root, size, MANIFEST, payload, index, path);
        vm.assertEq(uint256(found), uint256(expected), "inclusion");
    }

    function _resized(bytes32[] memory path, uint256 length) private pure returns (bytes32[] memory other) {
        other = new bytes32[](length);
        for (uint256 i; i < length && i < path.length; ++i) other[i] = path[i];
    }

    function _dossier(bytes32 issuerId) private view returns (Registry.Dossier memory) {
        Registry.Entry memory entry = _entry(1);
        return registry.dossierOf(issuerId, entry.root, entry.treeSize, entry.manifestHash);
    }

    function _expectedDossier() private view returns (Registry.Dossier memory) {
        return Registry.Dossier({
            anchor: _recordOf(school, 1),
            anchorKey: registry.keyOf(school, anchorKey),
            revocation: registry.revocationOf(school, _entry(1).root),
            revokerKey: registry.keyOf(school, statusKey),
            status: registry.statusOf(school),
            statusKey: registry.keyOf(school, statusKey),
            standing: Registry.Standing.Suspended,
            voidSince: 5,
            names: registry.namesOf(school)
        });
    }
}
