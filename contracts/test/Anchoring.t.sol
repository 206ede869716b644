// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";

contract AnchoringTest is RegistryTest {
    // ---------------------------------------------------------------- what is written

    function test_RecordSaysWhoAndWhen_WhenAnchored() public {
        Registry.Entry memory entry = _entry(1);
        Registry.Issuer memory issuer = registry.issuerOf(school);
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        vm.expectEmit(address(registry));
        emit Registry.Anchored(
            school, entry.root, entry.treeSize, entry.manifestHash, anchorKey, issuer.seq + 1, issuer.lastBlock
        );
        vm.prank(RELAYER);
        registry.anchor(groups);
        _assertRecord(school, 1, Registry.Anchor(anchorKey, _now(), uint48(block.number), 1));
        _assertValidity(1, Registry.Validity.Valid, "good");
        _assertChain(school);
    }

    function test_AllEntriesAreAnchored_WhenAGroupHasSeveral() public {
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, _entries(1, 10))));
        for (uint256 seed = 1; seed <= 10; ++seed) _assertValidity(seed, Registry.Validity.Valid, "each");
        _assertChain(school);
    }

    function test_EachIssuerGetsItsOwn_WhenGroupsAreOfSeveralIssuers() public {
        Registry.Group[] memory groups = new Registry.Group[](3);
        groups[0] = _group(school, ANCHOR_SECRET, _entries(1, 2));
        groups[1] = _group(college, COLLEGE_SECRET, _entries(1, 1));
        groups[2] = _group(school, ANCHOR_SECRET, _entries(3, 1));
        registry.anchor(groups);
        for (uint256 seed = 1; seed <= 3; ++seed) _assertValidity(seed, Registry.Validity.Valid, "the school's");
        vm.assertEq(_recordOf(college, 1).signer, vm.addr(COLLEGE_SECRET), "the college's");
        _assertAbsent(college, 2);
        _assertChain(school);
        _assertChain(college);
    }

    function test_NothingIsAnchored_WhenNoGroupIsGiven() public {
        registry.anchor(new Registry.Group[](0));
        _assertChain(school);
    }

    function test_AnchorsAreApart_WhenSizeOrManifestDiffer() public {
        Registry.Entry[] memory entries = _entries(1, 3);
        (entries[1].root, entries[1].manifestHash) = (entries[0].root, entries[0].manifestHash);
        (entries[2].root, entries[2].treeSize) = (entries[0].root, entries[0].treeSize);
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
        for (uint256 i; i < 3; ++i) {
            Registry.Entry memory entry = entries[i];
            vm.assertEq(registry.anchorOf(school, entry.root, entry.treeSize, entry.manifestHash).state, 1, "its own record");
        }
    }

    function test_LargestTreeIsTaken_WhenReadersStillKeepItExact() public {
        Registry.Entry[] memory entries = _entries(1, 1);
        entries[0].treeSize = 2 ** 53 - 1;
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
    }

    function test_DeadlineIsInclusive_WhenReached() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        vm.warp(DEADLINE);
        registry.anchor(groups);
        _assertValidity(1, Registry.Validity.Valid, "in its last second");
    }

    function test_WindowIsInclusive_WhenAtItsEnds() public {
        uint40 from = _now() + 10;
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_ANCHOR, from, from + 10);
        vm.warp(from);
        _anchor(SPARE_SECRET, 1);
        vm.warp(from + 10);
        _anchor(SPARE_SECRET, 2);
        vm.warp(from + 11);
        _assertValidity(1, Registry.Validity.Valid, "the end of a window looks forward only");
    }

    // ---------------------------------------------------------------- again

    function test_NothingChanges_WhenAnchoredAlready() public {
        _anchor(ANCHOR_SECRET, 1);
        bytes memory record = abi.encode(_recordOf(school, 1));
        bytes memory issuer = abi.encode(registry.issuerOf(school));
        _pass(1 days);
        _anchor(ANCHOR_SECRET, 1);
        _assertSameHash(abi.encode(_recordOf(school, 1)), record, "the record");
        _assertSameHash(abi.encode(registry.issuerOf(school)), issuer, "the issuer");
        _assertChain(school);
    }

    function test_OnlyTheNewIsAnchored_WhenSomebodyRelayedPartOfIt() public {
        _anchor(ANCHOR_SECRET, 2);
        Registry.Anchor memory first = _recordOf(school, 2);
        _pass(1 days);
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, _entries(1, 3))));
        _assertRecord(school, 2, first);
        _assertRecord(school, 3, Registry.Anchor(anchorKey, _now(), uint48(block.number), 1));
        _assertChain(school);
    }

    function test_SecondIsSkipped_WhenAnEntryIsTwiceInAGroup() public {
        uint40 seq = registry.issuerOf(school).seq;
        Registry.Entry[] memory entries = _entries(1, 2);
        entries[1] = entries[0];
        registry.anchor(_groups(_group(school, ANCHOR_SECRET, entries)));
        vm.assertEq(registry.issuerOf(school).seq, seq + 1, "one event");
        _assertChain(school);
    }

    function test_RevokedRecordStays_WhenAnchoredAgain() public {
        _anchor(ANCHOR_SECRET, 1);
        Registry.Anchor memory first = _recordOf(school, 1);
        _revoke(statusKey, 1);
        _pass(1 days);
        _anchor(ANCHOR_SECRET, 1);
        _assertRecord(school, 1, first);
        _assertValidity(1, Registry.Validity.BatchRevoked, "anchoring again undoes no revocation");
    }

    function test_SlotTakesTheNewRecord_WhenACompromiseVoidedTheFirst() public {
        _anchor(ANCHOR_SECRET, 1);
        _compromise(anchorKey, _now());
        _pass(1 days);
        _addKey(school, spareKey, ROLE_ANCHOR);
        _anchor(SPARE_SECRET, 1);
        _assertRecord(school, 1, Registry.Anchor(spareKey, _now(), uint48(block.number), 2));
        _assertValidity(1, Registry.Validity.Valid, "by a good key");
        _assertChain(school); // both are in the log
    }

    function test_GoodRecordStays_WhenItsKeyIsCompromisedSinceLater() public {
        _anchor(ANCHOR_SECRET, 1);
        Registry.Anchor memory first = _recordOf(school, 1);
        _pass(1 days);
        _compromise(anchorKey, first.time + 1);
        _addKey(school, spareKey, ROLE_ANCHOR);
        _anchor(SPARE_SECRET, 1);
        _assertRecord(school, 1, first);
        _assertValidity(1, Registry.Validity.Valid, "signed before the compromise");
    }

    function test_CountStaysAt255_WhenAnchoredAgainMoreOften() public {
        for (uint256 i; i < 258; ++i) {
            _addKey(school, vm.addr(0xF000 + i), ROLE_ANCHOR);
            _anchor(0xF000 + i, 1);
            if (i == 254) vm.assertEq(_recordOf(school, 1).state, 255, "the last that fits");
            _compromise(vm.addr(0xF000 + i), _now());
        }
        vm.assertEq(_recordOf(school, 1).state, 255, "it does not begin again at zero");
        vm.assertEq(_recordOf(school, 1).signer, vm.addr(0xF000 + 257), "the last record");
        _assertChain(school);
    }

    // ---------------------------------------------------------------- refused

    function test_AnchoringReverts_WhenExpired() public {
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        vm.warp(DEADLINE + 1);
        _assertRefused(groups, Registry.Refusal.Expired);
    }

    function test_AnchoringReverts_WhenTheIssuerIsUnknown() public {
        _assertRefused(_groups(_group("nobody", ANCHOR_SECRET, _entries(1, 1))), Registry.Refusal.UnknownIssuer);
    }

    function test_AnchoringReverts_WhenTheIssuerIsNotActive() public {
        for (uint256 i = 2; i <= 3; ++i) {
            vm.prank(MINISTRY);
            registry.setStanding(school, Registry.Standing(i));
            _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.IssuerNotActive);
        }
    }

    function test_AnchoringReverts_WhenTheIssuerIsVoid() public {
        vm.prank(MINISTRY);
        registry.declareVoid(school, 1);
        _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.IssuerIsVoid);
    }

    function test_AnchoringReverts_WhenTheKeyIsUnknown() public {
        _assertRefused(_signed(SPARE_SECRET, 1), Registry.Refusal.UnknownKey);
    }

    function test_AnchoringReverts_WhenTheKeyIsAnotherIssuers() public {
        _assertRefused(_signed(COLLEGE_SECRET, 1), Registry.Refusal.UnknownKey);
    }

    function test_AnchoringReverts_WhenTheRoleIsAnother() public {
        _assertRefused(_signed(STATUS_SECRET, 1), Registry.Refusal.WrongRole);
        _assertRefused(_signed(OFFICER_SECRET, 1), Registry.Refusal.WrongRole);
    }

    function test_AnchoringReverts_WhenTheKeyIsNotYetValid() public {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_ANCHOR, _now() + 1, 0);
        _assertRefused(_signed(SPARE_SECRET, 1), Registry.Refusal.KeyNotYetValid);
    }

    function test_AnchoringReverts_WhenTheKeyHasEnded() public {
        _endKey(anchorKey, 0);
        vm.warp(block.timestamp + 1);
        _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.KeyEnded);
    }

    function test_AnchoringReverts_WhenTheKeyIsCompromised() public {
        _compromise(anchorKey, _now());
        _assertRefused(_signed(ANCHOR_SECRET, 1), Registry.Refusal.KeyIsCompromised);
    }

    function test_AnchoringReverts_WhenTheGroupIsEmpty() public {
        _assertRefused(_groups(_group(school, ANCHOR_SECRET, _entries(1, 0))), Registry.Refusal.EmptyGroup);
    }

    function test_AnchoringReverts_WhenAnEntryIsNoTree() public {
        for (uint256 i; i < 4; ++i) {
            Registry.Entry[] memory entries = _entries(1, 2);
            if (i == 0) entries[1].root = 0;
            if (i == 1) entries[1].manifestHash = 0;
            if (i == 2) entries[1].treeSize = 0;
            if (i == 3) entries[1].treeSize = 2 ** 53;
            _assertRefused(_groups(_group(school, ANCHOR_SECRET, entries)), Registry.Refusal.EmptyTree);
        }
    }

    function test_RefusalNamesTheGroupAndNothingIsAnchored_WhenALaterOneIsRefused() public {
        Registry.Group[] memory groups = new Registry.Group[](3);
        groups[0] = _group(school, ANCHOR_SECRET, _entries(1, 1));
        groups[1] = _group(college, COLLEGE_SECRET, _entries(1, 1));
        groups[2] = _group(school, COLLEGE_SECRET, _entries(2, 1));
        vm.expectRevert(
            abi.encodeWithSelector(Registry.AnchorRegistryGroupRefused.selector, 2, Registry.Refusal.UnknownKey)
        );
        registry.anchor(groups);
        _assertAbsent(school, 1);
        _assertAbsent(college, 1);
    }

    function test_OwnerAnchorsNothing_WhenItsOwnSignatureIsTheOnlyOne() public {
        uint256 secret = 0xC1;
        vm.prank(MINISTRY);
        registry.transferOwnership(vm.addr(secret));
        vm.prank(vm.addr(secret));
        registry.acceptOwnership();
        Registry.Group[] memory groups = _signed(secret, 1);
        vm.prank(vm.addr(secret));
        _assertRefused(groups, Registry.Refusal.UnknownKey);
    }

    function _assertRecord(bytes32 issuerId, uint256 seed, Registry.Anchor memory expected) private view {
        _assertSameHash(abi.encode(_recordOf(issuerId, seed)), abi.encode(expected), "the record");
    }
}
