"""The credential file: reading, signing, extracting. What step 1 refuses stands in the vectors."""

import json
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from vanbang.core.credential import CredentialFile, FileRejected, read_credential
from vanbang.core.disclosure import resolve
from vanbang.core.errors import FormatError
from vanbang.core.jws import PublicKey
from world import CLAIMS, ISSUER, World, p256


@lru_cache(maxsize=1)
def _file() -> CredentialFile:
    return World().file()


def _shown_by_sd_jwt(file: CredentialFile) -> dict[str, object]:
    value = json.loads(file.to_bytes())
    compact = "~".join(
        [f"{value['protected']}.{value['payload']}.{value['signature']}", *value["header"]["disclosures"], ""]
    )
    key = JWK(**{name: member for name, member in PublicKey.of(p256("batch key")).to_json().items() if name != "kid"})
    shown: dict[str, object] = SDJWTVerifier(compact, lambda issuer, header: key).get_verified_payload()
    assert shown.pop("iss") == ISSUER
    return {name: item for name, item in shown.items() if name not in ("status", "vct", "vct#integrity")}


def test_an_sd_jwt_library_reads_it_and_checks_its_signature() -> None:
    """It shows the claims, elements of arrays included."""
    assert _shown_by_sd_jwt(_file()) == dict(CLAIMS)


@pytest.mark.parametrize("claims", [[], ["ho_va_ten"], ["mon_hoc", "co_so"], list(CLAIMS)])
def test_an_sd_jwt_library_reads_extracts_alike(claims: list[str]) -> None:
    """The library and this project show the same of an extract: what was kept."""
    extract = _file().extract(claims)
    assert _shown_by_sd_jwt(extract) == resolve(extract.payload.digests, extract.disclosures).claims
    assert set(_shown_by_sd_jwt(extract)) == set(claims)


def test_an_sd_jwt_library_reads_an_extract_without_an_element() -> None:
    """The element is left out of the array."""
    kept = tuple(d for d in _file().disclosures if d.value != CLAIMS["mon_hoc"][0])
    extract = CredentialFile(
        _file().payload_bytes, _file().payload, kept, _file().proof, _file().kid, _file().signature
    )
    assert _shown_by_sd_jwt(extract)["mon_hoc"] == CLAIMS["mon_hoc"][1:]


def test_a_file_comes_back() -> None:
    """Signed, unsigned, extracted, and without a batch."""
    file = _file()
    plain = CredentialFile(file.payload_bytes, file.payload, file.disclosures, None, file.kid, file.signature)
    for each in (file, file.unsigned(), file.extract(["ho_va_ten"]), plain, plain.unsigned()):
        assert read_credential(each.to_bytes()) == each


def test_unsigning_and_signing_again_gives_the_same_bytes() -> None:
    """Signatures are deterministic."""
    assert _file().unsigned().signed_by(p256("batch key")).to_bytes() == _file().to_bytes()


@settings(max_examples=30)
@given(st.sets(st.sampled_from(sorted(CLAIMS))))
def test_an_extract_has_the_named_claims_and_no_others(names: set[str]) -> None:
    """Payload, proof and signature stay; a claim's elements come with it; extracting twice is extracting once."""
    extract = _file().extract(names)
    assert {d.name for d in extract.disclosures if d.name} == names
    assert len(extract.disclosures) == len(names) + 3 * ("mon_hoc" in names)
    assert extract.extract(names) == extract
    assert (extract.payload_bytes, extract.proof, extract.signature) == (
        _file().payload_bytes,
        _file().proof,
        _file().signature,
    )


def test_an_unknown_claim_cannot_be_extracted() -> None:
    """The error names it, and only it."""
    with pytest.raises(FormatError, match="not in this file: diem, nam"):
        _file().extract(["nam", "ho_va_ten", "diem"])


def test_a_file_at_the_limit_is_parsed() -> None:
    """1,048,576 bytes are looked at, one more is not."""
    data = _file().to_bytes()
    for size, code in ((1_048_576, "not_canonical"), (1_048_577, "too_large")):
        with pytest.raises(FileRejected) as refused:
            read_credential(data + b" " * (size - len(data)))
        assert refused.value.step_code == code


def test_a_refusal_says_where() -> None:
    """The path inside the file."""
    with pytest.raises(FileRejected, match=r"header.path\[0\]"):
        read_credential(_file().to_bytes().replace(b'"path":["', b'"path":["G', 1))
