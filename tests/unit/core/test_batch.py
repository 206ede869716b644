"""The batch manifest. What a reader refuses stands in the vectors; here is what they cannot say."""

import pytest

from vanbang.core.batch import AnchorKey, anchor_key, read_manifest
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.jws import PublicKey
from vanbang.core.payload import issuer_id
from world import ISSUER, SEALED_AT, World, p256, replace


@pytest.mark.parametrize("world", [World(), World(officers=()), World(jwks=tuple(str(n) for n in range(8)))])
def test_a_manifest_comes_back(world: World) -> None:
    """With and without endorsements, and with as many keys as there may be."""
    data = world.manifest()
    manifest = read_manifest(data)
    assert manifest.to_bytes() == data
    assert manifest.sealed_at == SEALED_AT
    assert (manifest.endorsements is None) is not bool(world.officers)


def test_what_is_anchored_covers_every_byte_of_the_manifest() -> None:
    """Issuer, root and size stand for themselves, all else for its hash."""
    world = World()
    data = world.manifest()
    leaves, _, root, _ = world.tree()
    assert anchor_key(data) == AnchorKey(issuer_id(ISSUER), root, len(leaves), digest_of(data))
    assert anchor_key(data) != anchor_key(replace(world, jwks=("second key",)).manifest())


def test_a_key_is_found_by_its_thumbprint() -> None:
    """Another kid finds none."""
    manifest = read_manifest(World().manifest())
    kid = PublicKey.of(p256("batch key")).kid
    found = manifest.key(kid)
    assert found is not None
    assert found.kid == kid
    assert manifest.key("A" * 43) is None


def test_a_manifest_over_the_limit_is_refused_before_it_is_parsed() -> None:
    """16,385 bytes."""
    with pytest.raises(FormatError, match="over the limit of 16384"):
        read_manifest(b" " * 16_385)


def test_a_manifest_without_endorsements_says_null() -> None:
    """The member may not be left out."""
    data = World(officers=()).manifest()
    assert data.startswith(b'{"endorsements":null,')
    with pytest.raises(FormatError, match="'endorsements' is missing"):
        read_manifest(data.replace(b'"endorsements":null,', b"", 1))
