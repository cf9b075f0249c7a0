"""A corpus of good and bad tokens, each with the verdict of our reader (pyHanko) and of `openssl ts -verify`."""

import hashlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from takedown.errors import EvidenceError
from takedown.evidence.timestamp import files_of
from takedown.evidence.tokens import Token, load_roots, read_token, time_of
from takedown.evidence.trial import SETTINGS, SIGNER_EXTENSIONS, Authority, serve

pytestmark = pytest.mark.xdist_group("tokens")  # what it needs is made once
CONTENT = b"de lijst van controlegetallen\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NONCE = 271_828_182_845
POLICY = "1.3.6.1.4.1.13762.3"


def question(
    digest: str = DIGEST, *, nonce: int | None = NONCE, algorithm: str = "sha256", certificate: bool = True
) -> bytes:
    """Write a query."""
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": bytes.fromhex(digest)}
    told = {"version": 1, "message_imprint": imprint, "cert_req": certificate}
    return bytes(tsp.TimeStampReq(told | ({"nonce": nonce} if nonce is not None else {})).dump())


@dataclass(frozen=True)
class Parties:
    """The authority that is trusted, and one that is not."""

    good: Authority
    rogue: Authority


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    folder = tmp_path_factory.mktemp("authorities")
    return Parties(Authority(folder / "good").make(), Authority(folder / "rogue").make())


def under(
    parties: Parties,
    folder: Path,
    *,
    extensions: str = SIGNER_EXTENSIONS,
    settings: str = SETTINGS,
    dates: tuple[str, ...] = (),
) -> Authority:
    """Make another signer under the trusted root."""
    made, good = Authority(folder), parties.good.folder
    (folder / "roots").mkdir(parents=True)
    (folder / "roots" / "root.pem").write_bytes((good / "roots" / "root.pem").read_bytes())
    made.run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Other TSA", "-keyout", "tsa.key", "-out", "csr")
    (folder / "ext").write_text(extensions)
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=c\n[c]\ndatabase={folder}/index\nserial={folder}/sn\nnew_certs_dir={folder}\ndefault_md=sha256\n"
        "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
    )
    (folder / "index").write_text("")
    (folder / "sn").write_text(f"{abs(hash(folder.name)) % 10**6 + 4096:08X}")
    made.run(
        "ca", "-batch", "-config", "ca.cnf", "-in", "csr", "-out", "tsa.pem", "-notext", "-extfile", "ext", "-cert",
        str(good / "roots" / "root.pem"), "-keyfile", str(good / "root.key"), *(dates or ("-days", "10")),
    )  # fmt: skip
    (folder / "serial").write_text("01")
    (folder / "tsa.cnf").write_text(settings.format(folder))
    return made


def ours(reply: bytes, roots: Path, *, policies: tuple[str, ...] = (), fetch: bool = False) -> Token | str:
    """Give our reader's verdict: the token, or why not."""
    try:
        return read_token(reply, DIGEST, load_roots(roots), NONCE, policies=policies, fetch=fetch)
    except EvidenceError as error:
        return str(error)


def openssl(reply: bytes, roots: Path, folder: Path, *, at: datetime | None = None) -> bool:
    """Give openssl's verdict on a response over the content, as a query with our nonce wants it."""
    (folder / "reply").write_bytes(reply)
    (folder / "query").write_bytes(question())
    moment = ["-attime", str(int(at.timestamp()))] if at else []
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-queryfile", "query", "-in", "reply", "-CAfile", str(roots / "root.pem"), *moment],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def flipped(reply: bytes, place: int) -> bytes:
    """Turn one bit."""
    changed = bytearray(reply)
    changed[place] ^= 1
    return bytes(changed)


def later_by_a_bit(reply: bytes) -> bytes:
    """Turn a bit of the time itself: the last digit of its seconds."""
    told = f"{time_of(reply):%Y%m%d%H%M%S}".encode()
    return flipped(reply, reply.index(told) + len(told) - 1)


def test_a_good_token_is_good_to_both(parties: Parties, tmp_path: Path) -> None:
    reply, roots = parties.good.answer(question()), parties.good.folder / "roots"
    token = ours(reply, roots, policies=(POLICY,))
    assert isinstance(token, Token)
    assert token.trusted
    assert token.policy == POLICY
    assert abs((token.at - datetime.now(UTC)).total_seconds()) < 60
    assert time_of(reply) == token.at
    assert openssl(reply, roots, tmp_path)
    chain = files_of(0, reply, token)["tijdstempel-0.keten.pem"].decode()
    assert chain.count("BEGIN CERTIFICATE") == 2, "the root and the signer"


Bad = Callable[[Parties, Path], bytes]
EKU = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n{}"
BAD: dict[str, tuple[Bad, str, bool]] = {
    # what it is: how it is made, what our reader says, and whether openssl finds it good
    "wrong imprint": (lambda p, _: p.good.answer(question("00" * 32)), "another file", False),
    "wrong nonce": (lambda p, _: p.good.answer(question(nonce=NONCE + 1)), "another request", False),
    "no nonce": (lambda p, _: p.good.answer(question(nonce=None)), "another request", False),
    "flipped in the signature": (lambda p, _: flipped(p.good.answer(question()), -20), "signature", False),
    "flipped in the time": (lambda p, _: later_by_a_bit(p.good.answer(question())), "signature", False),
    "cut off": (lambda p, _: p.good.answer(question())[:-1], "not a valid time stamp", False),
    "lengthened": (lambda p, _: p.good.answer(question()) + b"\n", "not a valid time stamp", True),
    "nothing": (lambda *_: b"", "not a valid time stamp", False),
    "a page instead of a token": (lambda *_: b"<html>Meld u aan</html>", "not a valid time stamp", False),
    "a refusal": (lambda p, _: p.good.answer(question(algorithm="sha1", digest="00" * 20)), "refused", False),
    "no certificate": (lambda p, _: p.good.answer(question(certificate=False)), "not a valid time stamp", False),
    "another authority": (lambda p, _: p.rogue.answer(question()), "trusted root", False),
    "no key usage": (lambda p, f: foreign(p, f, ""), "", False),
    "usage of a web server": (lambda p, f: foreign(p, f, "extendedKeyUsage=critical,serverAuth\n"), "", False),
    "usage not critical": (lambda p, f: foreign(p, f, "extendedKeyUsage=timeStamping\n"), "", False),
    "two usages": (lambda p, f: foreign(p, f, "extendedKeyUsage=critical,timeStamping,serverAuth\n"), "", False),
    "not valid yet": (lambda p, f: dated(p, f, "20300101000000Z", "20310101000000Z"), "trusted root", False),
    "expired when it signed": (lambda p, f: dated(p, f, "20200101000000Z", "20210101000000Z"), "trusted root", False),
}  # fmt: skip


def resigned(parties: Parties, folder: Path, extensions: str, dates: tuple[str, ...] = ()) -> bytes:
    """Sign a token as an authority whose certificate openssl itself would not use: a good one first, then swapped.

    `openssl ts -reply` refuses to sign with a certificate that is not fit, so a fit one is used whose key is that of
    the unfit one, and the response is put together anew by pyHanko's own parts.
    """
    unfit = under(parties, folder / "unfit", extensions=extensions, dates=dates)
    der = subprocess.run(
        ["openssl", "x509", "-in", "tsa.pem", "-outform", "DER"], cwd=unfit.folder, capture_output=True, check=True
    ).stdout
    certificate = x509.Certificate.load(der)
    key = serialization.load_pem_private_key((unfit.folder / "tsa.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    answer = tsp.TimeStampResp.load(parties.good.answer(question()))
    signed = answer["time_stamp_token"]["content"]
    signer: cms.SignerInfo = signed["signer_infos"][0]
    signed["certificates"] = [cms.CertificateChoices({"certificate": certificate})]
    issuer = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer["sid"] = cms.SignerIdentifier({"issuer_and_serial_number": issuer})
    attributes = [one for one in signer["signed_attrs"] if "signing_certificate" not in str(one["type"].native)]
    essential = tsp.ESSCertIDv2({"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(der).digest()})
    attributes.append(
        cms.CMSAttribute(
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [essential]})]}
        )
    )
    signer["signed_attrs"] = cms.CMSAttributes(attributes)
    told = signer["signed_attrs"].untag().dump(force=True)
    signer["signature"] = core.OctetString(key.sign(told, padding.PKCS1v15(), hashes.SHA256()))
    return bytes(answer.dump(force=True))


def foreign(parties: Parties, folder: Path, usage: str) -> bytes:
    """Sign with a certificate of the trusted root that is not one for time stamps alone."""
    return resigned(parties, folder, EKU.format(usage))


def dated(parties: Parties, folder: Path, begins: str, ends: str) -> bytes:
    """Sign with a certificate of the trusted root that is not valid at the token's time."""
    return resigned(parties, folder, SIGNER_EXTENSIONS, ("-startdate", begins, "-enddate", ends))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_refused_and_said_why(parties: Parties, tmp_path: Path, name: str) -> None:
    make, said, openssl_takes_it = BAD[name]
    reply = make(parties, tmp_path)
    roots = parties.good.folder / "roots"
    verdict = ours(reply, roots)
    assert isinstance(verdict, str), f"{name} was taken"
    assert said in verdict, verdict
    assert openssl(reply, roots, tmp_path) is openssl_takes_it


def test_the_remaking_itself_makes_good_tokens(parties: Parties, tmp_path: Path) -> None:
    """What the corpus changes is what makes its tokens bad: put together with a fit certificate they are good."""
    reply, roots = resigned(parties, tmp_path, SIGNER_EXTENSIONS), parties.good.folder / "roots"
    assert isinstance(ours(reply, roots), Token), ours(reply, roots)
    assert openssl(reply, roots, tmp_path)


def test_another_policy_is_refused(parties: Parties) -> None:
    reply = parties.good.answer(question())
    assert "another policy" in str(ours(reply, parties.good.folder / "roots", policies=("1.2.3.4",)))


def test_a_rogue_root_in_the_token_persuades_nobody(parties: Parties, tmp_path: Path) -> None:
    """The rogue authority sends its own root along; only roots from outside count, and without any nothing is trusted."""
    settings = SETTINGS + "certs={0}/roots/root.pem\n"
    (parties.rogue.folder / "tsa.cnf").write_text(settings.format(parties.rogue.folder))
    reply = parties.rogue.answer(question())
    assert "trusted root" in str(ours(reply, parties.good.folder / "roots"))
    assert not openssl(reply, parties.good.folder / "roots", tmp_path)
    assert isinstance(ours(reply, parties.rogue.folder / "roots"), Token)
    assert not read_token(reply, DIGEST, (), NONCE).trusted


def test_expired_now_and_valid_then_is_good(parties: Parties, tmp_path: Path) -> None:
    """A signer that lived for three seconds: good for ever at its own time; openssl needs to be told that time."""
    now = datetime.now(UTC)
    dates = ("-startdate", f"{now:%Y%m%d%H%M%SZ}", "-enddate", f"{now.replace(microsecond=0).timestamp() + 4:.0f}")
    end = datetime.fromtimestamp(int(dates[3]), UTC)
    short = under(parties, tmp_path / "kort", dates=(*dates[:3], f"{end:%Y%m%d%H%M%SZ}"))
    reply = short.answer(question())
    while datetime.now(UTC) <= end:
        time.sleep(0.2)
    roots = parties.good.folder / "roots"
    token = ours(reply, roots)
    assert isinstance(token, Token), token
    assert not openssl(reply, roots, tmp_path)
    assert openssl(reply, roots, tmp_path, at=token.at)


def obeyed(verdict: Token | str, *, revoked: bool) -> Token | None:
    """Hold a verdict to what the signer's authority said: the token of a good signer, none of a revoked one."""
    if revoked:
        assert "trusted root" in str(verdict)
        return None
    assert isinstance(verdict, Token), verdict
    return verdict


@pytest.mark.parametrize("revoked", [False, True])
def test_an_ocsp_responder_is_asked_and_its_answer_kept_and_obeyed(
    parties: Parties, tmp_path: Path, *, revoked: bool
) -> None:
    """Where the certificate names a responder (here `openssl ocsp`, RFC 6960) it is asked instead of a list."""
    root, key = str(parties.good.folder / "roots" / "root.pem"), str(parties.good.folder / "root.key")
    signers: list[Authority] = []

    def respond(_: str, query: bytes) -> tuple[int, str, bytes]:
        (asked,) = signers
        (asked.folder / "question").write_bytes(query)
        own = ("-CA", root, "-rsigner", root, "-rkey", key)
        asked.run("ocsp", "-index", "index", *own, "-reqin", "question", "-respout", "status", "-ndays", "7")
        return 200, "application/ocsp-response", (asked.folder / "status").read_bytes()

    with serve(respond) as address:
        extensions = SIGNER_EXTENSIONS + f"authorityInfoAccess=OCSP;URI:{address}/\n"
        signer = under(parties, tmp_path / "s", extensions=extensions)
        signers.append(signer)
        if revoked:
            signer.run("ca", "-config", "ca.cnf", "-cert", root, "-keyfile", key, "-revoke", "tsa.pem")
            time.sleep(2.1)  # what was signed before that second stays good
        reply = signer.answer(question())
        verdict = ours(reply, parties.good.folder / "roots", fetch=True)
    token = obeyed(verdict, revoked=revoked)
    if token:
        assert len(token.ocsps) == 1
        assert "tijdstempel-3.ocsp" in files_of(3, reply, token)


@pytest.mark.parametrize("revoked", [False, True])
def test_revocation_is_looked_up_kept_and_obeyed(parties: Parties, tmp_path: Path, *, revoked: bool) -> None:
    """The list that the certificate names is fetched on receipt; one that names the signer makes the token worthless."""
    lists: dict[str, bytes] = {}
    with serve(lambda path, _: (200, "application/pkix-crl", lists[path])) as address:
        extensions = SIGNER_EXTENSIONS + f"crlDistributionPoints=URI:{address}/lijst.crl\n"
        signer = under(parties, tmp_path / "s", extensions=extensions)
        root = ["-config", "ca.cnf", "-cert", "roots/root.pem", "-keyfile", str(parties.good.folder / "root.key")]
        (signer.folder / "crlnumber").write_text("01")
        with (signer.folder / "ca.cnf").open("a") as config:
            config.write(f"[c]\ncrlnumber={signer.folder}/crlnumber\ndefault_crl_days=7\n")
        if revoked:
            signer.run("ca", *root, "-revoke", "tsa.pem", "-crl_reason", "keyCompromise")
            time.sleep(2.1)  # what was signed before that second stays good
        signer.run("ca", *root, "-gencrl", "-out", "crl.pem")
        signer.run("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der")
        lists["/lijst.crl"] = (signer.folder / "crl.der").read_bytes()
        reply = signer.answer(question())
        token = obeyed(ours(reply, parties.good.folder / "roots", fetch=True), revoked=revoked)
        if token:
            assert token.crls == (lists["/lijst.crl"],)
            assert "tijdstempel-3.crl" in files_of(3, reply, token)
            lists.clear()
