// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @title AnchorRegistry: which institution stands behind which batch of diplomas, since when, and whether it still does
/// @notice The chain holds roots, counts, hashes, keys and public names of institutions; never a byte of a diploma.
/// @dev Every event of an issuer but status roots is a link of its hash chain `head`:
///      head(0)  = keccak256(abi.encode(chainid, this, issuerId))
///      head(n)  = keccak256(abi.encode(head(n-1), topic0, topic2 or zero, keccak256(data)))
///      where topic0, topic2 and data are the log's own. `seq` counts from 1; `previousBlock` is the block of the issuer's
///      previous such event (0 for the first), so an auditor walks back and proves that no event is missing.
/// @dev Warning: all times are block timestamps, which the block's proposer may move by some seconds.
/// @dev Warning: the contract cannot count leaves; `treeSize` is the signer's word until somebody folds the public tiles.
/// @dev Warning: on some rollups `block.number` is not the number of the block whose log holds the event.
interface IAnchorRegistry {
    // ---------------------------------------------------------------- types

    /// @notice Standing of an issuer. It is looked at when anchoring, never by views.
    enum Standing { Unknown, Active, Suspended, Closed }

    /// @notice Why an anchor does or does not count.
    enum Validity { Valid, Absent, KeyCompromised, IssuerVoid, BatchRevoked, NotIncluded }

    /// @notice Why a statement was refused.
    enum Refusal {
        None, Expired, UnknownIssuer, IssuerNotActive, IssuerIsVoid, BadSignature,
        UnknownKey, WrongRole, KeyNotYetValid, KeyEnded, KeyIsCompromised, EmptyGroup, EmptyTree
    }

    /// @notice One batch: the root, the number of leaves (1 .. 2^53-1) and SHA-256 of the batch manifest.
    struct Entry { bytes32 root; uint64 treeSize; bytes32 manifestHash; }

    /// @notice One issuer's batches under one EIP-712 signature (65 bytes r || s || v, low s) by a key with role ANCHOR.
    struct Group { bytes32 issuerId; uint64 deadline; Entry[] entries; bytes signature; }

    /// @notice The record of an anchor: who signed, when, in which block; `state` counts how often it was (re-)anchored.
    struct Anchor { address signer; uint40 time; uint48 blockNumber; uint8 state; }

    /// @notice A key of one issuer. `roles` is exactly one of 1 ANCHOR, 2 STATUS, 4 OFFICER; 0 means no such key.
    struct Key { uint40 notBefore; uint40 notAfter; uint40 compromisedSince; uint8 roles; }

    /// @notice A revocation of every batch with this root by this issuer.
    struct Revocation { address revoker; uint40 time; }

    /// @notice The status root: SHA-256 of the issuer's status manifest. Epoch 0 means that none was ever set.
    /// @dev `previousBlock` is what the next event will carry under that name: the block in which *this* root was set. The
    ///      auditor's walk starts there.
    struct Status { bytes32 root; address setter; uint40 time; uint24 epoch; uint32 previousBlock; }

    /// @notice A registered name, in force from `since` until the next one.
    struct Naming { uint40 since; string code; string name; }

    /// @notice All that is stored of an issuer but its names and keys.
    struct Issuer {
        address admin; Standing standing; uint40 seq; uint48 lastBlock;
        bytes32 parent; bytes32 head;
        uint40 voidSince; address pendingAdmin; uint40 pendingAdminFrom; bool pendingByRegistrar; bool registrar;
        bytes32 successor; uint40 successorFrom;
    }

    /// @notice All a verifier needs to judge one batch in this registry, in one call at one block.
    struct Dossier {
        Anchor anchor; Key anchorKey;
        Revocation revocation; Key revokerKey;
        Status status; Key statusKey;
        Standing standing; uint40 voidSince;
        Naming[] names;
    }

    // ---------------------------------------------------------------- events

    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    event IssuerRegistered(bytes32 indexed issuerId, bytes32 indexed parent, address admin, bool registrar, string iss, string code, string name, uint40 seq, uint48 previousBlock);
    event IssuerRenamed(bytes32 indexed issuerId, string code, string name, uint40 seq, uint48 previousBlock);
    event StandingChanged(bytes32 indexed issuerId, Standing standing, uint40 seq, uint48 previousBlock);
    event IssuerVoided(bytes32 indexed issuerId, uint40 since, uint40 seq, uint48 previousBlock);
    event AdminTransferStarted(bytes32 indexed issuerId, address indexed newAdmin, uint40 acceptableFrom, bool byRegistrar, uint40 seq, uint48 previousBlock);
    event AdminChanged(bytes32 indexed issuerId, address indexed newAdmin, uint40 seq, uint48 previousBlock);
    event SuccessorAppointed(bytes32 indexed issuerId, bytes32 indexed successor, uint40 effectiveFrom, uint40 seq, uint48 previousBlock);
    event KeyAdded(bytes32 indexed issuerId, address indexed key, uint8 roles, uint40 notBefore, uint40 notAfter, uint40 seq, uint48 previousBlock);
    event KeyEnded(bytes32 indexed issuerId, address indexed key, uint40 notAfter, uint40 seq, uint48 previousBlock);
    event KeyCompromised(bytes32 indexed issuerId, address indexed key, uint40 since, uint40 seq, uint48 previousBlock);
    event Anchored(bytes32 indexed issuerId, bytes32 indexed root, uint64 treeSize, bytes32 manifestHash, address signer, uint40 seq, uint48 previousBlock);
    event BatchRevoked(bytes32 indexed issuerId, bytes32 indexed root, address revoker, uint40 seq, uint48 previousBlock);
    /// @notice Not part of the hash chain: `previousBlock` is the block of the issuer's previous status event, 0 for the first.
    event StatusRootSet(bytes32 indexed issuerId, uint24 indexed epoch, bytes32 statusRoot, address setter, uint32 previousBlock);

    // ---------------------------------------------------------------- errors

    error AnchorRegistryNotOwner(address caller);
    error AnchorRegistryNotPendingOwner(address caller);
    error AnchorRegistryNotAdmin(bytes32 issuerId, address caller);
    error AnchorRegistryNotRegistrar(bytes32 issuerId, address caller);
    error AnchorRegistryNotPendingAdmin(bytes32 issuerId, address caller);
    error AnchorRegistryZeroAddress();
    error AnchorRegistryEmptyText();
    error AnchorRegistryTextTooLong(uint256 length, uint256 limit);
    error AnchorRegistryIssuerExists(bytes32 issuerId);
    error AnchorRegistryUnknownIssuer(bytes32 issuerId);
    error AnchorRegistrySameStanding(bytes32 issuerId, Standing standing);
    error AnchorRegistryInvalidStanding(Standing standing);
    error AnchorRegistryTooEarly(uint256 time, uint256 earliest);
    error AnchorRegistryTooLate(uint256 time, uint256 latest);
    error AnchorRegistryTransferPendingByRegistrar(bytes32 issuerId);
    error AnchorRegistryKeyExists(bytes32 issuerId, address key);
    error AnchorRegistryUnknownKey(bytes32 issuerId, address key);
    error AnchorRegistryInvalidRole(uint8 roles);
    error AnchorRegistryInvalidSuccessor(bytes32 issuerId, bytes32 successor);
    error AnchorRegistryWrongEpoch(uint256 given, uint256 expected);
    error AnchorRegistryEmptyStatusRoot(bytes32 issuerId);
    error AnchorRegistryAlreadyRevoked(bytes32 issuerId, bytes32 root);
    error AnchorRegistryGroupRefused(uint256 index, Refusal refusal);
    error AnchorRegistryRefused(Refusal refusal);

    // ---------------------------------------------------------------- the owner

    /// @notice Names the next owner, who has to accept. Zero withdraws the offer.
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;

    // ---------------------------------------------------------------- the registrar: the owner, or the admin of the active parent

    /// @notice Registers an issuer under `parent`; zero makes a root issuer (owner only). `issuerId = sha256(iss)`.
    /// @param registrar whether the issuer may register children; only the owner may grant it, to root issuers.
    function registerIssuer(bytes32 parent, string calldata iss, string calldata code, string calldata name, address admin, bool registrar) external returns (bytes32 issuerId);
    /// @notice Adds a name (and code) in force from now on; earlier ones stay readable.
    function renameIssuer(bytes32 issuerId, string calldata code, string calldata name) external;
    /// @notice Suspends, closes or reinstates. It stops anchoring by this issuer only; children and old anchors are untouched.
    function setStanding(bytes32 issuerId, Standing standing) external;
    /// @notice Declares that nothing the issuer anchored at or after `since` counts (a diploma mill). Zero lifts it.
    function declareVoid(bytes32 issuerId, uint40 since) external;
    /// @notice Starts the replacement of an admin (lost, stolen): acceptable after ADMIN_DELAY, in public. Zero withdraws it.
    function replaceAdmin(bytes32 issuerId, address newAdmin) external;
    /// @notice Lets the admin of `successor` run the STATUS keys of a dissolved issuer after ADMIN_DELAY. Zero withdraws it.
    function appointSuccessor(bytes32 issuerId, bytes32 successor) external;

    // ---------------------------------------------------------------- the issuer's admin

    /// @notice Names the next admin, who has to accept. Zero withdraws. Refused while the registrar replaces the admin.
    function transferAdmin(bytes32 issuerId, address newAdmin) external;
    function acceptAdmin(bytes32 issuerId) external;
    /// @notice Adds a key. `notBefore` 0 means now, otherwise not in the past; `notAfter` 0 means open.
    function addKey(bytes32 issuerId, address key, uint8 roles, uint40 notBefore, uint40 notAfter) external;
    /// @notice Sets the end of a key's window; 0 means now. Never earlier than now, never after the key has ended.
    function endKey(bytes32 issuerId, address key, uint40 notAfter) external;
    /// @notice Declares that what the key signed at or after `since` counts for nothing; may only be moved earlier.
    ///         By the admin (or an effective successor's, for STATUS keys): at most 30 days back. By the registrar or the owner: any time.
    function declareCompromised(bytes32 issuerId, address key, uint40 since) external;

    // ---------------------------------------------------------------- statements by keys, relayed by anyone

    /// @notice Anchors groups. What is already anchored and good is skipped; a group that may not anchor reverts with its index.
    function anchor(Group[] calldata groups) external;
    /// @notice Revokes every batch with this root; the caller is a key with role STATUS.
    function revokeBatch(bytes32 issuerId, bytes32 root) external;
    function revokeBatchBySignature(bytes32 issuerId, bytes32 root, uint64 deadline, bytes calldata signature) external;
    /// @notice Sets the status root of the next epoch; the caller is a key with role STATUS.
    function setStatusRoot(bytes32 issuerId, bytes32 statusRoot, uint24 epoch) external;
    function setStatusRootBySignature(bytes32 issuerId, bytes32 statusRoot, uint24 epoch, uint64 deadline, bytes calldata signature) external;

    // ---------------------------------------------------------------- views

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function domainSeparator() external view returns (bytes32);
    /// @notice How many issuers were ever registered; none is ever removed. With `issuersFrom`: nobody who answers for the chain
    ///         can show an auditor fewer by keeping logs back.
    function issuerCount() external view returns (uint256);
    /// @notice Up to `limit` issuers in the order of registration, from number `start` (counted from 0); fewer at the end.
    function issuersFrom(uint256 start, uint256 limit) external view returns (bytes32[] memory issuerIds);
    function issuerOf(bytes32 issuerId) external view returns (Issuer memory);
    function namesOf(bytes32 issuerId) external view returns (Naming[] memory);
    function keyOf(bytes32 issuerId, address key) external view returns (Key memory);
    function anchorOf(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash) external view returns (Anchor memory);
    function revocationOf(bytes32 issuerId, bytes32 root) external view returns (Revocation memory);
    function statusOf(bytes32 issuerId) external view returns (Status memory);
    function dossierOf(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash) external view returns (Dossier memory);
    /// @notice Whether the anchor counts now, and if not, why.
    function isValid(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash) external view returns (Validity);
    /// @notice The same, after folding SHA-256(payload) at `leafIndex` along `path` to the root.
    function verifyInclusion(bytes32 issuerId, bytes32 root, uint64 treeSize, bytes32 manifestHash, bytes32 payloadHash, uint64 leafIndex, bytes32[] calldata path) external view returns (Validity);
}
