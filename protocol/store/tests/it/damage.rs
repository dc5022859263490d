//! Damage: bytes of every file of a store changed; nothing may be lost in silence, nothing may panic.
//! Knows what was acknowledged; does not know how sled keeps it.
//! Specified in specs/protocol.md §14.

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use lachan_store::{Batch, Condition, FileName, Store, StoreError, hush_database_panics};

use crate::{Dice, SMALL, TREE, copy_dir, fast_dir, number, seed};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// A store of `commits` commits over `keys` keys, and what must be in it.
fn make(dir: &Path, commits: u64, keys: u64, value_len: u64) -> (Model, Vec<FileName>) {
    let store = Store::create_with(dir, SMALL).unwrap();
    let mut dice = Dice(commits);
    let mut model = Model::new();
    for number in 0..commits {
        let (key, other) = (dice.roll(keys).to_be_bytes(), dice.roll(keys).to_be_bytes());
        let len = usize::try_from(dice.roll(value_len)).unwrap();
        let value = vec![u8::try_from(number % 256).unwrap(); len];
        model.remove(&other[..]);
        model.insert(key.to_vec(), value.clone());
        store
            .commit(&Batch::new().delete(TREE, other).put(TREE, key, value))
            .unwrap();
    }
    let names = [&b"one"[..], &[7; 9000][..]].map(|bytes| store.put_file(bytes).unwrap());
    let last = names[0].to_bytes().to_vec();
    model.insert(b"files".to_vec(), last.clone());
    store
        .commit_head_first(&Batch::new().put(TREE, b"files", last))
        .unwrap();
    (model, names.to_vec())
}

/// A store whose newer values lie in the middle of sled's log, as pieces of pages at its beginning.
fn make_layered(dir: &Path) -> (Model, Vec<FileName>) {
    let store = Store::create_with(dir, SMALL).unwrap();
    let mut model = Model::new();
    let mut put = |key: String, value: Vec<u8>| {
        store
            .commit(&Batch::new().put(TREE, key.as_bytes(), value.as_slice()))
            .unwrap();
        model.insert(key.into_bytes(), value);
    };
    (0..400).for_each(|number| put(format!("a{number:04}"), vec![1; 40]));
    (0..500).for_each(|number| put(format!("z{number:04}"), vec![3; 3000]));
    (0..400)
        .step_by(20)
        .for_each(|number| put(format!("a{number:04}"), vec![2; 40]));
    (500..1000).for_each(|number| put(format!("z{number:04}"), vec![3; 3000]));
    (model, Vec::new())
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(files_below(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files.sort();
    files
}

/// Changes one file: mostly a byte, sometimes a sector, sometimes its end.
fn damage(dir: &Path, dice: &mut Dice) -> String {
    let files: Vec<_> = files_below(dir)
        .into_iter()
        .filter(|path| fs::metadata(path).unwrap().len() > 0)
        .collect();
    let database = dir.join("db").join("db");
    let pick = usize::try_from(dice.roll(u64::try_from(files.len()).unwrap())).unwrap();
    let path = if dice.roll(3) > 0 {
        &database
    } else {
        &files[pick]
    };
    let mut bytes = fs::read(path).unwrap();
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(bytes.len(), |last| last + 1);
    let at = usize::try_from(dice.roll(u64::try_from(used).unwrap())).unwrap();
    let what = match dice.roll(12) {
        0 => {
            bytes.truncate(at);
            "cut"
        }
        1 => {
            let sector = at / 512 * 512;
            let end = bytes.len().min(sector + 512);
            bytes[sector..end].fill(0);
            "sector zeroed"
        }
        2 => {
            // The first bytes of a piece of sled's log.
            let at = (at / 524_288 * 524_288 + usize::try_from(dice.roll(20)).unwrap())
                .min(bytes.len() - 1);
            bytes[at] ^= u8::try_from(1 + dice.roll(255)).unwrap();
            "header byte changed"
        }
        3 => {
            bytes[at..]
                .iter_mut()
                .take(7)
                .for_each(|byte| *byte ^= 0x55);
            "seven bytes changed"
        }
        _ => {
            bytes[at] ^= 1 << dice.roll(8);
            "bit flipped"
        }
    };
    fs::write(path, bytes).unwrap();
    format!(
        "{what} at {at} of {}",
        path.strip_prefix(dir).unwrap().display()
    )
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Outcome {
    /// Everything is there.
    Right,
    /// The store said that something is wrong.
    Noticed,
    /// Something is missing or different and nobody said so.
    Silent,
}

/// What a program sees of a damaged store.
fn look(dir: &Path, model: &Model, names: &[FileName]) -> Outcome {
    let store = match Store::open_with(dir, SMALL) {
        Ok(store) => store,
        // These would make a program begin anew.
        Err(StoreError::Absent) => return Outcome::Silent,
        Err(_) => return Outcome::Noticed,
    };
    let mut noticed = store.condition() != Condition::Sound;
    let mut wrong = false;
    for (key, value) in model {
        match store.read(TREE, key) {
            Ok(read) => wrong |= read.as_ref() != Some(value),
            Err(_) => noticed = true,
        }
    }
    let mut met = 0;
    for record in store.scan(TREE, b"") {
        match record {
            Ok(record) => {
                met += 1;
                wrong |= model.get(&record.key) != Some(&record.value);
            }
            Err(_) => noticed = true,
        }
    }
    wrong |= met != model.len();
    noticed |= names.iter().any(|name| store.read_file(*name).is_err());
    let refused = store
        .commit(&Batch::new().put(TREE, b"new", b"value"))
        .is_err();
    noticed |= refused;
    if store.condition() == Condition::Sound {
        noticed |= !store.verify().is_ok_and(|report| report.is_sound());
    } else {
        assert!(refused, "a store that lost something took a commit");
        // Neither repair may panic; what they answer depends on the damage.
        let _ = store.salvage(&dir.join("salvaged"));
        let _ = store.accept_rollback();
    }
    match (noticed, wrong) {
        (true, _) => Outcome::Noticed,
        (false, true) => Outcome::Silent,
        (false, false) => Outcome::Right,
    }
}

/// The same with sled alone: `None` when it does not open or does not read.
fn look_with_sled(dir: &Path, model: &Model) -> Option<Outcome> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let db = sled::Config::new()
            .path(dir.join("db"))
            .flush_every_ms(None)
            .open()
            .ok()?;
        let mut right = true;
        for (key, value) in model {
            let stored = db.get([TREE.name().as_bytes(), &[0], key].concat()).ok()?;
            right &= stored.is_some_and(|stored| stored.ends_with(value));
        }
        Some(if right {
            Outcome::Right
        } else {
            Outcome::Silent
        })
    }));
    read.ok().flatten()
}

/// Damages copies of a store; how often each outcome came.
fn run(
    name: &str,
    make: impl Fn(&Path) -> (Model, Vec<FileName>),
    rounds: u64,
) -> BTreeMap<Outcome, u64> {
    hush_database_panics();
    let seed = seed(name);
    let home = fast_dir();
    let base = home.path().join("base");
    let (model, names) = make(&base);
    let mut outcomes = BTreeMap::new();
    let (told, heard) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        for round in 0..rounds {
            let dir = home.path().join(round.to_string());
            copy_dir(&base, &dir);
            let what = damage(&dir, &mut Dice(seed.wrapping_add(round)));
            let outcome = catch_unwind(AssertUnwindSafe(|| look(&dir, &model, &names)));
            let sent = told.send((round, what, outcome.ok()));
            fs::remove_dir_all(&dir).unwrap();
            if sent.is_err() {
                return;
            }
        }
    });
    for round in 0..rounds {
        let Ok((round, what, outcome)) = heard.recv_timeout(Duration::from_secs(60)) else {
            panic!("{name}: seed {seed} round {round} hangs");
        };
        let outcome =
            outcome.unwrap_or_else(|| panic!("{name}: seed {seed} round {round} panicked: {what}"));
        assert_ne!(
            outcome,
            Outcome::Silent,
            "{name}: seed {seed} round {round}: {what}"
        );
        *outcomes.entry(outcome).or_default() += 1;
    }
    worker.join().unwrap();
    outcomes
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn damage_of_a_small_store_is_never_silent() {
    let outcomes = run(
        "damage, one segment",
        |dir| make(dir, 60, 150, 300),
        number("LACHAN_FLIPS", 1200),
    );
    eprintln!("damage, one segment: {outcomes:?}");
    assert!(outcomes.contains_key(&Outcome::Noticed) && outcomes.contains_key(&Outcome::Right));
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn damage_of_a_store_of_many_segments_is_never_silent() {
    let outcomes = run(
        "damage, many segments",
        |dir| make(dir, 1500, 150, 4096),
        number("LACHAN_FLIPS", 1200) / 3,
    );
    eprintln!("damage, many segments: {outcomes:?}");
    assert!(outcomes.contains_key(&Outcome::Noticed) && outcomes.contains_key(&Outcome::Right));
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn damage_of_a_store_of_many_segments_that_grows_is_never_silent() {
    let outcomes = run(
        "damage, growing",
        |dir| make(dir, 2500, u64::MAX, 1500),
        number("LACHAN_FLIPS", 1200) / 3,
    );
    eprintln!("damage, growing: {outcomes:?}");
    assert!(outcomes.contains_key(&Outcome::Noticed) && outcomes.contains_key(&Outcome::Right));
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn damage_of_a_store_of_many_segments_in_layers_is_never_silent() {
    let outcomes = run(
        "damage, layers",
        make_layered,
        number("LACHAN_FLIPS", 1200) / 3,
    );
    eprintln!("damage, layers: {outcomes:?}");
    assert!(outcomes.contains_key(&Outcome::Noticed) && outcomes.contains_key(&Outcome::Right));
}

#[test]
fn control_sled_alone_loses_records_in_silence() {
    hush_database_panics();
    let home = fast_dir();
    let base = home.path().join("base");
    let (model, _) = make(&base, 60, 150, 300);
    let silent = (0..60).filter(|round| {
        let dir = home.path().join(round.to_string());
        copy_dir(&base, &dir);
        let database = dir.join("db").join("db");
        let mut bytes = fs::read(&database).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        bytes[used * (usize::try_from(*round).unwrap() + 1) / 64] ^= 4;
        fs::write(&database, bytes).unwrap();
        for path in files_below(&dir.join("db")) {
            if path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("snap.")
            {
                fs::remove_file(path).unwrap();
            }
        }
        look_with_sled(&dir, &model) == Some(Outcome::Silent)
    });
    assert!(
        silent.count() > 0,
        "the harness notices what sled does not say"
    );
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn control_without_the_sum_a_lost_middle_is_silent() {
    hush_database_panics();
    let home = fast_dir();
    let base = home.path().join("base");
    let (model, names) = make_layered(&base);
    let segments = fs::metadata(base.join("db").join("db")).unwrap().len() / 524_288;
    assert!(segments > 3, "{segments} segments");
    let blind = lachan_store::Settings {
        sweep_at_open_bytes: 0,
        ..SMALL
    };
    let (mut silent, mut seen) = (0, 0);
    let mut places = 0;
    // Until it is seen: at the head of each segment, then further and further into all.
    for round in 0..40 * segments {
        if silent > 0 {
            break;
        }
        places += 1;
        let dir = home.path().join(round.to_string());
        copy_dir(&base, &dir);
        let database = dir.join("db").join("db");
        let mut bytes = fs::read(&database).unwrap();
        let at = round % segments * 524_288 + 5 + round / segments * 13_000;
        bytes[usize::try_from(at).unwrap()] ^= 1;
        fs::write(&database, bytes).unwrap();
        let Ok(store) = Store::open_with(&dir, blind) else {
            continue;
        };
        if store.condition() != Condition::Unswept {
            continue;
        }
        let wrong = model.iter().any(|(key, value)| {
            store
                .read(TREE, key)
                .is_ok_and(|read| read.as_ref() != Some(value))
        });
        silent += u64::from(wrong);
        seen += u64::from(wrong && !store.verify().unwrap().complete);
        drop(store);
        assert_ne!(look(&dir, &model, &names), Outcome::Silent);
    }
    eprintln!("control without the sum: silent after {places} places");
    assert!(silent > 0, "the head alone does not notice a lost middle");
    assert_eq!(silent, seen, "verify does");
}
