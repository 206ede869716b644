// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What these tests ask of forge and halmos; the address is where both answer
interface Cheats {
    struct Log { bytes32[] topics; bytes data; address emitter; }

    function getCode(string calldata artifact) external view returns (bytes memory);
    function store(address account, bytes32 slot, bytes32 word) external;
    function warp(uint256 time) external;
    function roll(uint256 blockNumber) external;
    function chainId(uint256 id) external;
    function prank(address sender) external;
    function assume(bool condition) external pure;
    function addr(uint256 secret) external pure returns (address);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function expectRevert(bytes calldata reason) external;
    function expectRevert() external;
    function expectEmit(address emitter) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function assertTrue(bool condition, string calldata message) external pure;
    function assertEq(uint256 found, uint256 expected, string calldata message) external pure;
    function assertEq(bytes32 found, bytes32 expected, string calldata message) external pure;
    function assertEq(address found, address expected, string calldata message) external pure;
    function assertEq(string calldata found, string calldata expected, string calldata message) external pure;
}

Cheats constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
