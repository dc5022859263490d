//! Properties of batches: built, cut, joined, verified; and each rule refused by its name.
use super::exposure_samples::{
    CLOCK, NOON, Stream, TODAY, accept, authority, batch_key, case, mask, random_pair, release,
    rules, tick, window,
};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::batch::{
    BatchError, BatchRules, ExposureBatch, UnverifiedBatchPart,
};
use lachan_protocol::exposure::build::{BatchPlan, BuildError, Change, NewRelease};
use lachan_protocol::exposure::history::{Earlier, EarlierEntry};
use lachan_protocol::exposure::manifest::{
    Cause, EntryRef, ItemCommitments, Manifest, ManifestLeaf, ManifestRecord, audit_indices,
};
use lachan_protocol::exposure::padding::{is_size, places, sizes};
use lachan_protocol::exposure::repeats::draw;
use lachan_protocol::id::BatchId;
use lachan_protocol::keys::ReleasedKey;
use lachan_protocol::time::Day;
use lachan_protocol::wire::Message;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn releases(count: usize, rng: &mut Stream) -> Vec<NewRelease> {
    (0..count)
        .map(|i| {
            let day = Day(TODAY.0 - u16::try_from(i % 3).expect("small"));
            let hour = window(day, u32::try_from(i % 9).expect("small"));
            let (_, key) = random_pair(rng);
            release(key, hour, vec![case(1, mask(0, 30), Advice::TakeTest)])
        })
        .collect()
}

fn remember(history: &mut Vec<EarlierEntry>, plan: &BatchPlan) {
    for changed in plan.changed() {
        history.retain(|entry| entry.first != changed.first);
    }
    history.extend_from_slice(plan.fresh());
    history.extend_from_slice(plan.changed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Several ticks in a row, with one large list, so that parts are cut within it.
    #[test]
    fn what_an_office_builds_every_client_accepts(
        seed: u64, counts in prop::collection::vec(0_usize..40, 1..4), large in 0_usize..2_000,
    ) {
        let mut rng = Stream::new(seed);
        let mut history = Vec::new();
        let mut last = None;
        for (seq, count) in (1_u64..).zip(counts) {
            let time = NOON.plus(seq * u64::from(CLOCK));
            let count = if seq == 1 { large } else { count };
            let releases = releases(count, &mut rng);
            let keys: Vec<ReleasedKey> = releases.iter().map(|release| release.key).collect();
            let plan = BatchPlan::new(&tick(seq, time), releases, vec![], &history, &mut rng);
            let plan = plan.expect("nothing contradicts");
            let leaves = plan.sign(&batch_key()).expect("few parts");
            let batch = accept(&leaves, time);
            prop_assert!(batch.is_ok(), "{:?}", batch);
            let batch = batch.expect("was just asked");
            prop_assert_eq!(batch.follows(last), Ok(()));
            last = Some((seq, time));
            prop_assert_eq!(batch.id(), plan.id());
            prop_assert_eq!(batch.head().manifest_root, plan.manifest().root());
            prop_assert_eq!(batch.entries().count(), plan.manifest().leaves.len());
            let published: BTreeSet<[u8; 32]> = batch.entries().map(|e| e.key.to_bytes()).collect();
            prop_assert!(keys.iter().all(|key| published.contains(&key.to_bytes())));
            for list in batch.lists() {
                prop_assert!(is_size(list.entries.len()));
                let earlier = history.iter().filter(|entry: &&EarlierEntry| entry.day == list.day);
                let known: BTreeSet<[u8; 32]> =
                    earlier.filter_map(EarlierEntry::key).map(ReleasedKey::to_bytes).collect();
                let repeated =
                    list.entries.iter().filter(|e| known.contains(&e.key.to_bytes())).count();
                prop_assert_eq!(repeated, known.len().min(list.entries.len() / 8));
            }
            for (leaf, entry) in plan.manifest().leaves.iter().zip(batch.entries()) {
                let same = match &leaf.record {
                    ManifestRecord::Decoy(seed) => seed.entry(&batch.id()) == Some(*entry),
                    ManifestRecord::Release(release) => {
                        release.detail == entry.open(&release.notice, release.window, &batch.id())
                    }
                    ManifestRecord::Repeat(first) | ManifestRecord::Change { first, .. } => {
                        let of = history.iter().find(|entry| entry.first == *first);
                        of.and_then(|of| of.entry(&batch.id())) == Some(*entry)
                    }
                };
                prop_assert!(same, "the record opens its entry");
            }
            let kept = Manifest::from_bytes(&plan.manifest().to_bytes());
            prop_assert_eq!(kept.as_ref(), Ok(plan.manifest()));
            remember(&mut history, &plan);
            for entry in &history {
                let kept = EarlierEntry::from_bytes(&entry.to_bytes());
                prop_assert_eq!(kept.as_ref(), Ok(entry));
            }
        }
    }

    #[test]
    fn a_part_with_any_changed_byte_is_refused(seed: u64, at in 0_usize..18_830, change in 1_u8..) {
        let mut rng = Stream::new(seed);
        let plan = BatchPlan::new(&tick(1, NOON), vec![], vec![], &[], &mut rng).expect("empty");
        let mut leaves = plan.sign(&batch_key()).expect("one part");
        prop_assert!(accept(&leaves, NOON).is_ok(), "the control");
        leaves[0][at] ^= change;
        prop_assert!(accept(&leaves, NOON).is_err());
    }

    #[test]
    fn a_list_is_the_smallest_that_holds_all(
        releases in 0_usize..3_000, changes in 0_usize..100, earlier in 0_usize..5_000,
    ) {
        match places(releases, changes, earlier) {
            None => prop_assert!(changes > earlier),
            Some(found) => {
                prop_assert!(is_size(found.size) && changes <= found.repeats);
                prop_assert_eq!(found.repeats, earlier.min(found.size / 8));
                prop_assert_eq!(releases + found.repeats + found.decoys, found.size);
                for smaller in sizes().take_while(|size| *size < found.size) {
                    let repeats = earlier.min(smaller / 8);
                    prop_assert!(changes > repeats || releases + repeats > smaller);
                }
            }
        }
    }
}

#[test]
fn an_empty_tick_has_18_830_bytes() {
    let mut rng = Stream::new(1);
    let plan = BatchPlan::new(&tick(1, NOON), vec![], vec![], &[], &mut rng).expect("empty");
    let leaves = plan.sign(&batch_key()).expect("one part");
    assert_eq!(leaves.iter().map(Vec::len).collect::<Vec<_>>(), [18_830]);
    assert_eq!(plan.entry_count(), 29 * 16);
}

#[test]
fn parts_are_taken_in_any_order_but_all_and_once() {
    let mut rng = Stream::new(2);
    let plan = BatchPlan::new(
        &tick(1, NOON),
        releases(4_000, &mut rng),
        vec![],
        &[],
        &mut rng,
    );
    let leaves = plan.expect("many").sign(&batch_key()).expect("few parts");
    assert!(
        leaves.len() > 2
            && leaves[..leaves.len() - 1]
                .iter()
                .all(|leaf| leaf.len() > 65_400)
    );
    let mut turned = leaves.clone();
    turned.reverse();
    assert_eq!(accept(&turned, NOON), accept(&leaves, NOON));
    assert!(accept(&leaves, NOON).is_ok());
    let parts = u16::try_from(leaves.len()).expect("few");
    let missing = BatchError::PartsMissing {
        have: leaves.len() - 1,
        parts,
    };
    assert_eq!(accept(&leaves[1..], NOON), Err(missing));
    turned.push(leaves[1].clone());
    assert_eq!(
        accept(&turned, NOON),
        Err(BatchError::PartTwice { part: 1 })
    );
    assert_eq!(
        accept(&[], NOON),
        Err(BatchError::PartsMissing { have: 0, parts: 1 })
    );
}

#[test]
fn a_batch_of_the_future_or_of_somebody_else_is_refused() {
    let mut rng = Stream::new(3);
    let plan = BatchPlan::new(&tick(5, NOON), vec![], vec![], &[], &mut rng).expect("empty");
    let leaves = plan.sign(&batch_key()).expect("one part");
    let part = UnverifiedBatchPart::from_bytes(&leaves[0]).expect("a part");
    assert_eq!((part.authority(), part.seq()), (authority(), 5));
    let key = batch_key().verifying_key();
    let good = rules(&key, NOON);
    assert!(part.verify(&good).is_ok());
    let latest = NOON.minus(1);
    let future = Err(BatchError::TimeInFuture { time: NOON, latest });
    assert_eq!(part.verify(&rules(&key, latest)), future);
    let mut other = good;
    other.authority.0[0] ^= 1;
    assert_eq!(
        part.verify(&other),
        Err(BatchError::UnknownAuthority(authority()))
    );
    let mut region = good;
    region.region.0 += 1;
    assert_eq!(
        part.verify(&region),
        Err(BatchError::RegionNotFirst(good.region))
    );
    let off = Err(BatchError::TimeOffTick(NOON));
    assert_eq!(
        part.verify(&BatchRules {
            clock_seconds: 86_400,
            ..good
        }),
        off
    );
    assert_eq!(
        part.verify(&BatchRules {
            clock_seconds: 0,
            ..good
        }),
        off
    );
    let batch = ExposureBatch::join(vec![part.verify(&good).expect("good")]).expect("whole");
    assert_eq!(batch.follows(Some((4, NOON.minus(1)))), Ok(()));
    assert_eq!(
        batch.follows(Some((3, NOON.minus(1)))),
        Err(BatchError::SeqNotNext { last: 3, found: 5 })
    );
    assert_eq!(
        batch.follows(None),
        Err(BatchError::SeqNotNext { last: 0, found: 5 })
    );
    let not_later = Err(BatchError::TimeNotLater {
        last: NOON,
        found: NOON,
    });
    assert_eq!(batch.follows(Some((4, NOON))), not_later);
}

/// With 300 earlier scalars and few changes, decoys and keys are repeated alike: what a reader sees of a repeated
/// decoy is a scalar of the list with eight bytes that differ from tick to tick, as of a repeated key.
#[test]
fn decoys_and_keys_have_one_shape() {
    let mut rng = Stream::new(4);
    let all = releases(60, &mut rng);
    let keys: BTreeSet<[u8; 32]> = all.iter().map(|release| release.key.to_bytes()).collect();
    let mut history = Vec::new();
    let first = BatchPlan::new(&tick(1, NOON), all, vec![], &history, &mut rng).expect("a tick");
    remember(&mut history, &first);
    let mut repeated = [0_u32; 2];
    for seq in 2..40 {
        let plan = BatchPlan::new(&tick(seq, NOON), vec![], vec![], &history, &mut rng);
        let plan = plan.expect("a tick");
        let batch = accept(&plan.sign(&batch_key()).expect("one part"), NOON).expect("ours");
        for (leaf, entry) in plan.manifest().leaves.iter().zip(batch.entries()) {
            if let ManifestRecord::Repeat(first) = leaf.record {
                let known = history
                    .iter()
                    .find(|known| known.first == first)
                    .expect("known");
                if known.day.0 < TODAY.0 - 2 {
                    continue;
                }
                assert_eq!(known.key(), Some(entry.key));
                let is_key = keys.contains(&entry.key.to_bytes());
                assert_eq!(is_key, matches!(known.what, Earlier::Released { .. }));
                repeated[usize::from(is_key)] += 1;
            }
        }
    }
    // 60 of 96 scalars of these three days are keys.
    let share = f64::from(repeated[1]) / f64::from(repeated[0] + repeated[1]);
    assert!(
        repeated[0] > 20 && (0.45..0.80).contains(&share),
        "{repeated:?}"
    );
}

#[test]
fn a_draw_is_uniform_and_without_replacement() {
    let mut rng = Stream::new(5);
    let mut counts = [0_u32; 10];
    for _ in 0..2_000 {
        let drawn = draw((0..10_usize).collect(), 3, &mut rng);
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 3);
        drawn.iter().for_each(|&i| counts[i] += 1);
    }
    assert!(
        counts.iter().all(|count| (500..700).contains(count)),
        "{counts:?}"
    );
    assert_eq!(draw(vec![1, 2], 5, &mut rng).len(), 2);
}

#[test]
fn an_office_that_contradicts_itself_builds_nothing() {
    let mut rng = Stream::new(6);
    let (_, key) = random_pair(&mut rng);
    let one = |number| vec![case(number, mask(0, 5), Advice::TakeTest)];
    let hour = window(TODAY, 3);
    let build = |releases: Vec<NewRelease>, changes: Vec<Change>, history: &[EarlierEntry], seq| {
        BatchPlan::new(
            &tick(seq, NOON),
            releases,
            changes,
            history,
            &mut Stream::new(7),
        )
    };
    let refused = |plan: Result<BatchPlan, BuildError>| plan.err();
    assert_eq!(
        refused(build(vec![], vec![], &[], 0)),
        Some(BuildError::SeqZero)
    );
    let young = window(TODAY, 11);
    let plan = build(vec![release(key, young, one(1))], vec![], &[], 1);
    assert_eq!(refused(plan), Some(BuildError::WindowInFuture(young)));
    let old = window(Day(TODAY.0 - 29), 3);
    let plan = build(vec![release(key, old, one(1))], vec![], &[], 1);
    assert_eq!(refused(plan), Some(BuildError::WindowTooOld(old)));
    let plan = build(vec![release(key, hour, vec![])], vec![], &[], 1);
    assert_eq!(refused(plan), Some(BuildError::CaseMissing(hour)));
    for other in [window(TODAY, 4), window(Day(TODAY.0 - 1), 3)] {
        let both = vec![release(key, hour, one(1)), release(key, other, one(1))];
        let refused = refused(build(both, vec![], &[], 1));
        assert_eq!(refused, Some(BuildError::KeyOfTwoWindows(other)));
    }
    let merged = build(
        vec![release(key, hour, one(1)), release(key, hour, one(2))],
        vec![],
        &[],
        1,
    );
    let mut history = Vec::new();
    remember(
        &mut history,
        &merged.expect("two cases of one hour are one release"),
    );
    let known = history
        .iter()
        .find(|entry| entry.key() == Some(key))
        .expect("published");
    let (at, decoy) = (
        known.first,
        history.iter().find(|entry| entry.key() != Some(key)),
    );
    assert!(matches!(&known.what, Earlier::Released { cases, .. } if cases.len() == 2));
    let plan = build(vec![release(key, hour, one(1))], vec![], &history, 2);
    assert_eq!(refused(plan), Some(BuildError::ReleasedBefore(at)));
    let further = |first| {
        vec![Change {
            first,
            cause: Cause::Case(Box::new(one(3).remove(0))),
        }]
    };
    let decoy = decoy.expect("there are decoys").first;
    let plan = build(vec![], further(decoy), &history, 2);
    assert_eq!(refused(plan), Some(BuildError::ChangeOfDecoy(decoy)));
    let nowhere = EntryRef { seq: 9, entry: 9 };
    let plan = build(vec![], further(nowhere), &history, 2);
    assert_eq!(refused(plan), Some(BuildError::EntryUnknown(nowhere)));
    let plan = build(vec![], further(at), &history, 2).expect("a further case");
    assert_eq!(plan.changed().len(), 1);
    let changes = plan.manifest().leaves.iter();
    let changes = changes.filter(|leaf| matches!(leaf.record, ManifestRecord::Change { .. }));
    assert_eq!(changes.count(), 1);
    // A record of the manifest has at most 131,072 bytes; 600 cases go beyond its count of one byte too.
    let many = |count| {
        (0..count)
            .flat_map(|_| vec![release(key, hour, one(1))])
            .collect::<Vec<_>>()
    };
    assert_eq!(
        refused(build(many(600), vec![], &[], 1)),
        Some(BuildError::TooManyCases)
    );
    assert_eq!(refused(build(many(255), vec![], &[], 1)), None);
    let mut long = one(1);
    long[0].items = ItemCommitments::new(vec![[1; 32]; 64]).expect("the most there are");
    let long: Vec<NewRelease> = (0..60).map(|_| release(key, hour, long.clone())).collect();
    assert_eq!(
        refused(build(long, vec![], &[], 1)),
        Some(BuildError::TooManyCases)
    );
    let mut twice = history.clone();
    twice.push(history[3].clone());
    let damaged = BuildError::HistoryDamaged(history[3].first);
    assert_eq!(refused(build(vec![], vec![], &twice, 2)), Some(damaged));
}

#[test]
fn audit_indices_are_all_different_and_below_the_number_of_entries() {
    for entries in [0, 1, 5, 300, 464, 100_000] {
        let indices = audit_indices(&[1; 32], &BatchId([2; 32]), entries);
        let different: BTreeSet<u32> = indices.iter().copied().collect();
        assert_eq!(
            indices.len(),
            usize::try_from(entries.min(300)).expect("small")
        );
        assert_eq!(different.len(), indices.len());
        assert!(indices.iter().all(|index| *index < entries));
    }
    let other = audit_indices(&[3; 32], &BatchId([2; 32]), 100_000);
    assert_ne!(audit_indices(&[1; 32], &BatchId([2; 32]), 100_000), other);
}

#[test]
fn the_root_of_a_manifest_depends_on_each_leaf() {
    let mut rng = Stream::new(8);
    let first = |entry| ManifestRecord::Repeat(EntryRef { seq: 1, entry });
    let leaves = (0..7).map(|entry| ManifestLeaf::new(first(entry), &mut rng));
    let manifest = Manifest {
        leaves: leaves.collect(),
    };
    for i in 0..7 {
        let mut changed = manifest.clone();
        changed.leaves[i].record = first(9);
        assert_ne!(changed.root(), manifest.root());
        let mut salted = manifest.clone();
        salted.leaves[i].salt[31] ^= 1;
        assert_ne!(salted.root(), manifest.root());
    }
}
