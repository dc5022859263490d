//! Properties of matching: the matcher against brute force, and what a person is told.
use super::exposure_samples::{
    NOON, Stream, TODAY, accept, authority, batch_key, case, mask, notice_of, order_minus_one,
    pair, random_pair, record, release, tick, token, window,
};
use lachan_protocol::crypto::point::PointError;
use lachan_protocol::crypto::sign::Signature;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::batch::ExposureBatch;
use lachan_protocol::exposure::build::{BatchPlan, Change, NewRelease};
use lachan_protocol::exposure::entry::{CaseDetail, DetailMeaning, ExposureDetail, MinuteMask};
use lachan_protocol::exposure::exposures::{Finding, HitError, Outcome, exposures_of, findings_in};
use lachan_protocol::exposure::history::EarlierEntry;
use lachan_protocol::exposure::manifest::{Cause, WithdrawalCause};
use lachan_protocol::exposure::matching::{Hit, Matcher, Path, Plan, Share, shares};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::{NotificationKey, ReleasedKey, WindowPoint};
use lachan_protocol::time::{Day, UnixTime};
use lachan_protocol::token::{Minutes, TokenError, VisitRecord, VisitToken};
use lachan_protocol::wire::Message;
use proptest::prelude::*;

fn edges() -> Vec<(WindowPoint, ReleasedKey)> {
    let small = |byte: u8| {
        let mut scalar = [0; 32];
        scalar[0] = byte;
        scalar
    };
    let mut above = [0; 32];
    (above[0], above[31]) = (9, 0x10);
    [small(1), small(2), small(8), above, order_minus_one()]
        .iter()
        .map(pair)
        .collect()
}

fn brute_force(tokens: &[VisitToken], keys: &[ReleasedKey]) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        for (position, key) in (0..).zip(keys) {
            if token.open_with(key).is_ok() {
                found.push((at, position));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Every path that this processor has.
fn paths() -> impl Iterator<Item = Path> {
    [Path::Portable].into_iter().chain(Path::ifma())
}

/// What all paths find alike.
fn fed(tokens: &[VisitToken], keys: &[ReleasedKey], chunk: usize) -> Vec<(usize, u64)> {
    let mut found = paths().map(|path| fed_on(path, tokens, keys, chunk));
    let first = found.next().expect("the portable path");
    assert!(found.all(|other| other == first));
    first
}

fn fed_on(
    path: Path,
    tokens: &[VisitToken],
    keys: &[ReleasedKey],
    chunk: usize,
) -> Vec<(usize, u64)> {
    let mut matcher = Matcher::new(TODAY, tokens).on(path);
    let mut found = Vec::new();
    for keys in keys.chunks(chunk) {
        found.extend(
            matcher
                .feed(keys)
                .iter()
                .map(|hit| (hit.token, hit.position)),
        );
    }
    assert_eq!(matcher.progress().position, keys.len() as u64);
    assert_eq!(
        matcher.progress().trials,
        (keys.len() * tokens.len()) as u64
    );
    found.sort_unstable();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Chunks of more than a few keys take tables, smaller ones do not.
    #[test]
    fn the_matcher_finds_what_brute_force_finds(
        seed: u64,
        visits in prop::collection::vec(0_usize..45, 0..8),
        published in prop::collection::vec(0_usize..45, 0..150),
        chunk in 1_usize..160,
    ) {
        let mut rng = Stream::new(seed);
        let mut pairs = edges();
        pairs.extend((0..40).map(|_| random_pair(&mut rng)));
        let tokens: Vec<VisitToken> = visits
            .iter()
            .map(|&i| {
                let hour = u32::try_from(i % 24).expect("small");
                token(&record(window(TODAY, hour), Minutes::ALL, "Chợ", ""), &pairs[i].0, &mut rng)
            })
            .collect();
        let keys: Vec<ReleasedKey> = published.iter().map(|&i| pairs[i].1).collect();
        prop_assert_eq!(fed(&tokens, &keys, chunk), brute_force(&tokens, &keys));
    }
}

#[test]
fn keys_at_the_edges_hit_with_and_without_a_table() {
    let mut rng = Stream::new(1);
    let edges = edges();
    let tokens: Vec<VisitToken> = edges
        .iter()
        .map(|(point, _)| {
            token(
                &record(window(TODAY, 3), Minutes::ALL, "Chợ", ""),
                point,
                &mut rng,
            )
        })
        .collect();
    let few: Vec<ReleasedKey> = edges.iter().map(|(_, key)| *key).collect();
    let many: Vec<ReleasedKey> = few.iter().copied().cycle().take(300).collect();
    // 1 and l - 1 are negatives of each other, so they have one u and open each other's tokens.
    let wanted = [(0, 0), (0, 4), (1, 1), (2, 2), (3, 3), (4, 0), (4, 4)];
    assert_eq!(fed(&tokens, &few, 5), wanted);
    assert_eq!(fed(&tokens, &many, 300).len(), 60 * wanted.len());
    assert_eq!(fed(&tokens, &many, 300), brute_force(&tokens, &many));
}

/// A hit's token, key and place, in the order given.
fn places(hits: &[Hit]) -> Vec<(usize, u64, ReleasedKey)> {
    hits.iter()
        .map(|hit| (hit.token, hit.position, hit.key))
        .collect()
}

#[test]
fn every_plan_and_every_cut_for_workers_gives_the_same_hits_in_order() {
    let mut rng = Stream::new(7);
    let pairs: Vec<_> = (0..60).map(|_| random_pair(&mut rng)).collect();
    let visit = record(window(TODAY, 3), Minutes::ALL, "Chợ", "");
    let tokens: Vec<VisitToken> = [59, 3, 3, 0, 21]
        .iter()
        .map(|&i| token(&visit, &pairs[i].0, &mut rng))
        .collect();
    // The 4th key twice.
    let mut keys: Vec<ReleasedKey> = pairs.iter().map(|(_, key)| *key).collect();
    keys.push(keys[3]);
    let by = |plan| places(&Matcher::new(TODAY, &tokens).feed_by(plan, &keys));
    let wanted = by(Plan::Variable);
    let named: Vec<_> = wanted.iter().map(|hit| (hit.0, hit.1)).collect();
    assert_eq!(
        named,
        [(0, 59), (1, 3), (1, 60), (2, 3), (2, 60), (3, 0), (4, 21)]
    );
    for (path, width) in paths().flat_map(|path| Plan::WIDTHS.map(move |width| (path, width))) {
        let plan = path.comb(width, keys.len(), tokens.len());
        let mut matcher = Matcher::new(TODAY, &tokens).on(path);
        assert_eq!(
            places(&matcher.feed_by(plan, &keys)),
            wanted,
            "{path:?} {plan:?}"
        );
    }
    for workers in 1..12 {
        let mut found = Vec::new();
        for Share {
            tokens: own,
            keys: part,
        } in shares(tokens.len(), keys.len(), workers)
        {
            let start = u64::try_from(part.start).expect("small");
            let mut matcher = Matcher::resume(TODAY, &tokens[own.clone()], start);
            for (token, position, key) in places(&matcher.feed(&keys[part])) {
                found.push((own.start + token, position, key));
            }
        }
        found.sort_unstable_by_key(|hit| (hit.0, hit.1));
        assert_eq!(found, wanted, "{workers} workers");
    }
}

#[test]
fn a_matcher_resumes_where_another_stopped() {
    let mut rng = Stream::new(2);
    let pairs: Vec<_> = (0..100).map(|_| random_pair(&mut rng)).collect();
    let tokens = [token(
        &record(window(TODAY, 3), Minutes::ALL, "Chợ", ""),
        &pairs[90].0,
        &mut rng,
    )];
    let keys: Vec<ReleasedKey> = pairs.iter().map(|(_, key)| *key).collect();
    let mut first = Matcher::new(TODAY, &tokens);
    assert_eq!(first.feed(&keys[..50]).len(), 0);
    let mut second = Matcher::resume(TODAY, &tokens, first.progress().position);
    let hits = second.feed(&keys[50..]);
    assert_eq!(
        hits.iter().map(|hit| hit.position).collect::<Vec<_>>(),
        [90]
    );
    assert_eq!(hits[0].key, keys[90]);
}

#[test]
fn damaged_tokens_and_tokens_of_other_days_are_named_and_not_tried() {
    let mut rng = Stream::new(3);
    let (point, key) = random_pair(&mut rng);
    let good = token(
        &record(window(TODAY, 3), Minutes::ALL, "Chợ", ""),
        &point,
        &mut rng,
    );
    let mut bytes = *good.as_bytes();
    bytes[2..34].fill(0);
    let small = VisitToken::from_bytes(&bytes).expect("canonical");
    let other_day = token(
        &record(window(Day(5), 3), Minutes::ALL, "Chợ", ""),
        &point,
        &mut rng,
    );
    let mut matcher = Matcher::new(TODAY, &[small, good, other_day]);
    let damaged = TokenError::Damaged(PointError::SmallOrder);
    assert_eq!(matcher.refused(), [(0, damaged), (2, TokenError::WrongDay)]);
    let hits = matcher.feed(&[key]);
    assert_eq!(hits.iter().map(|hit| hit.token).collect::<Vec<_>>(), [1]);
}

fn published(
    seq: u64,
    time: UnixTime,
    releases: Vec<NewRelease>,
    changes: Vec<Change>,
    history: &mut Vec<EarlierEntry>,
) -> ExposureBatch {
    let mut rng = Stream::new(seq);
    let plan = BatchPlan::new(&tick(seq, time), releases, changes, history, &mut rng)
        .expect("a tick of the office");
    for changed in plan.changed() {
        history.retain(|entry| entry.first != changed.first);
    }
    history.extend_from_slice(plan.fresh());
    history.extend_from_slice(plan.changed());
    accept(&plan.sign(&batch_key()).expect("few parts"), time).expect("a batch of ours")
}

fn outcomes(findings: &[Finding]) -> Vec<Outcome> {
    exposures_of(findings)
        .into_iter()
        .map(|exposure| exposure.outcome)
        .collect()
}

#[test]
fn two_tokens_of_one_hour_are_one_exposure_with_all_minutes() {
    let mut rng = Stream::new(4);
    let (point, key) = random_pair(&mut rng);
    let hour = window(TODAY, 3);
    let visit = |from, to, rng: &mut Stream| {
        let minutes = Minutes::new(from, to).expect("minutes");
        token(&record(hour, minutes, "Chợ Hôm", "tầng 2"), &point, rng)
    };
    let tokens = [
        visit(0, 10, &mut rng),
        visit(30, 60, &mut rng),
        visit(50, 55, &mut rng),
    ];
    let cases = vec![case(1, mask(5, 40), Advice::TakeTest)];
    let batch = published(
        1,
        NOON,
        vec![release(key, hour, cases)],
        vec![],
        &mut Vec::new(),
    );
    let findings = findings_in(&batch, TODAY, &tokens);
    assert_eq!(findings.len(), 3);
    let exposures = exposures_of(&findings);
    assert_eq!(exposures.len(), 1);
    assert_eq!(
        (exposures[0].name.as_str(), exposures[0].place.as_str()),
        ("Chợ Hôm", "tầng 2")
    );
    assert_eq!((exposures[0].window, exposures[0].published), (hour, NOON));
    let minutes = mask(5, 10).or(mask(30, 40));
    assert_eq!(
        exposures[0].outcome,
        Outcome::Together {
            minutes,
            advice: Advice::TakeTest
        }
    );
    assert_eq!(minutes.count(), 15);

    let only_late = findings_in(&batch, TODAY, &tokens[2..]);
    assert_eq!(
        outcomes(&only_late),
        [Outcome::NoneTogether {
            advice: Advice::TakeTest
        }]
    );
    for finding in &findings {
        assert_eq!(
            Finding::from_bytes(&finding.to_bytes()).as_ref(),
            Ok(finding)
        );
    }
}

#[test]
fn the_last_entry_replaces_earlier_ones_and_a_withdrawal_takes_one_case_away() {
    let mut rng = Stream::new(5);
    let (point, key) = random_pair(&mut rng);
    let hour = window(TODAY, 3);
    let tokens = [token(
        &record(hour, Minutes::ALL, "Chợ Hôm", ""),
        &point,
        &mut rng,
    )];
    let mut history = Vec::new();
    let later = |ticks: u64| NOON.plus(ticks * u64::from(super::exposure_samples::CLOCK));
    let mut findings = Vec::new();
    let first = case(1, mask(0, 10), Advice::StayAtHome);
    let second = case(2, mask(20, 25), Advice::TakeTest);
    let releases = vec![release(key, hour, vec![first.clone()])];
    let batch = published(1, later(0), releases, vec![], &mut history);
    findings.extend(findings_in(&batch, TODAY, &tokens));
    let said = |minutes: MinuteMask, advice| Outcome::Together { minutes, advice };
    assert_eq!(outcomes(&findings), [said(mask(0, 10), Advice::StayAtHome)]);

    let at = history
        .iter()
        .find(|entry| entry.key() == Some(key))
        .expect("published")
        .first;
    let withdrawal = |number| {
        let order = Signature([0; 64]);
        Cause::Withdrawal(Box::new(WithdrawalCause {
            certificate: [number; 117],
            order,
        }))
    };
    let steps = [
        (
            Cause::Case(Box::new(second)),
            said(mask(0, 10).or(mask(20, 25)), Advice::StayAtHome),
        ),
        (withdrawal(1), said(mask(20, 25), Advice::TakeTest)),
        (withdrawal(2), Outcome::Withdrawn),
        (
            Cause::Case(Box::new(first)),
            said(mask(0, 10), Advice::StayAtHome),
        ),
    ];
    for (seq, (cause, wanted)) in (2..).zip(steps) {
        let changes = vec![Change { first: at, cause }];
        let batch = published(seq, later(seq - 1), vec![], changes, &mut history);
        findings.extend(findings_in(&batch, TODAY, &tokens));
        findings.rotate_left(1);
        assert_eq!(
            outcomes(&findings),
            [wanted],
            "tick {seq}, whatever the order of findings"
        );
    }
}

#[test]
fn hits_count_only_with_the_batchs_authority_day_and_time() {
    let mut rng = Stream::new(6);
    let (point, key) = random_pair(&mut rng);
    let hour = window(TODAY, 3);
    let cases = vec![case(1, MinuteMask::ALL, Advice::TakeTest)];
    let releases = vec![release(key, hour, cases)];
    let batch = published(1, NOON, releases, vec![], &mut Vec::new());
    let judged = |record: VisitRecord, day: Day, key: ReleasedKey| {
        Finding::of(
            &Hit {
                token: 0,
                position: 0,
                key,
                record,
            },
            day,
            &batch,
        )
        .map(|_| ())
    };
    let own = record(hour, Minutes::ALL, "Chợ", "");
    assert_eq!(judged(own.clone(), TODAY, key), Ok(()));
    assert_eq!(
        judged(own.clone(), Day(TODAY.0 - 1), key),
        Err(HitError::OtherDay)
    );
    let (_, other) = random_pair(&mut rng);
    assert_eq!(judged(own, TODAY, other), Err(HitError::NotInBatch));
    // Noon publishes what had ended at 11:30: the window of 10 o'clock, not that of 11.
    let of = |hour| record(window(TODAY, hour), Minutes::ALL, "Chợ", "");
    assert_eq!(judged(of(10), TODAY, key), Ok(()));
    assert_eq!(judged(of(11), TODAY, key), Err(HitError::WindowInFuture));
    let foreign = VisitRecord::new(
        CodeId([7; 16]),
        AuthorityId([1; 8]),
        hour,
        Minutes::ALL,
        1,
        NotificationKey(notice_of(hour)),
        "Chợ",
        "",
    );
    assert_eq!(
        judged(foreign.expect("a day"), TODAY, key),
        Err(HitError::OtherAuthority)
    );
    assert_eq!(batch.head().authority, authority());
    let token = token(
        &record(window(TODAY, 11), Minutes::ALL, "Chợ", ""),
        &point,
        &mut rng,
    );
    assert!(
        findings_in(&batch, TODAY, &[token]).is_empty(),
        "a lured token is no exposure"
    );
}

#[test]
fn a_senseless_detail_is_time_unknown_and_never_dropped() {
    let mut rng = Stream::new(7);
    let (point, key) = random_pair(&mut rng);
    let hour = window(TODAY, 3);
    // The token says another n_w than the office sealed with: the detail opens to nonsense or to other minutes.
    let cases = vec![case(1, MinuteMask::ALL, Advice::TakeTest)];
    let batch = published(
        1,
        NOON,
        vec![release(key, hour, cases)],
        vec![],
        &mut Vec::new(),
    );
    let mut seen = [0; 3];
    for number in 0..64 {
        let record = VisitRecord::new(
            CodeId([7; 16]),
            authority(),
            hour,
            Minutes::ALL,
            1,
            NotificationKey([number; 16]),
            "Chợ",
            "",
        );
        let token = token(&record.expect("a day"), &point, &mut rng);
        match outcomes(&findings_in(&batch, TODAY, &[token]))[..] {
            [Outcome::TimeUnknown] => seen[0] += 1,
            [Outcome::Together { .. }] => seen[1] += 1,
            _ => seen[2] += 1,
        }
    }
    assert_eq!(seen[2], 0);
    assert!(
        seen[0] > 20 && seen[1] > 10,
        "9 of 16 advice numbers make no sense: {seen:?}"
    );
}

#[test]
fn each_detail_means_what_the_table_says() {
    for advice in 0..16_u64 {
        for mask in [0, 1, (1 << 60) - 1] {
            let detail = ExposureDetail(advice << 60 | mask);
            let sensible = (1..=7).contains(&advice) && mask != 0;
            match detail.meaning() {
                DetailMeaning::Minutes(case) => {
                    assert!(sensible);
                    assert_eq!(ExposureDetail::from(case), detail);
                    assert_eq!(u64::from(case.advice().to_u8()), advice);
                }
                DetailMeaning::Withdrawn => assert_eq!((advice, mask), (15, 0)),
                DetailMeaning::TimeUnknown => assert!(!sensible && (advice, mask) != (15, 0)),
            }
        }
    }
    assert_eq!(
        CaseDetail::new(MinuteMask::default(), Advice::TakeTest),
        None
    );
    assert_eq!(ExposureDetail::of_cases([]), ExposureDetail::WITHDRAWN);
}

/// Two authorities, one code id: the second one copied it to put its own minutes under the first one's venue.
#[test]
fn an_authority_adds_nothing_to_the_exposure_of_anothers_code() {
    let mut rng = Stream::new(9);
    let hour = window(TODAY, 3);
    let found = |of: AuthorityId, name: &str, minutes: MinuteMask, rng: &mut Stream| Finding {
        key: random_pair(rng).1,
        seq: 1,
        published: NOON,
        detail: CaseDetail::new(minutes, Advice::TakeTest)
            .expect("a minute")
            .into(),
        record: VisitRecord::new(
            CodeId([7; 16]),
            of,
            hour,
            Minutes::new(0, 30).expect("half an hour"),
            1,
            NotificationKey(notice_of(hour)),
            name,
            "",
        )
        .expect("a day"),
    };
    let own = found(authority(), "Chợ Hôm", mask(40, 50), &mut rng);
    let foreign = found(AuthorityId([1; 8]), "Chợ khác", mask(0, 30), &mut rng);
    let none = Outcome::NoneTogether {
        advice: Advice::TakeTest,
    };
    let exposures = exposures_of(&[own.clone(), foreign]);
    let of_own = exposures.iter().find(|one| one.authority == authority());
    let of_own = of_own.map(|one| (one.name.as_str(), one.outcome));
    assert_eq!(of_own, Some(("Chợ Hôm", none)));
    assert_eq!(exposures.len(), 2);
    let more = found(authority(), "Chợ Hôm", mask(0, 10), &mut rng);
    let joined = exposures_of(&[own, more]);
    assert_eq!(joined.len(), 1, "control: of one authority they are one");
}
