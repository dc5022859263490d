//! Vectors of trees: roots, frontiers and proofs, and the proofs that are refused.
use crate::vectors::sealed::{against_file, named};
use lachan_protocol::crypto::tree::{Frontier, Hash};
use lachan_protocol::log::proof::{
    prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
use lachan_protocol::log::tile_set::Tiles;
use serde_json::{Value, json};

/// The eight leaves of Certificate Transparency's own tests, and the roots published with them.
const CT_LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const CT_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn trees() {
    let leaves: Vec<Hash> = CT_LEAVES
        .iter()
        .map(|leaf| Hash::of_leaf(&hex::decode(leaf).unwrap()))
        .collect();
    let mut tiles = Tiles::new(8);
    tiles.insert(0, 0, leaves.clone());
    let mut frontier = Frontier::default();
    let mut cases = vec![json!({
        "name": "no leaves", "size": 0, "root": Hash::of_nothing().to_string(), "frontier": [],
    })];
    let hexes = |hashes: &[Hash]| hashes.iter().map(Hash::to_string).collect::<Vec<_>>();
    for ((size, leaf), root) in (1_u64..).zip(&leaves).zip(CT_ROOTS) {
        frontier.push(*leaf);
        assert_eq!(frontier.root().to_string(), root);
        let inclusion: Vec<_> = (0..size)
            .map(|i| hexes(&prove_inclusion(&mut tiles, i, size).unwrap()))
            .collect();
        let consistency: Vec<_> = (0..=size)
            .map(|from| hexes(&prove_consistency(&mut tiles, from, size).unwrap()))
            .collect();
        cases.push(json!({
            "name": format!("the first {size}"),
            "size": size,
            "root": frontier.root().to_string(),
            "frontier": hexes(frontier.hashes()),
            "inclusion": inclusion,
            "consistency": consistency,
        }));
    }
    // RFC 9162 §2.1.5 names these by letters: the path of leaf 3 in 7, and the proof from 3 to 7.
    let node = |a: &Hash, b: &Hash| Hash::of_node(a, b);
    let (a, g) = (leaves[0], node(&leaves[0], &leaves[1]));
    assert_eq!(prove_inclusion(&mut tiles, 0, 7).unwrap()[0], leaves[1]);
    let l = node(&node(&leaves[4], &leaves[5]), &leaves[6]);
    assert_eq!(prove_inclusion(&mut tiles, 3, 7), Ok(vec![leaves[2], g, l]));
    let (c, d) = (leaves[2], leaves[3]);
    assert_eq!(prove_consistency(&mut tiles, 3, 7), Ok(vec![c, d, g, l]));
    assert_ne!(a, g);
    cases.extend(refused_inclusions(&leaves, &mut tiles));
    cases.extend(refused_consistencies(&leaves, &mut tiles));
    against_file(
        "merkle",
        "RFC 6962 trees and proofs (protocol.md §1.3, §8.6) over the first leaves of Certificate Transparency's tests (\"\", 00, 10, 2021, 3031, 40414243, 5051525354555657, 606162636465666768696a6b6c6d6e6f): inclusion[i] proves leaf i, consistency[m] proves the tree of m leaves. Refused cases: `proof` that `leaf` (a leaf hash) is leaf `index` of the tree of `size` leaves with `root`; or that the tree `to` continues the tree `from`, each with its root. (A proof alone does not bind a size: from 3, those of 5 to 8 leaves have one form. The signed checkpoint binds size and root.)",
        cases,
    );
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// Of leaf 3 in the tree of 7.
fn refused_inclusions(leaves: &[Hash], tiles: &mut Tiles) -> Vec<Value> {
    let good = prove_inclusion(tiles, 3, 7).unwrap();
    let root = root_of(&leaves[..7]);
    assert_eq!(verify_inclusion(&leaves[3], 3, 7, &good, &root), Ok(()));
    let mut flipped = good.clone();
    flipped[1].0[0] ^= 1;
    let swapped = vec![good[1], good[0], good[2]];
    let longer = [&good[..], &[Hash([0; 32])]].concat();
    let bad = "InclusionError::BadProof";
    let out = "InclusionError::IndexOutOfRange";
    let list = [
        ("a hash changed", leaves[3], 3, 7, flipped, root, bad),
        ("two hashes swapped", leaves[3], 3, 7, swapped, root, bad),
        (
            "a hash too few",
            leaves[3],
            3,
            7,
            good[..2].to_vec(),
            root,
            bad,
        ),
        ("a hash too many", leaves[3], 3, 7, longer, root, bad),
        ("no proof", leaves[3], 3, 7, vec![], root, bad),
        ("another leaf", leaves[2], 3, 7, good.clone(), root, bad),
        ("another index", leaves[3], 2, 7, good.clone(), root, bad),
        (
            "another root",
            leaves[3],
            3,
            7,
            good.clone(),
            root_of(&leaves[..6]),
            bad,
        ),
        (
            "a node as a leaf",
            good[2],
            1,
            2,
            vec![Hash::of_node(&good[1], &good[0])],
            root,
            bad,
        ),
        (
            "the only leaf, with a hash",
            leaves[0],
            0,
            1,
            vec![leaves[0]],
            leaves[0],
            bad,
        ),
        ("another only leaf", leaves[1], 0, 1, vec![], leaves[0], bad),
        (
            "an index behind the end",
            leaves[3],
            7,
            7,
            good.clone(),
            root,
            out,
        ),
        (
            "a leaf of no tree",
            leaves[0],
            0,
            0,
            vec![],
            Hash::of_nothing(),
            out,
        ),
        (
            "the last index there is",
            leaves[3],
            u64::MAX,
            7,
            good,
            root,
            out,
        ),
    ];
    list.into_iter()
        .map(|(name, leaf, index, size, proof, root, wanted)| {
            let found = verify_inclusion(&leaf, index, size, &proof, &root).unwrap_err();
            assert_eq!(named("InclusionError", &found), wanted, "{name}");
            let proof: Vec<String> = proof.iter().map(Hash::to_string).collect();
            json!({ "name": format!("inclusion: {name}"), "leaf": leaf.to_string(), "index": index, "size": size,
                "proof": proof, "root": root.to_string(), "refused": wanted })
        })
        .collect()
}

/// From 3 to 7 leaves, and from a complete tree of 4.
fn refused_consistencies(leaves: &[Hash], tiles: &mut Tiles) -> Vec<Value> {
    let roots: Vec<Hash> = (0..=7).map(|size| root_of(&leaves[..size])).collect();
    let good = prove_consistency(tiles, 3, 7).unwrap();
    let complete = prove_consistency(tiles, 4, 7).unwrap();
    assert_eq!(
        verify_consistency(3, &roots[3], 7, &roots[7], &good),
        Ok(())
    );
    assert_eq!(
        verify_consistency(4, &roots[4], 7, &roots[7], &complete),
        Ok(())
    );
    let mut flipped = good.clone();
    flipped[3].0[31] ^= 1;
    let longer = [&good[..], &[Hash([0; 32])]].concat();
    let first_too = [&[roots[4]], &complete[..]].concat();
    let bad = "ConsistencyError::BadProof";
    let conflict = "ConsistencyError::RootConflict";
    let shrinks = "ConsistencyError::Shrinks";
    let list = [
        ("a hash changed", 3, roots[3], 7, roots[7], flipped, bad),
        (
            "a hash too few",
            3,
            roots[3],
            7,
            roots[7],
            good[..3].to_vec(),
            bad,
        ),
        ("a hash too many", 3, roots[3], 7, roots[7], longer, bad),
        ("no proof", 3, roots[3], 7, roots[7], vec![], bad),
        (
            "another old root",
            3,
            roots[2],
            7,
            roots[7],
            good.clone(),
            bad,
        ),
        (
            "another new root",
            3,
            roots[3],
            7,
            roots[6],
            good.clone(),
            bad,
        ),
        (
            "another old size",
            2,
            roots[3],
            7,
            roots[7],
            good.clone(),
            bad,
        ),
        (
            "another new size",
            3,
            roots[3],
            4,
            roots[7],
            good.clone(),
            bad,
        ),
        (
            "the old root of a complete tree as its first hash",
            4,
            roots[4],
            7,
            roots[7],
            first_too,
            bad,
        ),
        (
            "another old root of a complete tree",
            4,
            roots[3],
            7,
            roots[7],
            complete,
            bad,
        ),
        (
            "a new size with a longer path",
            3,
            roots[3],
            9,
            roots[7],
            good.clone(),
            bad,
        ),
        (
            "one tree, with a proof",
            7,
            roots[7],
            7,
            roots[7],
            vec![roots[7]],
            bad,
        ),
        (
            "from nothing, with a proof",
            0,
            roots[0],
            7,
            roots[7],
            vec![roots[7]],
            bad,
        ),
        (
            "from nothing with a root of something",
            0,
            roots[1],
            7,
            roots[7],
            vec![],
            bad,
        ),
        (
            "two roots for one size",
            7,
            roots[7],
            7,
            roots[6],
            vec![],
            conflict,
        ),
        (
            "two roots for no leaves",
            0,
            roots[0],
            0,
            roots[1],
            vec![],
            conflict,
        ),
        (
            "a tree that shrinks",
            7,
            roots[7],
            3,
            roots[3],
            good,
            shrinks,
        ),
        (
            "a tree that shrinks to nothing",
            1,
            roots[1],
            0,
            roots[0],
            vec![],
            shrinks,
        ),
    ];
    list.into_iter()
        .map(|(name, from, from_root, to, to_root, proof, wanted)| {
            let found = verify_consistency(from, &from_root, to, &to_root, &proof).unwrap_err();
            assert_eq!(named("ConsistencyError", &found), wanted, "{name}");
            let proof: Vec<String> = proof.iter().map(Hash::to_string).collect();
            json!({ "name": format!("consistency: {name}"), "from": from, "from_root": from_root.to_string(),
                "to": to, "to_root": to_root.to_string(), "proof": proof, "refused": wanted })
        })
        .collect()
}
