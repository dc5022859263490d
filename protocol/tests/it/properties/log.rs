//! Trees, proofs, tiles and the follower, against a naive tree and a small server.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::{Frontier, Hash};
use lachan_protocol::log::checkpoint::{Checkpoint, CheckpointError};
use lachan_protocol::log::follow::{
    FARTHEST, FollowError, FollowState, Follower, Input, Output, Request,
};
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote, Vkey};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::proof::{
    HashReader, InclusionError, prove_consistency, prove_inclusion, verify_consistency,
    verify_inclusion,
};
use lachan_protocol::log::tile_set::{
    TileBuilder, Tiles, continues, entries_from_bundle, hashes_from_tile, join_late, push_entry,
    tiles_for_consistency, tiles_for_inclusion,
};
use lachan_protocol::log::tiles::{Resource, grown, resources, tile_in};
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const ORIGIN: &str = "hanoi.example/log";

/// RFC 6962 section 2.1, word for word.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash(sha256(&[])),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash(sha256(&[&[1], &naive(left).0, &naive(right).0]))
        }
    }
}

struct Naive<'a>(&'a [Hash]);

impl HashReader for Naive<'_> {
    type Error = ();
    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, ()> {
        let start = usize::try_from(index << height).unwrap();
        Ok(naive(self.0.get(start..start + (1 << height)).ok_or(())?))
    }
}

fn leaf(i: u64) -> Vec<u8> {
    // Of different lengths, an empty one too.
    vec![u8::try_from(i % 251).unwrap(); usize::try_from(i % 7).unwrap()]
        .into_iter()
        .chain(i.to_be_bytes())
        .skip(usize::from(i == 3) * 20)
        .collect()
}

fn leaf_hashes(count: u64) -> Vec<Hash> {
    (0..count).map(|i| Hash::of_leaf(&leaf(i))).collect()
}

#[test]
fn frontier_and_builder_give_the_naive_root_at_every_size() {
    let hashes = leaf_hashes(600);
    let (mut frontier, mut builder) = (Frontier::default(), TileBuilder::default());
    for size in 0..=hashes.len() {
        let root = naive(&hashes[..size]);
        assert_eq!(frontier.root(), root, "{size}");
        assert_eq!(builder.root(), root, "{size}");
        let read = Frontier::read(&mut Naive(&hashes), size as u64).unwrap();
        assert_eq!(read, frontier);
        assert_eq!(
            Frontier::from_bytes(&frontier.to_bytes()),
            Ok(frontier.clone())
        );
        if let Some(hash) = hashes.get(size) {
            frontier.push(*hash);
            builder.push(*hash);
        }
    }
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn flipped(hash: Hash, bit: u8) -> Hash {
    let mut bytes = hash.0;
    bytes[usize::from(bit / 8)] ^= 1 << (bit % 8);
    Hash(bytes)
}

#[test]
fn every_proof_of_small_trees_verifies_and_no_changed_one() {
    let hashes = leaf_hashes(24);
    for size in 1..=24_u64 {
        let root = naive(&hashes[..at(size)]);
        for index in 0..size {
            let proof = prove_inclusion(&mut Naive(&hashes), index, size).unwrap();
            let leaf = hashes[at(index)];
            let verify = |leaf: &Hash, i, n, proof: &[Hash], root: &Hash| {
                verify_inclusion(leaf, i, n, proof, root)
            };
            assert_eq!(verify(&leaf, index, size, &proof, &root), Ok(()));
            let bad = Err(InclusionError::BadProof);
            assert_eq!(verify(&flipped(leaf, 3), index, size, &proof, &root), bad);
            assert_eq!(verify(&leaf, index, size, &proof, &flipped(root, 77)), bad);
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place] = flipped(changed[place], 200);
                assert_eq!(verify(&leaf, index, size, &changed, &root), bad);
                let mut shorter = proof.clone();
                shorter.remove(place);
                assert_eq!(verify(&leaf, index, size, &shorter, &root), bad);
            }
            let mut longer = proof.clone();
            longer.push(root);
            assert_eq!(verify(&leaf, index, size, &longer, &root), bad);
            let other = (index + 1) % size;
            assert_eq!(
                verify(&leaf, other, size, &proof, &root).is_ok(),
                other == index
            );
        }
        for from in 0..=size {
            let old = naive(&hashes[..at(from)]);
            let proof = prove_consistency(&mut Naive(&hashes), from, size).unwrap();
            assert_eq!(verify_consistency(from, &old, size, &root, &proof), Ok(()));
            assert!(verify_consistency(from, &flipped(old, 9), size, &root, &proof).is_err());
            assert!(
                from == 0
                    || verify_consistency(from, &old, size, &flipped(root, 9), &proof).is_err()
            );
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place] = flipped(changed[place], 0);
                assert!(verify_consistency(from, &old, size, &root, &changed).is_err());
                changed.remove(place);
                assert!(verify_consistency(from, &old, size, &root, &changed).is_err());
            }
            let mut longer = proof.clone();
            longer.push(root);
            assert!(verify_consistency(from, &old, size, &root, &longer).is_err());
        }
    }
}

pub(crate) fn log_signer() -> NoteSigner {
    NoteSigner::new(
        ORIGIN,
        SignatureType::Ed25519,
        SigningKey::from_seed(&[7; 32]),
    )
    .unwrap()
}

/// A log that keeps every file of every size it had a checkpoint for.
#[derive(Default, Clone)]
pub(crate) struct Server {
    leaves: Vec<Vec<u8>>,
    tiles: TileBuilder,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    drops_partial: bool,
}

impl Server {
    pub(crate) fn grow(&mut self, to: u64) -> Vec<u8> {
        for i in self.leaves.len() as u64..to {
            self.push(leaf(i));
        }
        self.publish()
    }

    fn push(&mut self, leaf: Vec<u8>) {
        let full = self.tiles.push(Hash::of_leaf(&leaf));
        self.leaves.push(leaf);
        for (resource, bytes) in full {
            self.files.insert(resource.to_path(), bytes);
        }
    }

    fn publish(&mut self) -> Vec<u8> {
        let size = self.leaves.len() as u64;
        for (resource, bytes) in self.tiles.partial() {
            self.files.insert(resource.to_path(), bytes);
        }
        for (index, entries) in self.leaves.chunks(256).enumerate() {
            let mut bundle = Vec::new();
            for leaf in entries {
                push_entry(&mut bundle, leaf).unwrap();
            }
            let (index, width) = (index as u64, u16::try_from(entries.len()).unwrap());
            let resource = Resource::Entries { index, width };
            self.files.insert(resource.to_path(), bundle);
        }
        if self.drops_partial {
            let full: Vec<String> = self.files.keys().cloned().collect();
            self.files.retain(|path, _| match path.split_once(".p/") {
                Some((head, _)) => !full.contains(&head.to_string()),
                None => true,
            });
        }
        let checkpoint = Checkpoint {
            origin: ORIGIN.into(),
            size,
            root: self.tiles.root(),
        };
        checkpoint.sign(&log_signer()).unwrap().to_bytes()
    }

    fn read(&self, request: Request, most: usize) -> Input {
        let Some(file) = self.files.get(&request.resource.to_path()) else {
            return Input::Missing;
        };
        let start = usize::try_from(request.offset).unwrap().min(file.len());
        let most = match request.resource {
            Resource::Entries { .. } => most.min(request.length as usize),
            _ => request.length as usize,
        };
        Input::Bytes(file[start..(start + most).min(file.len())].to_vec())
    }
}

pub(crate) fn follower(state: FollowState) -> Follower {
    let log = log_signer().vkey().clone();
    Follower::new(log.clone(), WitnessPolicy::none(vec![log]), state).unwrap()
}

#[derive(Default)]
pub(crate) struct Seen {
    leaves: Vec<Vec<u8>>,
    stored: Option<Vec<u8>>,
    stored_leaves: usize,
    requests: Vec<Request>,
}

/// Runs until the follower asks for nothing, or `steps` answers were given.
pub(crate) fn run(
    follower: &mut Follower,
    server: &Server,
    first: Input,
    most: usize,
    steps: usize,
    seen: &mut Seen,
) -> Result<bool, FollowError> {
    let mut inputs = vec![first];
    for _ in 0..=steps {
        let Some(input) = inputs.pop() else {
            return Ok(true);
        };
        for output in follower.handle(input)? {
            match output {
                Output::Fetch(request) => {
                    seen.requests.push(request);
                    inputs.push(server.read(request, most));
                }
                Output::Leaves { first, leaves } => {
                    assert_eq!(first, seen.leaves.len() as u64);
                    let known = follower
                        .checkpoint()
                        .expect("leaves come under a checkpoint");
                    seen.leaves.extend(leaves);
                    assert!(seen.leaves.len() as u64 <= known.size);
                }
                Output::Store => {
                    seen.stored = Some(follower.state().to_bytes());
                    seen.stored_leaves = seen.leaves.len();
                }
                Output::CaughtUp => assert_eq!(
                    seen.leaves.len() as u64,
                    follower.checkpoint().unwrap().size
                ),
            }
        }
    }
    Ok(inputs.is_empty())
}

#[test]
fn follower_gives_every_leaf_of_a_log_that_fills_bundles() {
    for drops_partial in [false, true] {
        let mut server = Server {
            drops_partial,
            ..Server::default()
        };
        let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
        for size in [
            0, 1, 2, 200, 255, 256, 257, 300, 511, 513, 1024, 1500, 70_000, 70_001,
        ] {
            let note = server.grow(size);
            let done = run(
                &mut follower,
                &server,
                Input::Checkpoint(note),
                1 << 20,
                1 << 20,
                &mut seen,
            );
            assert_eq!(done, Ok(true), "{size}");
            assert_eq!(seen.leaves, server.leaves, "{size}");
            assert!(follower.is_caught_up());
            assert_eq!(follower.state().frontier().root(), server.tiles.root());
        }
    }
}

#[test]
fn follower_asks_for_a_full_tile_where_a_partial_one_is_gone() {
    let mut server = Server::default();
    let note = server.grow(300);
    server.drops_partial = true;
    server.grow(600);
    let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
    let done = run(
        &mut follower,
        &server,
        Input::Checkpoint(note),
        1 << 20,
        1 << 20,
        &mut seen,
    );
    assert_eq!(done, Ok(true));
    assert_eq!(seen.leaves, server.leaves[..300]);
    assert!(
        seen.requests
            .iter()
            .any(|r| r.resource.to_path() == "tile/entries/001")
    );
}

#[test]
fn follower_never_moves_to_a_smaller_size_nor_to_another_root() {
    let (mut server, mut other) = (Server::default(), Server::default());
    let small = server.grow(5);
    let large = server.grow(9);
    other.push(b"another history".to_vec());
    let forked = other.grow(9);
    let forked_on = other.grow(12);
    let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
    run(
        &mut follower,
        &server,
        Input::Checkpoint(large),
        99,
        999,
        &mut seen,
    )
    .unwrap();
    let smaller = FollowError::Smaller {
        known: 9,
        offered: 5,
    };
    assert_eq!(follower.handle(Input::Checkpoint(small)), Err(smaller));
    assert_eq!(
        follower.handle(Input::Checkpoint(forked)),
        Err(FollowError::Equivocation { size: 9 })
    );
    let before = follower.state().clone();
    let mut none = Seen::default();
    assert_eq!(
        run(
            &mut follower,
            &other,
            Input::Checkpoint(forked_on),
            99,
            999,
            &mut none
        ),
        Err(FollowError::TilesMismatch)
    );
    assert_eq!(follower.state(), &before);
    // Control: the log's own next checkpoint is taken up.
    let next = server.grow(13);
    let done = run(
        &mut follower,
        &server,
        Input::Checkpoint(next),
        99,
        999,
        &mut seen,
    );
    assert_eq!(done, Ok(true));
    assert_eq!(seen.leaves, server.leaves);
}

#[test]
fn follower_does_not_plan_for_more_leaves_than_a_log_can_have() {
    let mut server = Server::default();
    let small = server.grow(3);
    let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
    let checkpoint = Input::Checkpoint(small);
    run(&mut follower, &server, checkpoint, 99, 999, &mut seen).unwrap();
    for (ahead, refused) in [
        (FARTHEST, false),
        (FARTHEST + 1, true),
        (u64::MAX - 3, true),
    ] {
        let claimed = Checkpoint {
            origin: ORIGIN.into(),
            size: 3 + ahead,
            root: Hash([1; 32]),
        };
        let note = claimed.sign(&log_signer()).unwrap().to_bytes();
        let handled = follower.clone().handle(Input::Checkpoint(note));
        let (given, offered) = (3, 3 + ahead);
        let expected = FollowError::TooFarAhead { given, offered };
        assert_eq!(handled.err(), refused.then_some(expected));
    }
}

#[test]
fn follower_refuses_any_changed_byte_and_goes_on_with_an_honest_peer() {
    let mut server = Server::default();
    let note = server.grow(20);
    for path in server.files.keys() {
        for place in 0..server.files[path].len() {
            let mut liar = server.clone();
            liar.files.get_mut(path).unwrap()[place] ^= 1;
            let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
            let checkpoint = Input::Checkpoint(note.clone());
            let lied = run(&mut follower, &liar, checkpoint, 40, 999, &mut seen);
            assert!(lied.is_err() || seen.requests.iter().all(|r| r.resource.to_path() != *path));
            assert!(server.leaves.starts_with(&seen.leaves));
            let done = run(&mut follower, &server, Input::Resume, 40, 999, &mut seen);
            assert_eq!(done, Ok(true), "{path} {place}");
            assert_eq!(seen.leaves, server.leaves);
        }
    }
}

proptest! {
    #[test]
    fn follower_survives_any_growth_and_any_stop(
        growth in prop::collection::vec((0_u64..400, 0_usize..12, 1_usize..5_000), 1..6),
    ) {
        let mut server = Server::default();
        let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
        for (more, steps, most) in growth {
            let note = server.grow(server.leaves.len() as u64 + more);
            run(&mut follower, &server, Input::Checkpoint(note), most, steps, &mut seen).unwrap();
            // A crash: only what was stored is known after it.
            let state = seen.stored.as_ref().map_or_else(FollowState::default, |bytes| {
                FollowState::from_bytes(bytes).unwrap()
            });
            seen.leaves.truncate(seen.stored_leaves);
            follower = self::follower(state);
        }
        let note = server.publish();
        run(&mut follower, &server, Input::Resume, 1 << 20, 1 << 20, &mut seen).unwrap();
        run(&mut follower, &server, Input::Checkpoint(note), 1 << 20, 1 << 20, &mut seen).unwrap();
        prop_assert_eq!(&seen.leaves, &server.leaves);
        prop_assert_eq!(follower.state().frontier().root(), server.tiles.root());
    }

    #[test]
    fn tiles_of_a_growth_are_what_the_builder_gives(from in 0_u64..70_000, more in 0_u64..2_000) {
        let to = from + more;
        let mut builder = TileBuilder::default();
        let mut given = BTreeSet::new();
        for i in 0..to {
            let full = builder.push(Hash::of_leaf(&i.to_be_bytes()));
            if i >= from {
                given.extend(full.into_iter().map(|(resource, _)| resource));
            }
        }
        if more > 0 {
            given.extend(builder.partial().into_iter().map(|(resource, _)| resource));
        }
        let wanted: BTreeSet<Resource> = grown(from, to)
            .into_iter()
            .filter(|resource| matches!(resource, Resource::Tile { .. }))
            .collect();
        // A partial tile above that did not grow is given by the builder again.
        prop_assert!(wanted.is_subset(&given));
        for again in given.difference(&wanted) {
            prop_assert!(resources(from).contains(again));
        }
    }

    #[test]
    fn proofs_from_just_the_wanted_tiles_verify(from in 0_u64..1_500, more in 0_u64..1_500) {
        let to = from + more;
        let mut server = Server::default();
        let older = checkpoint_of(&server.grow(from));
        let newer = checkpoint_of(&server.grow(to));
        let mut tiles = fetched(&server, to, tiles_for_consistency(from, to));
        prop_assert_eq!(continues(&older, &newer, &mut tiles), Ok(()));
        let frontier = join_late(from, &newer, &mut tiles).unwrap();
        prop_assert_eq!(frontier.root(), older.root);
        let mut forged = older;
        forged.root = flipped(forged.root, 1);
        prop_assert!(continues(&forged, &newer, &mut tiles).is_err());
        if to > 0 {
            let index = from.min(to - 1);
            let mut tiles = fetched(&server, to, tiles_for_inclusion(index, to));
            let proof = prove_inclusion(&mut tiles, index, to).unwrap();
            let leaf = Hash::of_leaf(&leaf(index));
            prop_assert_eq!(verify_inclusion(&leaf, index, to, &proof, &newer.root), Ok(()));
        }
    }

    #[test]
    fn paths_round_trip(index in 0_u64..1 << 56, width in 1_u16..=256, level in 0_u8..=63) {
        for resource in [
            Resource::Entries { index, width },
            Resource::Tile { level, index, width },
        ] {
            prop_assert_eq!(Resource::from_path(&resource.to_path()), Ok(resource));
        }
    }

    #[test]
    fn a_path_that_is_read_is_printed_the_same(
        path in "(tile/)?(entries|[0-9]{1,2})/(x?[0-9]{3}/){0,3}[0-9]{2,4}(\\.p/[0-9]{1,3})?",
    ) {
        if let Ok(resource) = Resource::from_path(&path) {
            prop_assert_eq!(resource.to_path(), path);
        }
    }

    #[test]
    fn any_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        text in "[ -~\n—+]{0,200}",
        width in 0_u16..300,
    ) {
        let signer = log_signer();
        let root = signer.vkey();
        let policy = WitnessPolicy::none(Vec::new());
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = SignedNote::from_bytes(bytes).map(|note| {
                assert_eq!(note.to_bytes(), bytes);
            });
            let _ = Checkpoint::verify(bytes, root, &policy);
            let _ = TrustList::read(bytes, root);
            let _ = Frontier::from_bytes(bytes);
            let _ = FollowState::from_bytes(bytes).map(|state| state.to_bytes() == bytes);
            let _ = entries_from_bundle(bytes, width);
            let _ = hashes_from_tile(bytes, width);
            let authority = lachan_protocol::id::AuthorityId([0; 8]);
            let _ = Leaf::verify(bytes, &authority, root.key());
        }
        let _ = Vkey::from_text(&text);
        let _ = NoteSigner::from_secret_text(&text);
        let _ = WitnessPolicy::from_text(&text);
        let _ = Checkpoint::from_text(&text);
        let _ = TrustedAuthority::from_text(&text);
        let _ = Resource::from_path(&text);
    }

    #[test]
    fn frontiers_of_any_size_take_subtrees_or_refuse(size in any::<u64>(), height in 0_u32..70) {
        let hashes = vec![Hash([1; 32]); size.count_ones() as usize];
        let mut frontier = Frontier::new(size, hashes).unwrap();
        let fits = height < 64 && size.is_multiple_of(1 << height)
            && size.checked_add(1 << height).is_some();
        prop_assert_eq!(frontier.push_subtree(height, Hash([2; 32])).is_ok(), fits);
        prop_assert_eq!(frontier.hashes().len(), frontier.size().count_ones() as usize);
    }
}

pub(crate) fn checkpoint_of(note: &[u8]) -> Checkpoint {
    let signer = log_signer();
    Checkpoint::verify(note, signer.vkey(), &WitnessPolicy::none(Vec::new()))
        .unwrap()
        .checkpoint()
        .clone()
}

pub(crate) fn fetched(server: &Server, size: u64, wanted: BTreeSet<Resource>) -> Tiles {
    let mut tiles = Tiles::new(size);
    for resource in wanted {
        let (level, index, width) = match resource {
            Resource::Tile {
                level,
                index,
                width,
            } => (level, index, width),
            Resource::Checkpoint | Resource::Entries { .. } | Resource::Evidence => {
                unreachable!("{resource}")
            }
        };
        assert_eq!(tile_in(level, index, size), Some(resource));
        let bytes = &server.files[&resource.to_path()];
        tiles.insert(level, index, hashes_from_tile(bytes, width).unwrap());
    }
    tiles
}

#[test]
fn refuses_a_checkpoint_with_any_bit_changed() {
    let note = Server::default().grow(9);
    let signer = log_signer();
    let policy = WitnessPolicy::none(Vec::new());
    assert!(Checkpoint::verify(&note, signer.vkey(), &policy).is_ok());
    for place in 0..note.len() * 8 {
        let mut changed = note.clone();
        changed[place / 8] ^= 1 << (place % 8);
        let refused: Result<_, CheckpointError> =
            Checkpoint::verify(&changed, signer.vkey(), &policy);
        assert!(refused.is_err(), "bit {place}");
    }
}
