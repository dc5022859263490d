//! Vectors of tiles and leaves.
use crate::properties::log::ORIGIN;
use crate::vectors::notes::case;
use crate::vectors::sealed::{against_file, named};
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::log::leaf::{
    HelperLeaf, Leaf, PrekeyLeaf, RegistrationsLeaf, RevocationLeaf, SignedLeaf,
};
use lachan_protocol::log::tile_set::{
    TileBuilder, entries_from_bundle, hashes_from_tile, push_entry, tile_to_bytes,
};
use lachan_protocol::log::tiles::{Resource, grown, resources};
use lachan_protocol::time::{Day, Window};
use serde_json::{Value, json};

#[test]
fn tiles() {
    let paths = [
        "checkpoint",
        "evidence",
        "tile/0/000",
        "tile/0/x001/x234/067",
        "tile/63/999.p/255",
        "tile/entries/000.p/1",
        "tile/entries/x001/000",
        "tile/0/x072/x057/x594/x037/x927/935",
        "tile/0/x072/x057/x594/x037/x927/936",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001.p/",
        "tile/0/001.p/5/",
        "tile/0/../001",
        "tile/0//001",
        "tile/entries/",
        "/checkpoint",
        "checkpoint/",
        "Checkpoint",
        "tile/data/000",
        "tile/0/x001/x234/067.p/5",
        "tile/0/٠٠١",
        "",
        "tile",
        "tile/0/000.P/5",
    ];
    let mut cases: Vec<Value> = paths
        .iter()
        .map(|path| {
            let read = Resource::from_path(path);
            let end = match read {
                Err(error) => ("refused", named("PathError", &error).into()),
                Ok(resource) => {
                    assert_eq!(resource.to_path(), *path);
                    (
                        "accepted",
                        match resource {
                            Resource::Checkpoint => json!("checkpoint"),
                            Resource::Evidence => json!("evidence"),
                            Resource::Entries { index, width } => {
                                json!({ "entries": index, "width": width })
                            }
                            Resource::Tile {
                                level,
                                index,
                                width,
                            } => json!({ "level": level, "index": index, "width": width }),
                        },
                    )
                }
            };
            case(&format!("the path {path:?}"), json!({ "path": path }), end)
        })
        .collect();
    let names = |list: Vec<Resource>| list.into_iter().map(Resource::to_path).collect::<Vec<_>>();
    for size in [0_u64, 1, 255, 256, 257, 70_000] {
        let mut list = names(resources(size));
        list.retain(|path| {
            size < 1_000
                || path.contains(".p/")
                || !path.starts_with("tile/0") && !path.contains("entries")
        });
        cases.push(json!({ "name": format!("what a tree of {size} has"), "comment": "of 70,000 without the full tiles of level 0 and bundles", "size": size, "resources": list }));
    }
    for (from, to) in [(0, 3), (3, 5), (250, 256), (255, 258), (65_535, 65_536)] {
        cases.push(json!({ "name": format!("what a growth from {from} to {to} adds"), "from": from, "to": to, "resources": names(grown(from, to)) }));
    }
    let mut bundle = Vec::new();
    for leaf in [&b"abc"[..], b"", b"d"] {
        push_entry(&mut bundle, leaf).unwrap();
    }
    for (name, bytes, width) in [
        ("a bundle of abc, nothing, d", bundle.clone(), 3),
        ("an entry fewer than asked for", bundle.clone(), 4),
        ("an entry more than asked for", bundle.clone(), 2),
        (
            "the last byte is missing",
            bundle[..bundle.len() - 1].to_vec(),
            3,
        ),
        ("half a length", bundle[..6].to_vec(), 3),
    ] {
        let end = match entries_from_bundle(&bytes, width) {
            Ok(entries) => (
                "accepted",
                json!(entries.iter().map(hex::encode).collect::<Vec<_>>()),
            ),
            Err(error) => ("refused", named("BundleError", &error).into()),
        };
        cases.push(case(
            name,
            json!({ "bundle": hex::encode(&bytes), "width": width }),
            end,
        ));
    }
    let tile = tile_to_bytes(&[Hash([1; 32]), Hash([2; 32])]);
    for (name, bytes, width) in [
        ("a tile of two", &tile[..], 2),
        ("a short tile", &tile[..63], 2),
        ("a long tile", &tile[..], 1),
    ] {
        let end = match hashes_from_tile(bytes, width) {
            Ok(hashes) => (
                "accepted",
                json!(hashes.iter().map(Hash::to_string).collect::<Vec<_>>()),
            ),
            Err(error) => ("refused", named("BundleError", &error).into()),
        };
        cases.push(case(
            name,
            json!({ "tile": hex::encode(bytes), "width": width }),
            end,
        ));
    }
    let mut builder = TileBuilder::default();
    for i in 0..700_u32 {
        builder.push(Hash::of_leaf(&i.to_be_bytes()));
    }
    let edge: Vec<Value> = builder
        .partial()
        .iter()
        .map(|(resource, bytes)| json!({ "path": resource.to_path(), "sha256": hex::encode(lachan_protocol::crypto::hash::sha256(&[bytes])) }))
        .collect();
    cases.push(json!({ "name": "the partial tiles of 700 leaves", "comment": "leaf i is i as u32", "tiles": edge, "root": builder.root().to_string() }));
    against_file(
        "tiles",
        "Paths, resources, bundles and tiles (protocol.md §8.3).",
        cases,
    );
}

#[test]
fn leaves() {
    let authority = AuthorityId::of_origin(ORIGIN);
    let key = SigningKey::from_seed(&[0x22; 32]);
    let prekey = PrekeyLeaf {
        authority,
        day: Day(20_781),
        key: ExchangeSecret::from_bytes(&[9; 32]).public(),
    };
    let point = SecretScalar::from_bytes(&[3; 32]).unwrap().to_point();
    let helper = HelperLeaf {
        authority,
        week: 2_968,
        key: point.to_bytes(),
    };
    let registrations = RegistrationsLeaf {
        authority,
        count: 3,
        root: Hash([0xab; 32]),
    };
    let revocation = RevocationLeaf {
        authority,
        code: CodeId([0xcd; 16]),
        from: Window(498_759),
    };
    let other = PrekeyLeaf {
        authority: AuthorityId([1; 8]),
        ..prekey
    };
    let mut identity = [0; 32];
    identity[0] = 1;
    let bad_helper = HelperLeaf {
        key: identity,
        ..helper
    };
    let good = prekey.sign(&key);
    let changed = |place: usize, to: u8| {
        let mut leaf = good.clone();
        leaf[place] = to;
        leaf
    };
    let zero_key = {
        let mut head = good[..12].to_vec();
        head.extend([0; 32]);
        head.extend(key.sign(PrekeyLeaf::LABEL, &[&head]).0);
        head
    };
    let list = [
        ("prekey", good.clone()),
        ("helper key", helper.sign(&key)),
        ("registration root", registrations.sign(&key)),
        ("revocation", revocation.sign(&key)),
        ("a trust list's note", Leaf::of_trust_list(b"note")),
        ("a batch is handed on whole", vec![1, 1, 2, 3]),
        ("an unknown type is skipped", vec![7, 9, 9]),
        ("nothing", Vec::new()),
        ("a type alone", vec![5]),
        ("version 2", changed(1, 2)),
        ("a batch of version 2", vec![1, 2]),
        ("a trust list of version 0", vec![5, 0]),
        ("another day", changed(11, 0)),
        ("another type's label", changed(0, 3)),
        ("another signature", changed(107, good[107] ^ 1)),
        ("a byte more", [good.clone(), vec![0]].concat()),
        ("a byte less", good[..107].to_vec()),
        ("another authority's", other.sign(&key)),
        (
            "another key's",
            prekey.sign(&SigningKey::from_seed(&[0x23; 32])),
        ),
        ("an X25519 key of small order", zero_key),
        ("a helper key that is the identity", bad_helper.sign(&key)),
    ];
    let cases = list
        .iter()
        .map(|(name, bytes)| {
            let end = match Leaf::verify(bytes, &authority, &key.verifying_key()) {
                Ok(leaf) => (
                    "accepted",
                    match leaf {
                        Leaf::Batch(leaf) => json!({ "batch": hex::encode(leaf) }),
                        Leaf::TrustList(note) => json!({ "trust_list": hex::encode(note) }),
                        Leaf::Skipped(number) => json!({ "skipped": number }),
                        Leaf::Prekey(leaf) => {
                            json!({ "prekey": hex::encode(leaf.key.to_bytes()), "day": leaf.day.0 })
                        }
                        Leaf::Helper(leaf) => {
                            json!({ "helper": hex::encode(leaf.key), "week": leaf.week })
                        }
                        Leaf::Registrations(leaf) => {
                            json!({ "registrations": leaf.count, "root": leaf.root.to_string() })
                        }
                        Leaf::Revocation(leaf) => {
                            json!({ "revocation": leaf.code.to_string(), "from": leaf.from.0 })
                        }
                    },
                ),
                Err(error) => ("refused", named("LeafError", &error).into()),
            };
            let fields = json!({
                "leaf": hex::encode(bytes),
                "authority": authority.to_string(),
                "batch_key": hex::encode(key.verifying_key().to_bytes()),
            });
            case(name, fields, end)
        })
        .collect();
    against_file(
        "leaves",
        "Leaves of a log (protocol.md §8.4, wire.md §5): read as leaves of `authority` under `batch_key` (seed 0x22 x 32).",
        cases,
    );
}
