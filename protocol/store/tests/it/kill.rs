//! Killing: a child commits and says so, the parent kills it at any moment and looks for what was said.
//! Knows only what the child printed; does not know what it was doing.
//! Specified in specs/protocol.md §14.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use lachan_store::{Batch, Condition, FileName, Store, StoreError};

use crate::{Dice, SMALL, TREE, number, seed};

const CHILD: &str = "LACHAN_STORE_CHILD";
const EARLY: &str = "LACHAN_STORE_CHILD_EARLY";
const THREADS: u8 = 3;
/// Records a thread keeps.
const KEPT: u64 = 40;

fn key(thread: u8, number: u64) -> Vec<u8> {
    [&[thread][..], &number.to_be_bytes()].concat()
}

fn content(thread: u8, number: u64) -> Vec<u8> {
    let len = (number * 2_654_435_761 + u64::from(thread)) % 1500;
    (0..len)
        .map(|at| u8::try_from((at * 31 + number * 7 + u64::from(thread)) % 251).unwrap())
        .collect()
}

/// A large value goes to a file first; its record holds the name.
fn value(thread: u8, number: u64) -> Vec<u8> {
    let content = content(thread, number);
    if number.is_multiple_of(16) {
        FileName::of(&content).to_bytes().to_vec()
    } else {
        content
    }
}

/// The newest record of each thread.
fn newest(store: &Store) -> BTreeMap<u8, u64> {
    let mut newest = BTreeMap::new();
    for record in store.scan(TREE, b"") {
        let (thread, number) = record
            .unwrap()
            .key
            .split_first()
            .map(|(t, n)| (*t, n.to_vec()))
            .unwrap();
        newest.insert(thread, u64::from_be_bytes(number.try_into().unwrap()));
    }
    newest
}

/// Not a test of its own: what the child of the tests below does.
#[test]
fn child_commits_until_killed() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let early = std::env::var(EARLY).is_ok();
    let dir = Path::new(&dir);
    let store = match Store::open_with(dir, SMALL) {
        Err(StoreError::Absent) => Store::create_with(dir, SMALL).unwrap(),
        opened => opened.unwrap(),
    };
    let newest = newest(&store);
    let say = |thread: u8, number: u64| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "ack {thread} {number}").and_then(|()| out.flush());
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, newest, say) = (&store, &newest, &say);
            scope.spawn(move || {
                for number in newest.get(&thread).map_or(1, |newest| newest + 1).. {
                    if number.is_multiple_of(16) {
                        store.put_file(&content(thread, number)).unwrap();
                    }
                    let batch = Batch::new()
                        .put(TREE, key(thread, number), value(thread, number))
                        .delete(TREE, key(thread, number.saturating_sub(KEPT)));
                    if early {
                        say(thread, number);
                        std::thread::sleep(Duration::from_millis(3));
                    }
                    match thread {
                        0 => store.commit_head_first(&batch).unwrap(),
                        _ => store.commit(&batch).unwrap(),
                    };
                    if !early {
                        say(thread, number);
                    }
                }
            });
        }
    });
}

/// Lets a child commit for a while; the newest number each thread acknowledged.
fn run_child(dir: &Path, early: bool, live: Duration) -> BTreeMap<u8, u64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "kill::child_commits_until_killed",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if early {
        command.env(EARLY, "1");
    }
    let mut child = command.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut acknowledged = BTreeMap::new();
        for line in out.lines().map_while(Result::ok) {
            // The harness prints on the first line without ending it.
            let Some((_, said)) = line.split_once("ack ") else {
                continue;
            };
            let Some((thread, number)) = said.split_once(' ') else {
                continue;
            };
            acknowledged.insert(
                thread.parse::<u8>().unwrap(),
                number.parse::<u64>().unwrap(),
            );
        }
        acknowledged
    });
    std::thread::sleep(live);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "the child never ends by itself");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !said.contains("panicked"),
        "the child failed before it was killed: {said}"
    );
    reader.join().unwrap()
}

/// Whether everything acknowledged is there, and nothing is half there.
fn look(dir: &Path, acknowledged: &BTreeMap<u8, u64>) -> Result<u64, String> {
    let store = match Store::open_with(dir, SMALL) {
        Err(StoreError::Absent) if acknowledged.is_empty() => return Ok(0),
        opened => opened.map_err(|error| error.to_string())?,
    };
    if store.condition() != Condition::Sound {
        return Err(format!("{:?}", store.condition()));
    }
    let found = newest(&store);
    for (thread, number) in acknowledged {
        let newest = found.get(thread).copied().unwrap_or_default();
        if newest < *number || newest > number + 1 {
            return Err(format!(
                "thread {thread} acknowledged {number}, found {newest}"
            ));
        }
    }
    let mut records = 0;
    for (thread, newest) in found {
        for number in newest.saturating_sub(KEPT)..=newest {
            let read = store
                .read(TREE, key(thread, number))
                .map_err(|error| error.to_string())?;
            let expected = (number > newest.saturating_sub(KEPT)).then(|| value(thread, number));
            if read != expected {
                return Err(format!("record {number} of thread {thread} is wrong"));
            }
            if number.is_multiple_of(16) && expected.is_some() {
                let file = store.read_file(FileName::of(&content(thread, number)));
                if file.as_deref() != Ok(content(thread, number).as_slice()) {
                    return Err(format!(
                        "file of record {number} of thread {thread} is wrong"
                    ));
                }
            }
            records += u64::from(expected.is_some());
        }
    }
    if store.count() == records {
        Ok(records)
    } else {
        Err("records too many".to_owned())
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn no_acknowledged_record_is_lost_to_kill() {
    let mut dice = Dice(seed("kill"));
    let rounds = number("LACHAN_ROUNDS", 40);
    let home = tempfile::tempdir().unwrap();
    let mut total = 0;
    let mut before = BTreeMap::new();
    for round in 0..rounds {
        let dir = home.path().join((round / 20).to_string());
        if round % 20 == 0 {
            before.clear();
        }
        let acknowledged = run_child(&dir, false, Duration::from_millis(5 + dice.roll(300)));
        for (thread, number) in acknowledged {
            total += number - before.insert(thread, number).unwrap_or(0).min(number);
        }
        let looked = look(&dir, &before);
        if let Err(why) = looked {
            // A record that was on its way is not in what was acknowledged: learn it only after it was looked at.
            panic!("round {round}: {why}");
        }
        if let Ok(store) = Store::open_with(&dir, SMALL) {
            before = newest(&store);
            assert_eq!(store.condition(), Condition::Sound);
        }
    }
    eprintln!("kill: {total} acknowledged records in {rounds} rounds, 0 lost");
    assert!(total > rounds, "the child hardly ever committed");
}

#[test]
fn control_harness_notices_acknowledgement_before_commit() {
    let mut dice = Dice(seed("kill control"));
    let home = tempfile::tempdir().unwrap();
    let noticed = (0..40).any(|round| {
        let dir = home.path().join(round.to_string());
        let acknowledged = run_child(&dir, true, Duration::from_millis(80 + dice.roll(100)));
        !acknowledged.is_empty() && look(&dir, &acknowledged).is_err()
    });
    assert!(noticed);
}

#[test]
fn killed_while_created_leaves_a_store_or_none() {
    let mut dice = Dice(seed("kill creation"));
    let home = tempfile::tempdir().unwrap();
    for round in 0..number("LACHAN_ROUNDS", 40) / 2 {
        let dir = home.path().join(round.to_string());
        let acknowledged = run_child(&dir, false, Duration::from_millis(2 + dice.roll(25)));
        look(&dir, &acknowledged).unwrap();
        match Store::open_with(&dir, SMALL) {
            Ok(store) => assert_eq!(store.condition(), Condition::Sound),
            Err(StoreError::Absent) => drop(Store::create_with(&dir, SMALL).unwrap()),
            Err(error) => panic!("round {round}: {error}"),
        }
    }
}
