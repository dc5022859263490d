//! Tests of the gossip core: what is forwarded, what is ignored, what is held against the sender.
//! Knows the module's public doors.
//! Specified in specs/protocol.md §13.4.

use super::*;
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::batch::UnsignedPart;
use lachan_protocol::exposure::build::{BatchPlan, Tick};
use lachan_protocol::id::Region;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::time::Window;
use lachan_protocol::trust::{AuthorityEntry, TrustListHead};

const ORIGIN: &str = "log.example/hanoi";
const TICK: UnixTime = UnixTime(20_781 * 86_400 + 6 * 3_600);

struct World {
    gossip: Gossip,
    log: NoteSigner,
    batch: SigningKey,
}

fn signer(name: &str) -> NoteSigner {
    let key = SigningKey::random(&mut rand::rng());
    NoteSigner::new(name, SignatureType::Ed25519, key).unwrap()
}

fn world() -> World {
    let (log, root) = (signer(ORIGIN), signer("lachan-root"));
    let batch = SigningKey::random(&mut rand::rng());
    let code = SigningKey::random(&mut rand::rng());
    let authority = TrustedAuthority::new(AuthorityEntry {
        name_vi: "Hà Nội".into(),
        name_en: "Hanoi".into(),
        regions: vec![Region(1)],
        phone: "1900 0000".into(),
        clock: 21_600,
        log_key: log.vkey().clone(),
        batch_key: batch.verifying_key(),
        code_keys: vec![CodeKey::Current {
            key: code.verifying_key(),
            last: Window::LAST,
        }],
        issuers: Vec::new(),
    })
    .unwrap();
    let head = TrustListHead {
        sequence: 1,
        made: UnixTime(1),
        until: UnixTime(u32::MAX.into()),
    };
    let policy = WitnessPolicy::none(vec![log.vkey().clone()]);
    let trust = TrustList::sign(&head, &[authority], &policy, &root).unwrap();
    World {
        gossip: Gossip::new(trust),
        log,
        batch,
    }
}

/// A core that follows some log, for tests of others.
pub(crate) fn any() -> Gossip {
    world().gossip
}

impl World {
    fn checkpoint(&self, size: u64, root: u8) -> (Checkpoint, Vec<u8>) {
        let checkpoint = Checkpoint {
            origin: ORIGIN.into(),
            size,
            root: Hash([root; 32]),
        };
        let note = checkpoint.sign(&self.log).unwrap().to_bytes();
        (checkpoint, note)
    }

    fn leaf(&self, seq: u64, time: UnixTime) -> Vec<u8> {
        let tick = Tick {
            authority: lachan_protocol::id::AuthorityId::of_origin(ORIGIN),
            region: Region(1),
            seq,
            time,
            unlocks: 0,
            certificates: 0,
        };
        let plan = BatchPlan::new(&tick, Vec::new(), Vec::new(), &[], &mut rand::rng()).unwrap();
        plan.sign(&self.batch).unwrap().remove(0)
    }

    fn hear(&mut self, kind: TopicKind, origin: &str, bytes: &[u8]) -> (Verdict, Vec<Output>) {
        let origin = OriginHash::of_origin(origin);
        let topic = Topic { kind, origin };
        let bytes = bytes.to_vec();
        let mut outputs = self
            .gossip
            .handle(Input::Message { topic, bytes }, TICK.plus(60));
        match outputs.pop() {
            Some(Output::Judge(verdict, _)) => (verdict, outputs),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn forwards_a_newer_checkpoint_and_ignores_what_is_known() {
    let mut world = world();
    let (known, note) = world.checkpoint(5, 1);
    let origin = OriginHash::of_origin(ORIGIN);
    let newer = Output::Newer {
        origin,
        note: note.clone(),
    };
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &note);
    assert_eq!(heard, (Verdict::Accept, vec![newer]));
    world.gossip.handle(Input::Known(known), TICK);
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &note);
    assert_eq!(heard, (Verdict::Ignore, vec![]));
    let (_, older) = world.checkpoint(4, 1);
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &older);
    assert_eq!(heard, (Verdict::Ignore, vec![]));
}

#[test]
fn two_roots_of_one_size_are_kept_and_forwarded() {
    let mut world = world();
    let (known, _) = world.checkpoint(5, 1);
    world.gossip.handle(Input::Known(known), TICK);
    let (_, note) = world.checkpoint(5, 2);
    let origin = OriginHash::of_origin(ORIGIN);
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &note);
    let kept = Output::TwoHistories { origin, note };
    assert_eq!(heard, (Verdict::Accept, vec![kept]));
}

/// The same note with a line of a key that nobody knows.
fn dressed(note: &[u8], name: &str) -> Vec<u8> {
    let text = String::from_utf8(note.to_vec()).unwrap();
    let (text, _) = text.split_once("\n\n").unwrap();
    let other = Checkpoint::from_text(&format!("{text}\n")).unwrap();
    let other = Checkpoint {
        origin: name.into(),
        ..other
    };
    let other = other.sign(&signer(name)).unwrap().to_bytes();
    let line = String::from_utf8(other).unwrap();
    let (_, line) = line.split_once("\n\n").unwrap();
    [note, line.as_bytes()].concat()
}

#[test]
fn a_checkpoint_dressed_anew_is_not_forwarded_again() {
    let mut world = world();
    let (_, note) = world.checkpoint(5, 1);
    let (first, second) = (dressed(&note, "one.example"), dressed(&note, "two.example"));
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &first);
    assert_eq!((heard.0, heard.1.len()), (Verdict::Accept, 1));
    for note in [&second, &note] {
        let heard = world.hear(TopicKind::Checkpoint, ORIGIN, note);
        assert_eq!(heard, (Verdict::Ignore, vec![]));
    }
    // nor is a contradiction
    let (_, other) = world.checkpoint(5, 2);
    let (verdict, outputs) = world.hear(TopicKind::Checkpoint, ORIGIN, &other);
    assert_eq!(verdict, Verdict::Accept);
    assert!(matches!(outputs[..], [Output::TwoHistories { .. }]));
    let other = dressed(&other, "one.example");
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &other);
    assert_eq!(heard, (Verdict::Ignore, vec![]));
    // a larger tree is news
    let (_, larger) = world.checkpoint(6, 3);
    let heard = world.hear(TopicKind::Checkpoint, ORIGIN, &larger);
    assert_eq!((heard.0, heard.1.len()), (Verdict::Accept, 1));
}

#[test]
fn checkpoints_told_in_turn_are_each_forwarded_once() {
    let mut world = world();
    let sizes = 1..=MOST_TOLD as u64 + 3;
    let notes: Vec<Vec<u8>> = sizes.map(|size| world.checkpoint(size, 1).1).collect();
    for round in 0..3 {
        for note in &notes {
            let dressed = dressed(note, &format!("witness-{round}.example"));
            let (verdict, _) = world.hear(TopicKind::Checkpoint, ORIGIN, &dressed);
            let wanted = [Verdict::Ignore, Verdict::Accept][usize::from(round == 0)];
            assert_eq!(verdict, wanted, "{round}");
        }
    }
}

#[test]
fn a_whole_tick_in_one_part_is_held_to_the_rules_of_whole_ticks() {
    let mut world = world();
    let leaf = world.leaf(1, TICK);
    let part = UnverifiedBatchPart::from_bytes(&leaf).unwrap();
    let part = part
        .verify(&BatchRules {
            authority: lachan_protocol::id::AuthorityId::of_origin(ORIGIN),
            region: Region(1),
            batch_key: &world.batch.verifying_key(),
            clock_seconds: 21_600,
            latest: TICK,
        })
        .unwrap();
    let lists = part.pieces().iter().map(|list| {
        let entries = list.entries.iter().map(|entry| entry.to_bytes());
        (list.day, entries.collect())
    });
    let mut unsigned = UnsignedPart {
        head: part.head().clone(),
        part: 0,
        parts: 1,
        lists: lists.collect(),
    };
    unsigned.lists[7].1.pop();
    let mut unpadded = unsigned.clone();
    let bad = unsigned.sign(&world.batch).unwrap();
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &bad).0,
        Verdict::Reject
    );
    // one part of two may be cut anywhere: only who has both can tell
    unpadded.parts = 2;
    let open = unpadded.sign(&world.batch).unwrap();
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &open).0,
        Verdict::Accept
    );
}

#[test]
fn holds_a_forged_checkpoint_against_its_sender() {
    let mut world = world();
    let (checkpoint, note) = world.checkpoint(5, 1);
    let forged = checkpoint.sign(&signer(ORIGIN)).unwrap().to_bytes();
    for bad in [forged.as_slice(), b"", &note[..note.len() - 1]] {
        let (verdict, outputs) = world.hear(TopicKind::Checkpoint, ORIGIN, bad);
        assert_eq!((verdict, outputs.len()), (Verdict::Reject, 0));
    }
    let (verdict, _) = world.hear(TopicKind::Checkpoint, "other", &note);
    assert_eq!(verdict, Verdict::Ignore);
}

#[test]
fn forwards_each_part_of_a_tick_once_and_refuses_lies() {
    let mut world = world();
    let leaf = world.leaf(3, TICK);
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &leaf).0,
        Verdict::Accept
    );
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &leaf).0,
        Verdict::Ignore
    );
    let old = world.leaf(2, TICK.minus(21_600));
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &old).0,
        Verdict::Ignore
    );
    let future = world.leaf(4, TICK.plus(21_600));
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &future).0,
        Verdict::Reject
    );
    for at in [0, 1, 40, leaf.len() - 1] {
        let mut bad = leaf.clone();
        bad[at] ^= 1;
        let verdict = world.hear(TopicKind::Batch, ORIGIN, &bad).0;
        assert_ne!(verdict, Verdict::Accept, "{at}");
    }
    let mut bad = world.leaf(5, TICK);
    let last = bad.len() - 1;
    bad[last] ^= 1;
    assert_eq!(
        world.hear(TopicKind::Batch, ORIGIN, &bad).0,
        Verdict::Reject
    );
}

/// Why a message is not forwarded, or is forwarded as a contradiction.
fn why(world: &mut World, kind: TopicKind, origin: &str, bytes: &[u8]) -> Option<GossipError> {
    let origin = OriginHash::of_origin(origin);
    let topic = Topic { kind, origin };
    let bytes = bytes.to_vec();
    let outputs = world
        .gossip
        .handle(Input::Message { topic, bytes }, TICK.plus(60));
    match outputs.into_iter().next_back() {
        Some(Output::Judge(_, why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn says_why_a_message_is_not_forwarded() {
    let mut world = world();
    let checkpoint = TopicKind::Checkpoint;
    let (known, note) = world.checkpoint(5, 1);
    assert_eq!(
        why(&mut world, checkpoint, ORIGIN, &note),
        None,
        "the control"
    );
    world.gossip.handle(Input::Known(known), TICK);
    let again = why(&mut world, checkpoint, ORIGIN, &note);
    assert_eq!(again, Some(GossipError::Duplicate));
    let (_, older) = world.checkpoint(4, 1);
    assert_eq!(
        why(&mut world, checkpoint, ORIGIN, &older),
        Some(GossipError::TooOld)
    );
    let (_, other) = world.checkpoint(5, 2);
    let two = why(&mut world, checkpoint, ORIGIN, &other);
    assert_eq!(two, Some(GossipError::Equivocation { size: 5 }));
    let stranger = why(&mut world, checkpoint, "other", &note);
    assert_eq!(stranger, Some(GossipError::UnknownLog));
    let evidence = why(&mut world, TopicKind::Evidence, ORIGIN, b"");
    assert_eq!(evidence, Some(GossipError::EvidenceNotSpoken));
}
