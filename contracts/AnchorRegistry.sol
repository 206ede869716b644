// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry} from "./IAnchorRegistry.sol";

/// @title AnchorRegistry
/// @notice See IAnchorRegistry for what every call, event and error means.
/// @dev No proxy, no assembly, no external call but the precompiles 1 (ecrecover) and 2 (sha256), nothing newer than Istanbul:
///      one bytecode for every EVM chain, and the code that was read is the code that stays.
/// @dev The words that statements and key calls touch are packed by hand (last section): the compiler would write a struct
///      field by field. Each is read once and written whole once; what is asked of it is cut out of it where it is needed.
/// @dev Warning: whoever deploys is the first owner; hand over with transferOwnership before anything is registered.
/// @dev Warning: an `iss` belongs to whichever registrar names it first; the owner can replace its admin, not its identifier.
/// @dev Warning: a registrar may also act on issuers in its branch (not anchor for them) as soon as its own admin key is stolen;
///      the owner suspends the registrar to stop that.
/// @dev Warning: what a signed statement says is judged in the block that holds it, not when it was signed or simulated: a key
///      may end, or an issuer be suspended, in between, and the whole call then reverts.
/// @dev Warning: status events carry their block in 32 bits, enough for four thousand million blocks.
contract AnchorRegistry is IAnchorRegistry {
    // ---------------------------------------------------------------- constants

    /// @notice How long a registrar's replacement of an admin, or a successor's appointment, is public before it works.
    uint40 public constant ADMIN_DELAY = 7 days;
    /// @notice How far back an issuer itself may date the compromise of a key.
    uint40 public constant COMPROMISE_LIMIT = 30 days;

    uint8 private constant ROLE_ANCHOR = 1;
    uint8 private constant ROLE_STATUS = 2;
    uint8 private constant ROLE_OFFICER = 4;

    uint256 private constant ISS_LIMIT = 255;
    uint256 private constant CODE_LIMIT = 64;
    uint256 private constant NAME_LIMIT = 300;
    /// @dev The largest integer that JSON readers keep exact.
    uint64 private constant TREE_LIMIT = 2 ** 53 - 1;

    /// @dev Half the order of secp256k1: a larger s is the second form of the same signature (EIP-2).
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant DOMAIN_NAME = keccak256("vanbang AnchorRegistry");
    bytes32 private constant DOMAIN_VERSION = keccak256("1");
    bytes32 private constant ENTRY_TYPEHASH = keccak256("Entry(bytes32 root,uint64 treeSize,bytes32 manifestHash)");
    bytes32 private constant ANCHOR_TYPEHASH = keccak256(
        "Anchor(bytes32 issuerId,Entry[] entries,uint64 deadline)Entry(bytes32 root,uint64 treeSize,bytes32 manifestHash)"
    );
    bytes32 private constant REVOKE_TYPEHASH = keccak256("RevokeBatch(bytes32 issuerId,bytes32 root,uint64 deadline)");
    bytes32 private constant STATUS_TYPEHASH =
        keccak256("SetStatusRoot(bytes32 issuerId,bytes32 statusRoot,uint24 epoch,uint64 deadline)");

    // ---------------------------------------------------------------- storage

    /// @dev One word. `pendingAdmin` zero means that no transfer is under way.
    struct Control { uint40 voidSince; address pendingAdmin; uint40 pendingAdminFrom; bool pendingByRegistrar; bool registrar; }

    /// @dev A packed word of a mapping as something to point at: its place is computed once for reading and writing.
    struct Slot { uint256 word; }

    struct Record { uint256 tipWord; bytes32 parent; bytes32 head; Control control; bytes32 successor; uint40 successorFrom; }

    /// @inheritdoc IAnchorRegistry
    address public owner;
    /// @inheritdoc IAnchorRegistry
    address public pendingOwner;

    mapping(bytes32 issuerId => Record) private _issuers;
    mapping(bytes32 issuerId => Naming[]) private _names;
    mapping(bytes32 issuerId => mapping(address key => uint256 keyWord)) private _keys;
    /// @dev `entryHash` is the entry's EIP-712 hash, which its signature needs anyway.
    mapping(bytes32 issuerId => mapping(bytes32 entryHash => Slot)) private _anchors;
    mapping(bytes32 issuerId => mapping(bytes32 root => Slot)) private _revocations;
    mapping(bytes32 issuerId => bytes32) private _statusRoots;
    mapping(bytes32 issuerId => uint256 statusWord) private _statuses;
    bytes32[] private _issuerIds;

    constructor() {
        owner = msg.sender;
        emit OwnershipTransferred(address(0), msg.sender);
    }

    // ---------------------------------------------------------------- the owner

    /// @inheritdoc IAnchorRegistry
    function transferOwnership(address newOwner) external {
        if (msg.sender != owner) revert AnchorRegistryNotOwner(msg.sender);
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(msg.sender, newOwner);
    }

    /// @inheritdoc IAnchorRegistry
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert AnchorRegistryNotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }

    // ---------------------------------------------------------------- the registrar

    /// @inheritdoc IAnchorRegistry
    function registerIssuer(
        bytes32 parent, string calldata iss, string calldata code, string calldata name, address admin, bool registrar
    ) external returns (bytes32 issuerId) {
        _requireMayRegister(parent, registrar);
        _requireText(iss, ISS_LIMIT);
        if (admin == address(0)) revert AnchorRegistryZeroAddress();
        issuerId = sha256(bytes(iss));
        Record storage issuer = _issuers[issuerId];
        if (issuer.tipWord != 0) revert AnchorRegistryIssuerExists(issuerId);
        issuer.parent = parent;
        issuer.head = keccak256(abi.encode(block.chainid, address(this), issuerId));
        if (registrar) issuer.control.registrar = true;
        _issuerIds.push(issuerId);
        _pushName(issuerId, code, name);

        uint256 tip = _withStanding(_withAdmin(0, admin), Standing.Active);
        (uint40 seq, uint48 previous) = _next(tip);
        emit IssuerRegistered(issuerId, parent, admin, registrar, iss, code, name, seq, previous);
        _link(issuer, tip, IssuerRegistered.selector, parent, abi.encode(admin, registrar, iss, code, name, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function renameIssuer(bytes32 issuerId, string calldata code, string calldata name) external {
        (Record storage issuer, uint256 tip) = _asRegistrar(issuerId);
        _pushName(issuerId, code, name);

        (uint40 seq, uint48 previous) = _next(tip);
        emit IssuerRenamed(issuerId, code, name, seq, previous);
        _link(issuer, tip, IssuerRenamed.selector, 0, abi.encode(code, name, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function setStanding(bytes32 issuerId, Standing standing) external {
        (Record storage issuer, uint256 tip) = _asRegistrar(issuerId);
        if (standing == Standing.Unknown) revert AnchorRegistryInvalidStanding(standing);
        if (standing == _standingIn(tip)) revert AnchorRegistrySameStanding(issuerId, standing);
        tip = _withStanding(tip, standing);

        (uint40 seq, uint48 previous) = _next(tip);
        emit StandingChanged(issuerId, standing, seq, previous);
        _link(issuer, tip, StandingChanged.selector, 0, abi.encode(standing, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function declareVoid(bytes32 issuerId, uint40 since) external {
        (Record storage issuer, uint256 tip) = _asRegistrar(issuerId);
        if (since > block.timestamp) revert AnchorRegistryTooLate(since, block.timestamp);
        issuer.control.voidSince = since;
        tip = _withVoid(tip, since != 0);

        (uint40 seq, uint48 previous) = _next(tip);
        emit IssuerVoided(issuerId, since, seq, previous);
        _link(issuer, tip, IssuerVoided.selector, 0, abi.encode(since, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function replaceAdmin(bytes32 issuerId, address newAdmin) external {
        (Record storage issuer, uint256 tip) = _asRegistrar(issuerId);
        _startTransfer(issuerId, issuer, tip, newAdmin, _now() + ADMIN_DELAY, true);
    }

    /// @inheritdoc IAnchorRegistry
    function appointSuccessor(bytes32 issuerId, bytes32 successor) external {
        (Record storage issuer, uint256 tip) = _asRegistrar(issuerId);
        bool unknown = successor != 0 && _issuers[successor].tipWord == 0;
        if (unknown || successor == issuerId) revert AnchorRegistryInvalidSuccessor(issuerId, successor);
        uint40 effectiveFrom = successor == 0 ? 0 : _now() + ADMIN_DELAY;
        issuer.successor = successor;
        issuer.successorFrom = effectiveFrom;

        (uint40 seq, uint48 previous) = _next(tip);
        emit SuccessorAppointed(issuerId, successor, effectiveFrom, seq, previous);
        _link(issuer, tip, SuccessorAppointed.selector, successor, abi.encode(effectiveFrom, seq, previous));
    }

    // ---------------------------------------------------------------- the issuer's admin

    /// @inheritdoc IAnchorRegistry
    function transferAdmin(bytes32 issuerId, address newAdmin) external {
        (Record storage issuer, uint256 tip) = _known(issuerId);
        if (msg.sender != _adminIn(tip)) revert AnchorRegistryNotAdmin(issuerId, msg.sender);
        if (issuer.control.pendingByRegistrar) revert AnchorRegistryTransferPendingByRegistrar(issuerId);
        _startTransfer(issuerId, issuer, tip, newAdmin, _now(), false);
    }

    /// @inheritdoc IAnchorRegistry
    function acceptAdmin(bytes32 issuerId) external {
        (Record storage issuer, uint256 tip) = _known(issuerId);
        Control memory control = issuer.control;
        if (msg.sender != control.pendingAdmin) revert AnchorRegistryNotPendingAdmin(issuerId, msg.sender);
        if (block.timestamp < control.pendingAdminFrom) {
            revert AnchorRegistryTooEarly(block.timestamp, control.pendingAdminFrom);
        }
        issuer.control = Control(control.voidSince, address(0), 0, false, control.registrar);
        tip = _withAdmin(tip, msg.sender);

        (uint40 seq, uint48 previous) = _next(tip);
        emit AdminChanged(issuerId, msg.sender, seq, previous);
        _link(issuer, tip, AdminChanged.selector, _topic(msg.sender), abi.encode(seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function addKey(bytes32 issuerId, address key, uint8 roles, uint40 notBefore, uint40 notAfter) external {
        (Record storage issuer, uint256 tip) = _known(issuerId);
        _requireKeeper(issuerId, issuer, tip, roles);
        if (roles != ROLE_ANCHOR && roles != ROLE_STATUS && roles != ROLE_OFFICER) revert AnchorRegistryInvalidRole(roles);
        if (key == address(0)) revert AnchorRegistryZeroAddress();
        if (_keys[issuerId][key] != 0) revert AnchorRegistryKeyExists(issuerId, key);
        if (notBefore == 0) notBefore = _now();
        if (notBefore < block.timestamp) revert AnchorRegistryTooEarly(notBefore, block.timestamp);
        if (notAfter == 0) notAfter = type(uint40).max;
        if (notAfter <= notBefore) revert AnchorRegistryTooEarly(notAfter, uint256(notBefore) + 1);
        _keys[issuerId][key] = _packKey(Key(notBefore, notAfter, 0, roles));

        (uint40 seq, uint48 previous) = _next(tip);
        emit KeyAdded(issuerId, key, roles, notBefore, notAfter, seq, previous);
        _link(issuer, tip, KeyAdded.selector, _topic(key), abi.encode(roles, notBefore, notAfter, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function endKey(bytes32 issuerId, address key, uint40 notAfter) external {
        (Record storage issuer, uint256 tip) = _known(issuerId);
        Key memory stored = _knownKey(issuerId, key);
        _requireKeeper(issuerId, issuer, tip, stored.roles);
        if (stored.notAfter < block.timestamp) revert AnchorRegistryTooLate(block.timestamp, stored.notAfter);
        if (notAfter == 0) notAfter = _now();
        if (notAfter < block.timestamp) revert AnchorRegistryTooEarly(notAfter, block.timestamp);
        stored.notAfter = notAfter;
        _keys[issuerId][key] = _packKey(stored);

        (uint40 seq, uint48 previous) = _next(tip);
        emit KeyEnded(issuerId, key, notAfter, seq, previous);
        _link(issuer, tip, KeyEnded.selector, _topic(key), abi.encode(notAfter, seq, previous));
    }

    /// @inheritdoc IAnchorRegistry
    function declareCompromised(bytes32 issuerId, address key, uint40 since) external {
        (Record storage issuer, uint256 tip) = _known(issuerId);
        Key memory stored = _knownKey(issuerId, key);
        uint256 earliest = 1;
        if (!_isRegistrar(issuer)) {
            _requireKeeper(issuerId, issuer, tip, stored.roles);
            earliest = block.timestamp - COMPROMISE_LIMIT;
        }
        uint256 latest = stored.compromisedSince == 0 ? block.timestamp : stored.compromisedSince - 1;
        if (since > latest) revert AnchorRegistryTooLate(since, latest);
        if (since < earliest) revert AnchorRegistryTooEarly(since, earliest);
        stored.compromisedSince = since;
        _keys[issuerId][key] = _packKey(stored);

        (uint40 seq, uint48 previous) = _next(tip);
        emit KeyCompromised(issuerId, key, since, seq, previous);
        _link(issuer, tip, KeyCompromised.selector, _topic(key), abi.encode(since, seq, previous));
    }

    // ---------------------------------------------------------------- statements by keys

    /// @inheritdoc IAnchorRegistry
    function anchor(Group[] calldata groups) external {
        for (uint256 i; i < groups.length; ++i) {
            _anchorGroup(i, groups[i]);
        }
    }

    /// @inheritdoc IAnchorRegistry
    function revokeBatch(bytes32 issuerId, bytes32 root) external {
        _revoke(issuerId, root, msg.sender);
    }

    /// @inheritdoc IAnchorRegistry
    function revokeBatchBySignature(bytes32 issuerId, bytes32 root, uint64 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert AnchorRegistryRefused(Refusal.Expired);
        bytes32 structHash = keccak256(abi.encode(REVOKE_TYPEHASH, issuerId, root, deadline));
        _revoke(issuerId, root, _signerOf(structHash, signature));
    }

    /// @inheritdoc IAnchorRegistry
    function setStatusRoot(bytes32 issuerId, bytes32 statusRoot, uint24 epoch) external {
        _setStatus(issuerId, statusRoot, epoch, msg.sender);
    }

    /// @inheritdoc IAnchorRegistry
    function setStatusRootBySignature(
        bytes32 issuerId, bytes32 statusRoot, uint24 epoch, uint64 deadline, bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert AnchorRegistryRefused(Refusal.Expired);
        bytes32 structHash = keccak256(abi.encode(STATUS_TYPEHASH, issuerId, statusRoot, epoch, deadline));
        _setStatus(issuerId, statusRoot, epoch, _signerOf(structHash, signature));
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IAnchorRegistry
    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this)));
    }

    /// @inheritdoc IAnchorRegistry
    function issuerCount() external view returns (uint256) {
        return _issuerIds.length;
    }

    /// @inheritdoc IAnchorRegistry
    function issuersFrom(uint256 start, uint256 limit) external view returns (bytes32[] memory issuerIds) {
        uint256 count = _issuerIds.length;
        uint256 left = start < count ? count - start : 0;
        issuerIds = new bytes32[](limit < left ? limit : left);
        for (uint256 i; i < issuerIds.length; ++i) {
            issuerIds[i] = _issuerIds[start + i];
        }
    }

    /// @inheritdoc IAnchorRegistry
    function issuerOf(bytes32 issuerId) external view returns (Issuer memory) {
        Record memory issuer = _issuers[issuerId];
        return Issuer({
            admin: _adminIn(issuer.tipWord),
            standing: _standingIn(issuer.tipWord),
            seq: _seqIn(issuer.tipWord),
            lastBlock: _lastBlockIn(issuer.tipWord),
            parent: issuer.parent,
            head: issuer.head,
            voidSince: issuer.control.voidSince,
            pendingAdmin: issuer.control.pendingAdmin,
            pendingAdminFrom: issuer.control.pendingAdminFrom,
            pendingByRegistrar: issuer.control.pendingByRegistrar,
            registrar: issuer.control.registrar,
            successor: issuer.successor,
            successorFrom: issuer.successorFrom
        });
    }

    /// @inheritdoc IAnchorRegistry
    function namesOf(bytes32 issuerId) external view returns (Naming[] memory) {
        return _names[issuerId];
    }

    /// @inheritdoc IAnchorRegistry
    function keyOf(bytes32 issuerId, address key) public view returns (Key memory) {
        return _unpackKey(_keys[issuerId][key]);
    }

    /// @inheritdoc IAnchorRegistry
    function anchorOf(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash)
        public view returns (Anchor memory)
    {
        return _unpackAnchor(_anchors[issuerId][_hashEntry(root, treeSize, manifestHash)].word);
    }

    /// @inheritdoc IAnchorRegistry
    function revocationOf(bytes32 issuerId, bytes32 root) public view returns (Revocation memory) {
        return _unpackRevocation(_revocations[issuerId][root].word);
    }

    /// @inheritdoc IAnchorRegistry
    function statusOf(bytes32 issuerId) public view returns (Status memory) {
        return _unpackStatus(_statusRoots[issuerId], _statuses[issuerId]);
    }

    /// @inheritdoc IAnchorRegistry
    function dossierOf(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash)
        external view returns (Dossier memory dossier)
    {
        dossier.anchor = anchorOf(issuerId, root, treeSize, manifestHash);
        dossier.anchorKey = keyOf(issuerId, dossier.anchor.signer);
        dossier.revocation = revocationOf(issuerId, root);
        dossier.revokerKey = keyOf(issuerId, dossier.revocation.revoker);
        dossier.status = statusOf(issuerId);
        dossier.statusKey = keyOf(issuerId, dossier.status.setter);
        dossier.standing = _standingIn(_issuers[issuerId].tipWord);
        dossier.voidSince = _issuers[issuerId].control.voidSince;
        dossier.names = _names[issuerId];
    }

    /// @inheritdoc IAnchorRegistry
    function isValid(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash) public view returns (Validity) {
        Anchor memory anchored = anchorOf(issuerId, root, treeSize, manifestHash);
        if (anchored.state == 0) return Validity.Absent;
        if (_compromisedBy(issuerId, anchored.signer, anchored.time)) return Validity.KeyCompromised;
        uint40 voidSince = _issuers[issuerId].control.voidSince;
        if (voidSince != 0 && voidSince <= anchored.time) return Validity.IssuerVoid;
        if (_isRevoked(issuerId, _revocations[issuerId][root].word)) return Validity.BatchRevoked;
        return Validity.Valid;
    }

    /// @inheritdoc IAnchorRegistry
    function verifyInclusion(
        bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash,
        bytes32 payloadHash, uint64 leafIndex, bytes32[] calldata path
    ) external view returns (Validity) {
        Validity validity = isValid(issuerId, root, treeSize, manifestHash);
        if (validity == Validity.Valid && !_includes(root, treeSize, payloadHash, leafIndex, path)) return Validity.NotIncluded;
        return validity;
    }

    // ---------------------------------------------------------------- who may

    function _known(bytes32 issuerId) private view returns (Record storage issuer, uint256 tip) {
        issuer = _issuers[issuerId];
        tip = issuer.tipWord;
        if (tip == 0) revert AnchorRegistryUnknownIssuer(issuerId);
    }

    function _asRegistrar(bytes32 issuerId) private view returns (Record storage issuer, uint256 tip) {
        (issuer, tip) = _known(issuerId);
        if (!_isRegistrar(issuer)) revert AnchorRegistryNotRegistrar(issuerId, msg.sender);
    }

    function _isRegistrar(Record storage issuer) private view returns (bool) {
        return msg.sender == owner || _isBranchAdmin(_issuers[issuer.parent]);
    }

    /// @dev The record of parent zero is empty, its admin the zero address: nobody.
    function _isBranchAdmin(Record storage parent) private view returns (bool) {
        uint256 tip = parent.tipWord;
        return msg.sender == _adminIn(tip) && _standingIn(tip) == Standing.Active && parent.control.registrar;
    }

    function _requireMayRegister(bytes32 parent, bool registrar) private view {
        if (parent == 0 || registrar) {
            if (msg.sender != owner) revert AnchorRegistryNotOwner(msg.sender);
        }
        if (parent == 0) return;
        _known(parent);
        if (registrar || !_isBranchAdmin(_issuers[parent])) revert AnchorRegistryNotRegistrar(parent, msg.sender);
    }

    /// @dev Keys belong to the admin; those of role STATUS also to the admin of the effective successor.
    function _requireKeeper(bytes32 issuerId, Record storage issuer, uint256 tip, uint8 roles) private view {
        if (msg.sender == _adminIn(tip)) return;
        bytes32 successor = issuer.successor;
        bool succeeds = roles == ROLE_STATUS && successor != 0 && block.timestamp >= issuer.successorFrom
            && msg.sender == _adminIn(_issuers[successor].tipWord);
        if (!succeeds) revert AnchorRegistryNotAdmin(issuerId, msg.sender);
    }

    function _knownKey(bytes32 issuerId, address key) private view returns (Key memory stored) {
        stored = keyOf(issuerId, key);
        if (stored.roles == 0) revert AnchorRegistryUnknownKey(issuerId, key);
    }

    /// @dev Signer zero stands for a signature that is none.
    function _keyRefusal(bytes32 issuerId, address signer, uint8 role) private view returns (Refusal) {
        if (signer == address(0)) return Refusal.BadSignature;
        uint256 word = _keys[issuerId][signer];
        if (word == 0) return Refusal.UnknownKey;
        if (_rolesIn(word) != role) return Refusal.WrongRole;
        if (_compromisedSinceIn(word) != 0) return Refusal.KeyIsCompromised;
        if (block.timestamp < _notBeforeIn(word)) return Refusal.KeyNotYetValid;
        if (block.timestamp > _notAfterIn(word)) return Refusal.KeyEnded;
        return Refusal.None;
    }

    /// @dev A suspended, closed or void issuer must still be able to revoke and to publish statuses: only its existence counts,
    ///      and an issuer with a key exists.
    function _requireStatusKey(bytes32 issuerId, address signer) private view {
        Refusal refusal = _keyRefusal(issuerId, signer, ROLE_STATUS);
        if (refusal == Refusal.None) return;
        if (_issuers[issuerId].tipWord == 0) refusal = Refusal.UnknownIssuer;
        revert AnchorRegistryRefused(refusal);
    }

    // ---------------------------------------------------------------- what a statement does

    /// @dev Refused, if at all, before anything is written.
    function _anchorGroup(uint256 index, Group calldata group) private {
        (bytes32 issuerId, uint64 deadline, Entry[] calldata entries) = (group.issuerId, group.deadline, group.entries);
        Record storage issuer = _issuers[issuerId];
        uint256 tip = issuer.tipWord;
        if (block.timestamp > deadline) revert AnchorRegistryGroupRefused(index, Refusal.Expired);
        if (tip == 0) revert AnchorRegistryGroupRefused(index, Refusal.UnknownIssuer);
        if (_standingIn(tip) != Standing.Active) revert AnchorRegistryGroupRefused(index, Refusal.IssuerNotActive);
        if (_isVoidIn(tip)) revert AnchorRegistryGroupRefused(index, Refusal.IssuerIsVoid);
        if (entries.length == 0) revert AnchorRegistryGroupRefused(index, Refusal.EmptyGroup);
        bytes32[] memory entryHashes = _hashEntries(index, entries);
        bytes32 entriesHash = keccak256(abi.encodePacked(entryHashes));
        bytes32 structHash = keccak256(abi.encode(ANCHOR_TYPEHASH, issuerId, entriesHash, deadline));
        address signer = _signerOf(structHash, group.signature);
        Refusal refusal = _keyRefusal(issuerId, signer, ROLE_ANCHOR);
        if (refusal != Refusal.None) revert AnchorRegistryGroupRefused(index, refusal);
        _anchorEntries(issuerId, issuer, tip, entries, entryHashes, signer);
    }

    /// @dev Writes a word for each entry that does not stand already, then the issuer's two, unless all stand.
    function _anchorEntries(
        bytes32 issuerId, Record storage issuer, uint256 tip,
        Entry[] calldata entries, bytes32[] memory entryHashes, address signer
    ) private {
        mapping(bytes32 entryHash => Slot) storage anchors = _anchors[issuerId];
        bytes32 head = issuer.head;
        (uint40 next, uint48 previous) = _next(tip);
        uint40 seq = next;
        for (uint256 i; i < entries.length; ++i) {
            Slot storage slot = anchors[entryHashes[i]];
            uint8 state = _nextState(issuerId, slot.word);
            if (state == 0) continue;
            slot.word = _packAnchor(signer, state);
            Entry calldata entry = entries[i];
            (bytes32 root, uint64 treeSize, bytes32 manifestHash) = (entry.root, entry.treeSize, entry.manifestHash);
            emit Anchored(issuerId, root, treeSize, manifestHash, signer, seq, previous);
            head = _fold(head, Anchored.selector, root, abi.encode(treeSize, manifestHash, signer, seq, previous));
            previous = uint48(block.number);
            ++seq;
        }
        if (seq == next) return;
        issuer.tipWord = _advanced(tip, seq - 1);
        issuer.head = head;
    }

    /// @dev What the record of an entry will say under `state`; zero if a record stands that no compromise has voided. A revoked
    ///      anchor stands as well: were it written again, the record would have changed should its revocation turn out to be a
    ///      thief's.
    function _nextState(bytes32 issuerId, uint256 word) private view returns (uint8) {
        if (word == 0) return 1;
        Anchor memory stored = _unpackAnchor(word);
        if (!_compromisedBy(issuerId, stored.signer, stored.time)) return 0;
        return stored.state == type(uint8).max ? stored.state : stored.state + 1;
    }

    function _revoke(bytes32 issuerId, bytes32 root, address revoker) private {
        _requireStatusKey(issuerId, revoker);
        Slot storage slot = _revocations[issuerId][root];
        if (_isRevoked(issuerId, slot.word)) revert AnchorRegistryAlreadyRevoked(issuerId, root);
        slot.word = _packRevocation(revoker);

        Record storage issuer = _issuers[issuerId];
        uint256 tip = issuer.tipWord;
        (uint40 seq, uint48 previous) = _next(tip);
        emit BatchRevoked(issuerId, root, revoker, seq, previous);
        _link(issuer, tip, BatchRevoked.selector, root, abi.encode(revoker, seq, previous));
    }

    function _setStatus(bytes32 issuerId, bytes32 statusRoot, uint24 epoch, address setter) private {
        _requireStatusKey(issuerId, setter);
        uint256 word = _statuses[issuerId];
        uint256 expected = uint256(_epochIn(word)) + 1;
        if (epoch != expected) revert AnchorRegistryWrongEpoch(epoch, expected);
        if (statusRoot == 0) revert AnchorRegistryEmptyStatusRoot(issuerId);
        _statusRoots[issuerId] = statusRoot;
        _statuses[issuerId] = _packStatus(setter, epoch);
        emit StatusRootSet(issuerId, epoch, statusRoot, setter, _statusBlockIn(word));
    }

    function _startTransfer(
        bytes32 issuerId, Record storage issuer, uint256 tip, address newAdmin, uint40 acceptableFrom, bool byRegistrar
    ) private {
        if (newAdmin == address(0)) acceptableFrom = 0;
        Control memory control = issuer.control;
        control.pendingAdmin = newAdmin;
        control.pendingAdminFrom = acceptableFrom;
        control.pendingByRegistrar = byRegistrar && newAdmin != address(0);
        issuer.control = control;

        (uint40 seq, uint48 previous) = _next(tip);
        emit AdminTransferStarted(issuerId, newAdmin, acceptableFrom, byRegistrar, seq, previous);
        bytes memory data = abi.encode(acceptableFrom, byRegistrar, seq, previous);
        _link(issuer, tip, AdminTransferStarted.selector, _topic(newAdmin), data);
    }

    function _pushName(bytes32 issuerId, string calldata code, string calldata name) private {
        _requireText(code, CODE_LIMIT);
        _requireText(name, NAME_LIMIT);
        _names[issuerId].push(Naming(_now(), code, name));
    }

    function _requireText(string calldata text, uint256 limit) private pure {
        uint256 length = bytes(text).length;
        if (length == 0) revert AnchorRegistryEmptyText();
        if (length > limit) revert AnchorRegistryTextTooLong(length, limit);
    }

    // ---------------------------------------------------------------- the chain of events

    /// @dev The number of an issuer's next event, and the block of the one before. The caller emits the event and then links it:
    ///      an event emitted without `_link` (or, within a group, `_fold`) would leave a head that no auditor can recompute.
    function _next(uint256 tip) private pure returns (uint40 seq, uint48 previousBlock) {
        return (_seqIn(tip) + 1, _lastBlockIn(tip));
    }

    /// @dev The one place where an administrative event enters the issuer's chain; `data` is the log's own.
    function _link(Record storage issuer, uint256 tip, bytes32 topic0, bytes32 topic2, bytes memory data) private {
        issuer.head = _fold(issuer.head, topic0, topic2, data);
        issuer.tipWord = _advanced(tip, _seqIn(tip) + 1);
    }

    function _fold(bytes32 head, bytes32 topic0, bytes32 topic2, bytes memory data) private pure returns (bytes32) {
        return keccak256(abi.encode(head, topic0, topic2, keccak256(data)));
    }

    function _topic(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    // ---------------------------------------------------------------- what counts

    function _compromisedBy(bytes32 issuerId, address key, uint40 time) private view returns (bool) {
        uint40 since = keyOf(issuerId, key).compromisedSince;
        return since != 0 && since <= time;
    }

    function _isRevoked(bytes32 issuerId, uint256 word) private view returns (bool) {
        if (word == 0) return false;
        Revocation memory revocation = _unpackRevocation(word);
        return !_compromisedBy(issuerId, revocation.revoker, revocation.time);
    }

    /// @dev Leaf: SHA-256 of 33 bytes, node: SHA-256 of 64, so neither passes for the other. On every level the last node of
    ///      an odd row has no sibling and moves up unchanged; the sides follow from the index and the size alone.
    function _includes(bytes32 root, uint64 treeSize, bytes32 payloadHash, uint64 index, bytes32[] calldata path)
        private pure returns (bool)
    {
        if (index >= treeSize) return false;
        bytes32 node = sha256(abi.encodePacked(bytes1(0), payloadHash));
        uint256 used;
        for (uint64 last = treeSize - 1; last != 0; last >>= 1) {
            if (index & 1 == 1 || index != last) {
                if (used == path.length) return false;
                bytes32 sibling = path[used++];
                node = index & 1 == 1 ? sha256(abi.encode(sibling, node)) : sha256(abi.encode(node, sibling));
            }
            index >>= 1;
        }
        return used == path.length && node == root;
    }

    // ---------------------------------------------------------------- hashing and signatures

    /// @dev EIP-712, "Definition of hashStruct". It is also the key under which the issuer's anchor is stored.
    function _hashEntry(bytes32 root, uint64 treeSize, bytes32 manifestHash) private pure returns (bytes32) {
        return keccak256(abi.encode(ENTRY_TYPEHASH, root, treeSize, manifestHash));
    }

    /// @dev `index` is the group's, for the refusal of an entry that holds nothing.
    function _hashEntries(uint256 index, Entry[] calldata entries) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](entries.length);
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            (bytes32 root, uint64 treeSize, bytes32 manifestHash) = (entry.root, entry.treeSize, entry.manifestHash);
            bool empty = root == 0 || manifestHash == 0 || treeSize == 0 || treeSize > TREE_LIMIT;
            if (empty) revert AnchorRegistryGroupRefused(index, Refusal.EmptyTree);
            hashes[i] = _hashEntry(root, treeSize, manifestHash);
        }
    }

    /// @dev The signer by EIP-712, or zero when the 65 bytes are not a canonical signature.
    function _signerOf(bytes32 structHash, bytes calldata signature) private view returns (address) {
        if (signature.length != 65) return address(0);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]);
        if ((v != 27 && v != 28) || uint256(s) > HALF_ORDER) return address(0);
        return ecrecover(keccak256(abi.encodePacked("\x19\x01", domainSeparator(), structHash)), v, r, s);
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }

    // ---------------------------------------------------------------- packed words, lowest bits first

    // Tip: admin 160, standing 7, isVoid 1, seq 40, lastBlock 48. Every event of the issuer rewrites it, and `head` with it.
    // isVoid says that `voidSince` is not zero, so that anchoring need not read the control word as well.

    function _adminIn(uint256 tip) private pure returns (address) {
        return address(uint160(tip));
    }

    function _standingIn(uint256 tip) private pure returns (Standing) {
        return Standing(tip >> 160 & 0x7F);
    }

    function _isVoidIn(uint256 tip) private pure returns (bool) {
        return tip >> 167 & 1 != 0;
    }

    function _seqIn(uint256 tip) private pure returns (uint40) {
        return uint40(tip >> 168);
    }

    function _lastBlockIn(uint256 tip) private pure returns (uint48) {
        return uint48(tip >> 208);
    }

    function _withAdmin(uint256 tip, address admin) private pure returns (uint256) {
        return tip >> 160 << 160 | uint160(admin);
    }

    function _withStanding(uint256 tip, Standing standing) private pure returns (uint256) {
        return tip & ~(uint256(0x7F) << 160) | uint256(standing) << 160;
    }

    function _withVoid(uint256 tip, bool isVoid) private pure returns (uint256) {
        return tip & ~(uint256(1) << 167) | (isVoid ? uint256(1) << 167 : 0);
    }

    function _advanced(uint256 tip, uint40 seq) private view returns (uint256) {
        return uint168(tip) | uint256(seq) << 168 | block.number << 208;
    }

    function _packKey(Key memory key) private pure returns (uint256) {
        return key.notBefore | uint256(key.notAfter) << 40 | uint256(key.compromisedSince) << 80 | uint256(key.roles) << 120;
    }

    function _unpackKey(uint256 word) private pure returns (Key memory) {
        return Key(_notBeforeIn(word), _notAfterIn(word), _compromisedSinceIn(word), _rolesIn(word));
    }

    function _notBeforeIn(uint256 word) private pure returns (uint40) {
        return uint40(word);
    }

    function _notAfterIn(uint256 word) private pure returns (uint40) {
        return uint40(word >> 40);
    }

    function _compromisedSinceIn(uint256 word) private pure returns (uint40) {
        return uint40(word >> 80);
    }

    function _rolesIn(uint256 word) private pure returns (uint8) {
        return uint8(word >> 120);
    }

    function _packAnchor(address signer, uint8 state) private view returns (uint256) {
        return uint160(signer) | uint256(_now()) << 160 | uint256(uint48(block.number)) << 200 | uint256(state) << 248;
    }

    function _unpackAnchor(uint256 word) private pure returns (Anchor memory) {
        return Anchor(address(uint160(word)), uint40(word >> 160), uint48(word >> 200), uint8(word >> 248));
    }

    function _packRevocation(address revoker) private view returns (uint256) {
        return uint160(revoker) | uint256(_now()) << 160;
    }

    function _unpackRevocation(uint256 word) private pure returns (Revocation memory) {
        return Revocation(address(uint160(word)), uint40(word >> 160));
    }

    function _packStatus(address setter, uint24 epoch) private view returns (uint256) {
        return uint160(setter) | uint256(_now()) << 160 | uint256(epoch) << 200 | uint256(uint32(block.number)) << 224;
    }

    function _unpackStatus(bytes32 root, uint256 word) private pure returns (Status memory) {
        return Status(root, address(uint160(word)), uint40(word >> 160), _epochIn(word), _statusBlockIn(word));
    }

    function _epochIn(uint256 word) private pure returns (uint24) {
        return uint24(word >> 200);
    }

    function _statusBlockIn(uint256 word) private pure returns (uint32) {
        return uint32(word >> 224);
    }
}
