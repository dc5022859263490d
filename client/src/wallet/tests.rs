//! Every step of a change can be the last before a crash; what lies in the files tells no hour.
//! Knows the wallet's files; tokens are opaque bytes here.
//! Specified in specs/protocol.md §14.

use super::*;
use std::fs;
use std::os::unix::fs::MetadataExt;

const DAY: Day = Day(20_781);
const NOW: UnixTime = UnixTime(20_781 * 86_400 + 40_000);

fn token(day: Day, seed: u8) -> StoredToken {
    let mut bytes = [seed; TOKEN_LEN];
    bytes[..2].copy_from_slice(&day.0.to_be_bytes());
    // Tags in another order than the tokens were made.
    bytes[34..50].fill(seed.wrapping_mul(151));
    StoredToken(bytes)
}

fn placed(tokens: &[StoredToken]) -> Vec<(Window, StoredToken)> {
    let window = |token: &StoredToken| Window(u32::from(token.day().0) * 24);
    tokens
        .iter()
        .map(|token| (window(token), token.clone()))
        .collect()
}

fn arriving(tokens: &[StoredToken]) -> VisitFile {
    VisitFile {
        arrival: NOW,
        expected_end: NOW.plus(5_400),
        code: b"CODE of Quan Pho".to_vec(),
        tags: vec![],
        pending: Some((placed(tokens), Then::StayOpen)),
    }
}

fn leaving(visit: &VisitFile, tokens: &[StoredToken]) -> VisitFile {
    VisitFile {
        pending: Some((placed(tokens), Then::Close)),
        ..visit.clone()
    }
}

fn open(dir: &std::path::Path) -> Wallet {
    Wallet::open(dir.to_owned(), NOW).unwrap()
}

fn all_tokens(wallet: &Wallet) -> Vec<StoredToken> {
    let days = wallet.days().unwrap();
    days.iter()
        .flat_map(|(day, _)| wallet.tokens(*day).unwrap())
        .collect()
}

fn sorted(mut tokens: Vec<StoredToken>) -> Vec<StoredToken> {
    tokens.sort_unstable_by_key(|token| (token.day(), token.tag()));
    tokens
}

/// A visit over midnight, and one of the day before that must never change.
fn story(dir: &std::path::Path) -> (StoredToken, VisitFile, Vec<StoredToken>, Vec<StoredToken>) {
    let other = token(DAY, 1);
    let wallet = open(dir);
    let mut before = arriving(std::slice::from_ref(&other));
    before.pending.as_mut().unwrap().1 = Then::Close;
    wallet.change(&before).unwrap();
    let first = vec![token(DAY, 2), token(DAY, 3), token(Day(DAY.0 + 1), 4)];
    wallet.change(&arriving(&first)).unwrap();
    let last = vec![token(DAY, 5), token(DAY, 6)];
    let visit = wallet.visit().unwrap().unwrap();
    (other, visit, first, last)
}

#[test]
fn check_out_interrupted_at_any_step_is_finished_at_the_next_start() {
    let mut seen = [0, 0];
    for steps in 0.. {
        let dir = tempfile::tempdir().unwrap();
        let (other, visit, first, last) = story(dir.path());
        let wallet = open(dir.path());
        wallet.disk.steps_left.set(Some(steps));
        let done = wallet.change(&leaving(&visit, &last));
        let wallet = open(dir.path());
        let left = wallet.visit().unwrap();
        let expected = match &left {
            Some(visit) => {
                assert_eq!(visit.pending, None, "a start finishes what is pending");
                seen[0] += 1;
                first
            }
            None => {
                seen[1] += 1;
                last
            }
        };
        let expected = sorted([vec![other], expected].concat());
        assert_eq!(all_tokens(&wallet), expected, "after {steps} steps");
        assert_eq!(leftovers(dir.path()), 0);
        if done.is_ok() {
            assert!(left.is_none());
            break;
        }
    }
    assert!(
        seen[0] >= 4 && seen[1] >= 10,
        "both ends were met: {seen:?}"
    );
}

/// The control: without the finishing at the start, a crash leaves tokens of both kinds, or a visit that is over.
#[test]
fn control_without_finishing_a_crash_leaves_a_mixture() {
    let mut mixtures = 0;
    for steps in 0..40 {
        let dir = tempfile::tempdir().unwrap();
        let (_, visit, first, last) = story(dir.path());
        let wallet = open(dir.path());
        wallet.disk.steps_left.set(Some(steps));
        if wallet.change(&leaving(&visit, &last)).is_ok() {
            break;
        }
        let wallet = Wallet::open_to_forget(dir.path().to_owned());
        let tokens = all_tokens(&wallet);
        let old = first.iter().any(|token| tokens.contains(token));
        let new = last.iter().any(|token| tokens.contains(token));
        mixtures += usize::from(old && new);
    }
    assert!(mixtures > 0);
}

#[test]
fn check_in_interrupted_at_any_step_is_whole_or_nothing() {
    let tokens = [token(DAY, 2), token(Day(DAY.0 + 1), 4)];
    let mut seen = [0, 0];
    for steps in 0.. {
        let dir = tempfile::tempdir().unwrap();
        let wallet = open(dir.path());
        wallet.disk.steps_left.set(Some(steps));
        let done = wallet.change(&arriving(&tokens));
        let wallet = open(dir.path());
        match wallet.visit().unwrap() {
            None => {
                assert_eq!(all_tokens(&wallet), []);
                seen[0] += 1;
            }
            Some(visit) => {
                assert_eq!(visit, arriving(&tokens).settled());
                assert_eq!(all_tokens(&wallet), sorted(tokens.to_vec()));
                seen[1] += 1;
            }
        }
        if done.is_ok() {
            break;
        }
    }
    assert!(
        seen[0] >= 4 && seen[1] >= 10,
        "both ends were met: {seen:?}"
    );
}

#[test]
fn automatic_check_out_erases_the_visit_and_keeps_the_tokens() {
    let dir = tempfile::tempdir().unwrap();
    let (other, _, first, _) = story(dir.path());
    let wallet = open(dir.path());
    wallet.erase_visit().unwrap();
    wallet.erase_visit().unwrap();
    assert_eq!(wallet.visit().unwrap(), None);
    assert_eq!(all_tokens(&wallet), sorted([vec![other], first].concat()));
}

#[test]
fn days_are_unlinked_when_day_29_begins_and_not_a_second_before() {
    let dir = tempfile::tempdir().unwrap();
    story(dir.path());
    open(dir.path()).erase_visit().unwrap();
    let end = DAY.kept_until();
    let wallet = Wallet::open(dir.path().to_owned(), end.minus(1)).unwrap();
    assert_eq!(wallet.days().unwrap(), [(DAY, 3), (Day(DAY.0 + 1), 1)]);
    let wallet = Wallet::open(dir.path().to_owned(), end).unwrap();
    assert_eq!(wallet.days().unwrap(), [(Day(DAY.0 + 1), 1)]);
}

#[test]
fn forgetting_a_day_ends_the_visit_that_has_tokens_of_it() {
    let dir = tempfile::tempdir().unwrap();
    story(dir.path());
    let wallet = open(dir.path());
    wallet.forget_day(Day(DAY.0 + 1)).unwrap();
    assert_eq!(wallet.visit().unwrap(), None);
    assert_eq!(wallet.days().unwrap(), [(DAY, 3)]);
    wallet.forget_all().unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// PU3: a seized phone tells how many hours on which days, and nothing else.
#[test]
fn pu3_files_after_check_out_tell_days_and_numbers_only() {
    let dir = tempfile::tempdir().unwrap();
    let (_, visit, _, last) = story(dir.path());
    assert!(
        contains(dir.path(), b"Quan Pho"),
        "control: an open visit is in clear"
    );
    open(dir.path()).change(&leaving(&visit, &last)).unwrap();
    assert!(!contains(dir.path(), b"Quan Pho"));
    assert!(!contains(dir.path(), &visit.arrival.0.to_be_bytes()));
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].file_name(), "2026-11-24");
    for path in [dir.path(), &names[0].path()] {
        let seconds = fs::metadata(path).unwrap().mtime();
        assert_eq!(seconds, i64::from(DAY.0) * 86_400, "{}", path.display());
    }
    let bytes = fs::read(names[0].path()).unwrap();
    assert_eq!(bytes.len(), 3 * TOKEN_LEN);
    let tags: Vec<_> = bytes
        .chunks(TOKEN_LEN)
        .map(|token| &token[34..50])
        .collect();
    assert!(tags.is_sorted());
}

#[test]
fn refuses_damaged_files_by_name() {
    let dir = tempfile::tempdir().unwrap();
    story(dir.path());
    let wallet = open(dir.path());
    let path = dir.path().join("2026-11-24");
    let good = fs::read(&path).unwrap();
    let damaged = |why| Err(WalletError::DamagedDay { day: DAY, why });
    for (bytes, why) in [
        (good[1..].to_vec(), TokenFileError::BadLength),
        (
            [&good[250..500], &good[..250]].concat(),
            TokenFileError::Unsorted,
        ),
        (
            [&good[..250], &good[..250]].concat(),
            TokenFileError::Unsorted,
        ),
        (token(Day(7), 1).0.to_vec(), TokenFileError::OtherDay),
    ] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(wallet.tokens(DAY), damaged(why));
    }
    fs::write(&path, &good).unwrap();
    let visit = dir.path().join("open-visit");
    let bytes = fs::read(&visit).unwrap();
    fs::write(&visit, [&[2], &bytes[1..]].concat()).unwrap();
    assert_eq!(
        wallet.visit(),
        Err(WalletError::DamagedVisit(VisitFileError::UnknownVersion))
    );
    for end in 1..bytes.len() {
        fs::write(&visit, &bytes[..end]).unwrap();
        assert_eq!(
            wallet.visit(),
            Err(WalletError::DamagedVisit(VisitFileError::BadLength))
        );
    }
}

fn contains(dir: &std::path::Path, needle: &[u8]) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|found| found == needle)
    })
}

fn leftovers(dir: &std::path::Path) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".new")
        })
        .count()
}
