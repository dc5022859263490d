//! The primitives as this protocol calls them, held against vectors that others published: Project Wycheproof,
//! RFC 8032, FIPS 180-4. (HPKE stands against RFC 9180 in `vectors/sealed.rs`, signed notes against Go's in
//! `vectors/notes.rs`, trees against Certificate Transparency's in
//! `vectors/merkle.rs`.)
use lachan_protocol::crypto::exchange::{ExchangeKey, ExchangeSecret, is_canonical_u};
use lachan_protocol::crypto::hash::{HmacKey, sha256, sha512};
use lachan_protocol::crypto::kdf::derive;
use lachan_protocol::crypto::point::PointError;
use lachan_protocol::crypto::sign::{Signature, SigningKey, VerifyingKey};
use lachan_protocol::crypto::{aead, sign::BadSignature};
use lachan_protocol::label::KdfLabel;
use wycheproof::{aead as aeads, eddsa, hkdf, mac, xdh};

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn x25519_agrees_with_wycheproof_and_refuses_what_contributes_nothing() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let (mut agreed, mut zero, mut not_canonical) = (0, 0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(public) = <[u8; 32]>::try_from(test.public_key.as_ref()) else {
            assert!(test.result.must_fail(), "{}: {}", test.tc_id, test.comment);
            continue;
        };
        let secret: [u8; 32] = test.private_key.as_ref().try_into().unwrap();
        let shared = ExchangeSecret::from_bytes(&secret).agree(&public);
        let is_zero = test.shared_secret.iter().all(|byte| *byte == 0);
        match &shared {
            Ok(shared) => assert_eq!(
                shared.as_slice(),
                test.shared_secret.as_ref(),
                "{}",
                test.tc_id
            ),
            Err(error) => assert_eq!(
                (*error, is_zero),
                (PointError::SmallOrder, true),
                "{}",
                test.tc_id
            ),
        }
        let key = match (is_canonical_u(&public), is_zero) {
            (false, _) => Err(PointError::NotCanonical),
            (true, true) => Err(PointError::SmallOrder),
            (true, false) => Ok(public),
        };
        assert_eq!(
            ExchangeKey::from_bytes(&public).map(ExchangeKey::to_bytes),
            key,
            "{}",
            test.tc_id
        );
        agreed += usize::from(shared.is_ok());
        zero += usize::from(is_zero);
        not_canonical += usize::from(key == Err(PointError::NotCanonical));
    }
    assert!(
        agreed > 400 && zero > 10 && not_canonical > 10,
        "{agreed} {zero} {not_canonical}"
    );
}

#[test]
fn chacha20_poly1305_agrees_with_wycheproof() {
    let set = aeads::TestSet::load(aeads::TestName::ChaCha20Poly1305).unwrap();
    let (mut opened, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(nonce) = <[u8; 12]>::try_from(test.nonce.as_ref()) else {
            assert!(
                test.result.must_fail(),
                "{}: our type has 12 bytes",
                test.tc_id
            );
            continue;
        };
        let key: [u8; 32] = test.key.as_ref().try_into().unwrap();
        let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
        let open = aead::open(&key, nonce, &test.aad, &sealed);
        if test.result.must_fail() {
            assert_eq!(
                open,
                Err(aead::DoesNotOpen),
                "{}: {}",
                test.tc_id,
                test.comment
            );
            refused += 1;
        } else {
            assert_eq!(open.unwrap().as_slice(), test.pt.as_ref(), "{}", test.tc_id);
            assert_eq!(
                aead::seal(&key, nonce, &test.aad, &test.pt),
                sealed,
                "{}",
                test.tc_id
            );
            opened += 1;
        }
    }
    assert!(opened > 200 && refused > 50, "{opened} {refused}");
}

#[test]
fn ed25519_agrees_with_wycheproof() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut verified, mut refused) = (0, 0);
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk.as_ref().try_into().unwrap();
        let key = VerifyingKey::from_bytes(&key).unwrap();
        for test in &group.tests {
            let found = match test.sig.as_ref().try_into() {
                Ok(signature) => key.verify_unlabelled(&test.msg, &Signature(signature)),
                Err(_) => Err(BadSignature),
            };
            assert_eq!(
                found.is_err(),
                test.result.must_fail(),
                "{}: {}",
                test.tc_id,
                test.comment
            );
            verified += usize::from(found.is_ok());
            refused += usize::from(found.is_err());
        }
    }
    assert!(verified > 50 && refused > 50, "{verified} {refused}");
}

/// RFC 8032 section 7.1, tests 1 to 3.
#[test]
fn ed25519_signs_like_rfc_8032() {
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        let key = SigningKey::from_seed(&bytes(seed));
        assert_eq!(hex::encode(key.verifying_key().to_bytes()), public);
        let signed = key.sign_unlabelled(&hex::decode(message).unwrap());
        assert_eq!(hex::encode(signed.0), signature);
    }
}

#[test]
fn hmac_sha256_agrees_with_wycheproof() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut equal = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let (key, half) = (test.key.as_ref(), test.msg.len() / 2);
            let tag = HmacKey::new(&[key]).tag(&[&test.msg[..half], &test.msg[half..]]);
            let same = tag[..group.tag_size / 8] == *test.tag.as_ref();
            assert_eq!(
                same,
                !test.result.must_fail(),
                "{}: {}",
                test.tc_id,
                test.comment
            );
            equal += usize::from(same);
        }
    }
    assert!(equal > 50, "{equal}");
}

/// RFC 5869, written out over HMAC.
fn hkdf_sha256(salt: &[u8], material: &[u8], info: &[u8], len: usize) -> Vec<u8> {
    let key = HmacKey::new(&[&HmacKey::new(&[salt]).tag(&[material])]);
    let (mut out, mut block) = (Vec::new(), Vec::new());
    for number in 1..=255_u8 {
        if out.len() >= len {
            break;
        }
        block = key.tag(&[&block, info, &[number]]).to_vec();
        out.extend_from_slice(&block);
    }
    out.truncate(len);
    out
}

/// Our derivation has labelled salts and fixed lengths, so it is compared with a second one that Wycheproof's
/// vectors were tried on.
#[test]
fn hkdf_sha256_agrees_with_wycheproof() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut equal = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        if test.size > 255 * 32 {
            assert!(
                test.result.must_fail(),
                "{}: our lengths are checked when compiling",
                test.tc_id
            );
            continue;
        }
        let found = hkdf_sha256(&test.salt, &test.ikm, &test.info, test.size);
        assert_eq!(
            found == test.okm.as_ref(),
            !test.result.must_fail(),
            "{}",
            test.tc_id
        );
        equal += 1;
    }
    assert!(equal > 50, "{equal}");
    for label in KdfLabel::ALL {
        let salt = [b"lachan/v1/", label.as_bytes()].concat();
        let whole = hkdf_sha256(&salt, b"key material", b"some info", 500);
        let parts = derive::<500>(*label, &[b"key ", b"material"], &[b"some", b" ", b"info"]);
        assert_eq!(parts.as_slice(), whole, "{}", label.as_str());
        let short = derive::<8>(*label, &[b"key material"], &[b"some info"]);
        assert_eq!(short.as_slice(), &whole[..8]);
    }
}

/// FIPS 180-4, the examples of one and two blocks.
#[test]
fn sha_2_agrees_with_fips_180_4() {
    let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_eq!(
        sha256(&[b"a", b"", b"bc"]),
        bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    );
    assert_eq!(
        sha256(&[long]),
        bytes("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    );
    assert_eq!(
        sha512(&[b"ab", b"c"]),
        bytes(
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    );
}
