// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry as Registry} from "../IAnchorRegistry.sol";
import {vm} from "./Cheats.sol";
import {RegistryTest} from "./RegistryTest.sol";
import {Statements} from "./Statements.sol";

/// @title The rules of dates, for every number and every caller there is (halmos)
/// @dev One root issuer, its anchor number 1 and as few keys as a rule needs.
contract SymbolicTest is RegistryTest {
    /// @dev `_issuers`; halmos 0.3.3 fails on SHA-256, so the issuer is written where a registration would write it.
    uint256 private constant ISSUERS_SLOT = 2;
    uint40 private constant LATEST = type(uint40).max;

    function setUp() public override {
        vm.warp(START);
        vm.roll(100);
        registry = _deploy(MINISTRY);
        (school, college) = ("school", "college");
        _writeIssuer(school, SCHOOL_ADMIN);
        _writeIssuer(college, COLLEGE_ADMIN);
        _addKey(school, anchorKey, ROLE_ANCHOR);
        vm.assume(anchorKey != STRANGER && anchorKey != spareKey && spareKey != address(0)); // unknown numbers there
    }

    // ---------------------------------------------------------------- windows

    /// A key anchors within its window and at no other time.
    function check_WindowDecidesAnchoring(uint40 notBefore, uint40 notAfter, uint40 time) public {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, spareKey, ROLE_ANCHOR, notBefore, notAfter);
        Registry.Group[] memory groups = _signed(SPARE_SECRET, 1);
        _assumeGood(groups[0]);
        _at(time);
        vm.assume(time <= DEADLINE);
        assert(_call(RELAYER, abi.encodeCall(Registry.anchor, (groups))) == _within(notBefore, notAfter, time));
    }

    /// A key revokes within its window and at no other time.
    function check_WindowDecidesRevoking(uint40 notBefore, uint40 notAfter, uint40 time) public {
        vm.prank(SCHOOL_ADMIN);
        registry.addKey(school, STRANGER, ROLE_STATUS, notBefore, notAfter);
        _at(time);
        assert(_call(STRANGER, abi.encodeCall(Registry.revokeBatch, (school, "root"))) == _within(notBefore, notAfter, time));
    }

    /// No window begins before it was announced, is empty, or holds a key of no or several roles.
    function check_WindowsLookForward(uint8 role, uint40 notBefore, uint40 notAfter, uint40 time) public {
        _at(time);
        if (!_call(SCHOOL_ADMIN, abi.encodeCall(Registry.addKey, (school, STRANGER, role, notBefore, notAfter)))) return;
        Registry.Key memory key = registry.keyOf(school, STRANGER);
        assert(key.notBefore >= time && key.notAfter > key.notBefore && key.compromisedSince == 0);
        assert(role == 1 || role == 2 || role == 4);
    }

    /// Whoever ends a key ends it now or later, and never again once it has ended.
    function check_NoWindowEndsInThePast(address caller, uint40 first, uint40 second, uint40 time) public {
        _endKey(anchorKey, first);
        uint40 end = registry.keyOf(school, anchorKey).notAfter;
        _at(time);
        bool done = _call(caller, abi.encodeCall(Registry.endKey, (school, anchorKey, second)));
        uint40 later = registry.keyOf(school, anchorKey).notAfter;
        if (done) assert(caller == SCHOOL_ADMIN && end >= time && later >= time);
        if (!done) assert(later == end);
    }

    // ---------------------------------------------------------------- compromise

    /// The issuer dates a compromise at most thirty days back, and not in the future.
    function check_AdminReachesBackThirtyDays(uint40 since, uint40 time) public {
        _at(time);
        bool done = _call(SCHOOL_ADMIN, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, since)));
        assert(done == (since >= time - 30 days && since <= time));
    }

    /// Ending the key first, at any date, takes nobody further back.
    function check_EndingIsNoWayRound(uint40 end, uint40 since, uint40 time) public {
        _endKey(anchorKey, end);
        _at(time);
        bool done = _call(SCHOOL_ADMIN, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, since)));
        assert(done == (since >= time - 30 days && since <= time));
    }

    /// Nobody but the admin, the registrar and the owner declares anything, and only the owner dates it as he likes.
    function check_NobodyElseDeclares(address caller, uint40 since, uint40 time) public {
        _at(time);
        bool done = _call(caller, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, since)));
        if (caller == MINISTRY) assert(done == (since != 0 && since <= time));
        else if (caller != SCHOOL_ADMIN) assert(!done);
    }

    /// A date that was declared only moves earlier, whoever declares.
    function check_CompromiseMovesEarlier(address caller, uint40 first, uint40 second, uint40 time) public {
        _call(MINISTRY, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, first)));
        uint40 before = registry.keyOf(school, anchorKey).compromisedSince;
        _at(time);
        bool done = _call(caller, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, second)));
        uint40 later = registry.keyOf(school, anchorKey).compromisedSince;
        if (done) assert(later == second && later != 0 && (before == 0 || later < before));
        if (!done) assert(later == before);
    }

    /// A key that is compromised anchors nothing more, whatever the date.
    function check_CompromisedKeyAnchorsNothing(uint40 since, uint40 time) public {
        vm.prank(MINISTRY);
        registry.declareCompromised(school, anchorKey, since);
        Registry.Group[] memory groups = _signed(ANCHOR_SECRET, 1);
        _at(time);
        assert(!_call(RELAYER, abi.encodeCall(Registry.anchor, (groups))));
    }

    // ---------------------------------------------------------------- what counts

    /// An anchor falls with its key exactly if it was made at or after the date.
    function check_CompromiseDecidesByDate(uint40 anchored, uint40 since, uint40 time) public {
        _anchorAt(anchored, time);
        vm.prank(MINISTRY);
        registry.declareCompromised(school, anchorKey, since);
        assert((_validity(school, 1) == Registry.Validity.KeyCompromised) == (since <= anchored));
        assert((_validity(school, 1) == Registry.Validity.Valid) == (since > anchored));
    }

    /// An anchor falls with its issuer exactly if it was made at or after the date; zero lifts it.
    function check_VoidDecidesByDate(uint40 anchored, uint40 since, uint40 time) public {
        _anchorAt(anchored, time);
        vm.prank(MINISTRY);
        registry.declareVoid(school, since);
        assert((_validity(school, 1) == Registry.Validity.IssuerVoid) == (since != 0 && since <= anchored));
    }

    /// A revocation counts exactly if its key was not compromised by then.
    function check_RevocationDecidesByDate(uint40 revoked, uint40 since, uint40 time) public {
        _addKey(school, STRANGER, ROLE_STATUS);
        _anchorAt(START, START);
        _at(revoked);
        _revoke(STRANGER, 1);
        vm.assume(time >= revoked);
        vm.warp(time);
        vm.prank(MINISTRY);
        registry.declareCompromised(school, STRANGER, since);
        assert((_validity(school, 1) == Registry.Validity.BatchRevoked) == (since > revoked));
    }

    /// No declaration by the issuer itself reaches an anchor older than thirty days.
    function check_OldAnchorsAreOutOfTheIssuersReach(uint40 anchored, uint40 end, uint40 since, uint40 time) public {
        _anchorAt(anchored, time);
        vm.assume(anchored < time - 30 days);
        _call(SCHOOL_ADMIN, abi.encodeCall(Registry.endKey, (school, anchorKey, end)));
        _call(SCHOOL_ADMIN, abi.encodeCall(Registry.declareCompromised, (school, anchorKey, since)));
        assert(_validity(school, 1) == Registry.Validity.Valid);
    }

    /// No other call of anybody makes a good anchor bad or changes its record.
    function check_NothingElseTouchesAGoodAnchor(
        address caller, uint8 kind, bytes32 issuerId, address other, uint8 role, uint40 from, uint40 end, uint40 time
    ) public {
        _anchorAt(START, time);
        bytes32 record = keccak256(abi.encode(_recordOf(school, 1)));
        bytes memory data;
        if (kind == 0) data = abi.encodeCall(Registry.addKey, (issuerId, other, role, from, end));
        if (kind == 1) data = abi.encodeCall(Registry.endKey, (issuerId, other, end));
        if (kind == 2) data = abi.encodeCall(Registry.transferAdmin, (issuerId, other));
        if (kind == 3) data = abi.encodeCall(Registry.acceptAdmin, (issuerId));
        if (kind == 4) data = abi.encodeCall(Registry.replaceAdmin, (issuerId, other));
        if (kind == 5) data = abi.encodeCall(Registry.appointSuccessor, (issuerId, college));
        if (kind == 6) data = abi.encodeCall(Registry.setStatusRoot, (issuerId, "root", 1));
        if (kind == 7) data = abi.encodeCall(Registry.transferOwnership, (other));
        if (kind == 8) data = abi.encodeCall(Registry.acceptOwnership, ());
        _call(caller, data);
        assert(_validity(school, 1) == Registry.Validity.Valid);
        assert(keccak256(abi.encode(_recordOf(school, 1))) == record);
    }

    // ---------------------------------------------------------------- admins

    /// Nobody becomes admin through the registrar before the delay has passed, and nobody but who was named.
    function check_ReplacementTakesItsDelay(address next, address caller, uint40 time) public {
        vm.prank(MINISTRY);
        registry.replaceAdmin(school, next);
        _at(time);
        bool done = _call(caller, abi.encodeCall(Registry.acceptAdmin, (school)));
        if (caller != address(0)) assert(done == (caller == next && time >= START + 7 days));
        assert(registry.issuerOf(school).admin == (done ? next : SCHOOL_ADMIN));
    }

    /// A successor runs status keys only, and only after the delay.
    function check_SuccessionTakesItsDelay(uint8 role, uint40 time) public {
        vm.prank(MINISTRY);
        registry.appointSuccessor(school, college);
        _at(time);
        bool done = _call(COLLEGE_ADMIN, abi.encodeCall(Registry.addKey, (school, STRANGER, role, 0, 0)));
        if (time < LATEST) assert(done == (role == ROLE_STATUS && time >= START + 7 days));
    }

    // ---------------------------------------------------------------- steps

    function _writeIssuer(bytes32 issuerId, address admin) private {
        bytes32 slot = keccak256(abi.encode(issuerId, ISSUERS_SLOT));
        vm.store(address(registry), slot, bytes32(uint256(uint160(admin)) | uint256(1) << 160));
        Registry.Issuer memory issuer = registry.issuerOf(issuerId);
        assert(issuer.admin == admin && issuer.standing == Registry.Standing.Active);
    }

    function _at(uint40 time) private {
        vm.assume(time >= START);
        vm.warp(time);
    }

    /// @dev Anchors number 1 at `anchored`, then it is `time`.
    function _anchorAt(uint40 anchored, uint40 time) private {
        vm.assume(anchored >= START && anchored <= time && anchored <= DEADLINE);
        vm.warp(anchored);
        _anchor(ANCHOR_SECRET, 1);
        vm.warp(time);
    }

    /// @dev Signing and recovering are two unknown functions there; what a signature is has to be said.
    function _assumeGood(Registry.Group memory group) private view {
        bytes32 structHash = Statements.anchoring(group.issuerId, group.entries, group.deadline);
        bytes32 digest = Statements.digest(block.chainid, address(registry), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SPARE_SECRET, digest);
        vm.assume((v == 27 || v == 28) && uint256(s) <= Statements.HALF_ORDER);
        vm.assume(ecrecover(digest, v, r, s) == spareKey);
    }

    function _call(address caller, bytes memory data) private returns (bool done) {
        vm.prank(caller);
        (done,) = address(registry).call(data);
    }

    function _within(uint40 notBefore, uint40 notAfter, uint40 time) private pure returns (bool) {
        return (notBefore == 0 ? START : notBefore) <= time && time <= (notAfter == 0 ? LATEST : notAfter);
    }
}
