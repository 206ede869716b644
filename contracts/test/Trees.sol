// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The tree of docs/format.md by its recursive definition (RFC 9162, section 2.1), which the contract never uses
library Trees {
    function leaf(bytes32 payloadHash) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), payloadHash));
    }

    function payload(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("payload", index));
    }

    /// @notice The root over the payloads number `from` to `from + size - 1`; `size` is at least 1.
    function root(uint256 from, uint256 size) internal pure returns (bytes32) {
        if (size == 1) return leaf(payload(from));
        uint256 left = split(size);
        return sha256(abi.encodePacked(root(from, left), root(from + left, size - left)));
    }

    /// @notice The inclusion proof of the payload number `index` of `size`, the lowest sibling first.
    function path(uint256 from, uint256 index, uint256 size) internal pure returns (bytes32[] memory joined) {
        if (size == 1) return joined;
        uint256 left = split(size);
        bool isLeft = index < left;
        bytes32[] memory below = isLeft ? path(from, index, left) : path(from + left, index - left, size - left);
        joined = new bytes32[](below.length + 1);
        for (uint256 i; i < below.length; ++i) joined[i] = below[i];
        joined[below.length] = isLeft ? root(from + left, size - left) : root(from, left);
    }

    /// @notice The largest power of two below `size`.
    function split(uint256 size) internal pure returns (uint256 left) {
        for (left = 1; left * 2 < size;) left *= 2;
    }
}
