//! The ledger under crashes at every step and under flipped bits, on a disk in memory.
//! Knows the files only through the doors of the ledger; judges them by a tree of its own.
//! Specified in specs/protocol.md §14.4.
use super::*;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::follow::{FollowState, Follower, Input, Output};
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::tile_set::{entries_from_bundle, hashes_from_tile, tile_root};
use lachan_protocol::log::tiles::{TILE_WIDTH, resources};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::rc::Rc;

/// When the power goes: after so many changes; the one that fails is done or not.
#[derive(Clone, Copy, Debug)]
struct PowerCut {
    after: usize,
    last_done: bool,
}

/// A disk in memory; its clones are the same disk.
#[derive(Clone, Debug, Default)]
struct MemDisk {
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    cut: Rc<Cell<Option<PowerCut>>>,
    /// Flips a bit of the next write to this path.
    flips: Rc<RefCell<Option<String>>>,
}

impl MemDisk {
    fn cut_at(&self, cut: Option<PowerCut>) {
        self.cut.set(cut);
    }

    fn change(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
    ) -> Result<(), StoreError> {
        let mut files = self.files.borrow_mut();
        let Some(cut) = self.cut.get() else {
            change(&mut files);
            return Ok(());
        };
        let off = Some(PowerCut {
            after: 0,
            last_done: false,
        });
        match cut.after {
            0 => {
                if cut.last_done {
                    change(&mut files);
                }
                self.cut.set(off);
                Err(StoreError::Io(ErrorKind::Interrupted))
            }
            _ => {
                self.cut.set(Some(PowerCut {
                    after: cut.after - 1,
                    ..cut
                }));
                change(&mut files);
                Ok(())
            }
        }
    }
}

impl Disk for MemDisk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.files.borrow().get(path).cloned())
    }

    fn read_back(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut bytes = bytes.to_vec();
        if self.flips.borrow().as_deref() == Some(path) {
            self.flips.take();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        }
        self.change(|files| {
            files.insert(path.to_owned(), bytes);
        })
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.change(|files| {
            files.remove(path);
        })
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let folder = format!("{folder}/");
        let files = self.files.borrow();
        Ok(files
            .keys()
            .filter(|path| path.starts_with(&folder))
            .cloned()
            .collect())
    }
}

const ORIGIN: &str = "hanoi.example/log";

fn signer() -> NoteSigner {
    NoteSigner::new(
        ORIGIN,
        SignatureType::Ed25519,
        SigningKey::from_seed(&[7; 32]),
    )
    .unwrap()
}

fn leaves(from: u32, count: u32) -> Vec<Vec<u8>> {
    (from..from + count)
        .map(|i| i.to_le_bytes()[..=(i as usize % 3)].repeat(2))
        .collect()
}

fn checkpoint_on(disk: &MemDisk) -> Option<Checkpoint> {
    let note = disk.read("checkpoint").unwrap()?;
    let (signer, policy) = (signer(), WitnessPolicy::none(Vec::new()));
    let verified = Checkpoint::verify(&note, signer.vkey(), &policy).unwrap();
    Some(verified.checkpoint().clone())
}

/// Whether every file of the checkpoint's tree is there and hashes to its root.
fn is_backed(disk: &MemDisk, checkpoint: &Checkpoint) -> Result<(), String> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    let mut tiles: BTreeMap<(u8, u64), Vec<Hash>> = BTreeMap::new();
    let mut full = Vec::new();
    for resource in resources(checkpoint.size) {
        let whole = disk.read(&resource.to_full().to_path()).unwrap();
        let bytes = disk.read(&resource.to_path()).unwrap().or(whole);
        let bytes = bytes.ok_or_else(|| format!("{resource} is missing"))?;
        match resource {
            Resource::Entries { width, .. } => {
                let entries = entries_from_bundle(&bytes, width).map_err(|e| e.to_string())?;
                all.extend(entries.into_iter().map(<[u8]>::to_vec));
            }
            Resource::Tile {
                level,
                index,
                width,
            } => {
                let hashes = hashes_from_tile(&bytes, width).map_err(|e| e.to_string())?;
                if width == TILE_WIDTH {
                    full.push((level, index));
                }
                tiles.insert((level, index), hashes);
            }
            Resource::Checkpoint | Resource::Evidence => {}
        }
    }
    let root = tree::root(all.iter().map(Vec::as_slice));
    if all.len() as u64 != checkpoint.size || root != checkpoint.root {
        return Err("the bundles do not have the root".into());
    }
    for (leaf, hash) in all.iter().zip(
        tiles
            .iter()
            .filter(|((l, _), _)| *l == 0)
            .flat_map(|(_, t)| t),
    ) {
        if Hash::of_leaf(leaf) != *hash {
            return Err("a tile does not fit its bundle".into());
        }
    }
    for (level, index) in full {
        let above = &tiles[&(level + 1, index / 256)];
        if above[usize::try_from(index % 256).unwrap()] != tile_root(&tiles[&(level, index)]) {
            return Err("a tile does not fit the one below".into());
        }
    }
    Ok(())
}

/// Every checkpoint that anybody may have seen.
#[derive(Default)]
struct Seen(BTreeMap<u64, Hash>);

impl Seen {
    fn see(&mut self, disk: &MemDisk) {
        let Some(checkpoint) = checkpoint_on(disk) else {
            return;
        };
        is_backed(disk, &checkpoint).unwrap();
        let root = *self.0.entry(checkpoint.size).or_insert(checkpoint.root);
        assert_eq!(
            root, checkpoint.root,
            "two checkpoints of size {}",
            checkpoint.size
        );
        let largest = *self.0.keys().next_back().unwrap();
        assert_eq!(checkpoint.size, largest, "the log went back");
    }
}

const STEPS: [u32; 6] = [1, 2, 250, 5, 300, 1];

/// Appends all steps; the leaves carry `mark`, so that another run would make another tree.
fn append_all(disk: &MemDisk, mark: u32, seen: &mut Seen) -> Result<(), LedgerError> {
    let mut writer = Writer::on(disk.clone(), signer())?;
    seen.see(disk);
    for count in STEPS {
        writer.append(&leaves(mark, count))?;
        seen.see(disk);
    }
    Ok(())
}

#[test]
fn a_crash_at_any_step_leaves_one_checkpoint_of_a_size_and_all_its_data() {
    let mut cuts = 0;
    for after in 0.. {
        let mut finished = false;
        for last_done in [false, true] {
            let (disk, mut seen) = (MemDisk::default(), Seen::default());
            disk.cut_at(Some(PowerCut { after, last_done }));
            finished = append_all(&disk, 1_000, &mut seen).is_ok();
            disk.cut_at(None);
            seen.see(&disk);
            // A second crash, in what the start itself does or soon after.
            disk.cut_at(Some(PowerCut {
                after: after % 7,
                last_done: !last_done,
            }));
            append_all(&disk, 2_000, &mut seen).ok();
            disk.cut_at(None);
            seen.see(&disk);
            append_all(&disk, 3_000, &mut seen).unwrap();
            let checkpoint = checkpoint_on(&disk).unwrap();
            let beyond = disk.list("tile").unwrap().into_iter().filter(|path| {
                let resource = Resource::from_path(path).unwrap();
                !resource.is_partial() && !resources(checkpoint.size).contains(&resource)
            });
            assert_eq!(beyond.count(), 0);
            cuts += 1;
        }
        if finished {
            break;
        }
    }
    assert!(cuts > 60, "{cuts}");
}

#[test]
fn the_judge_notices_each_missing_file() {
    let (disk, mut seen) = (MemDisk::default(), Seen::default());
    append_all(&disk, 0, &mut seen).unwrap();
    let checkpoint = checkpoint_on(&disk).unwrap();
    assert_eq!(is_backed(&disk, &checkpoint), Ok(()));
    for resource in resources(checkpoint.size) {
        let file = disk.files.borrow_mut().remove(&resource.to_path()).unwrap();
        assert!(is_backed(&disk, &checkpoint).is_err(), "{resource}");
        disk.files.borrow_mut().insert(resource.to_path(), file);
    }
}

/// The resources that an append to `before` leaves writes.
fn written(before: u32, count: u32) -> Vec<Resource> {
    lachan_protocol::log::tiles::grown(u64::from(before), u64::from(before + count))
}

#[test]
fn a_flipped_bit_is_caught_before_anything_is_signed() {
    for (before, count) in [(0, 3), (3, 4), (250, 20), (10, 600)] {
        for resource in written(before, count) {
            let disk = MemDisk::default();
            let mut writer = Writer::on(disk.clone(), signer()).unwrap();
            writer.append(&leaves(0, before)).unwrap();
            let honest = checkpoint_on(&disk);
            disk.flips.replace(Some(resource.to_path()));
            let refused = writer.append(&leaves(7, count));
            assert!(disk.flips.borrow().is_none(), "{resource} was written");
            assert!(
                matches!(refused, Err(LedgerError::NotAsWritten(_))),
                "{resource}: {refused:?}"
            );
            assert_eq!(checkpoint_on(&disk), honest);
            // The next try writes all of it again.
            writer.append(&leaves(7, count)).unwrap();
            is_backed(&disk, &checkpoint_on(&disk).unwrap()).unwrap();
        }
    }
}

/// The control: without the reading back the same flipped bit is signed.
#[test]
fn without_reading_back_a_flipped_bit_would_be_signed() {
    let disk = MemDisk::default();
    let mut writer = Writer::on(disk.clone(), signer()).unwrap();
    disk.flips.replace(Some("tile/entries/000.p/3".into()));
    writer.folder.grow(&leaves(7, 3)).unwrap();
    writer.folder.write_edge().unwrap();
    writer.folder.settle_unread();
    writer.sign().unwrap();
    let checkpoint = checkpoint_on(&disk).unwrap();
    assert_eq!(checkpoint.size, 3);
    assert!(is_backed(&disk, &checkpoint).is_err());
}

#[test]
fn damage_at_rest_is_named_at_the_next_start() {
    let (disk, mut seen) = (MemDisk::default(), Seen::default());
    append_all(&disk, 0, &mut seen).unwrap();
    let size = checkpoint_on(&disk).unwrap().size;
    for path in [
        format!("tile/entries/002.p/{}", size % 256),
        "tile/1/000.p/2".into(),
    ] {
        let whole = disk
            .read(&path)
            .unwrap()
            .unwrap_or_else(|| panic!("{path}"));
        let mut flipped = whole.clone();
        flipped[5] ^= 1;
        disk.files.borrow_mut().insert(path.clone(), flipped);
        let refused = Writer::on(disk.clone(), signer()).map(|_| ());
        assert_eq!(refused, Err(LedgerError::Damaged), "{path}");
        disk.files.borrow_mut().insert(path, whole);
    }
    assert!(Writer::on(disk, signer()).is_ok());
}

#[test]
fn says_whether_its_newest_leaves_are_these() {
    let mut writer = Writer::on(MemDisk::default(), signer()).unwrap();
    writer.append(&leaves(0, 300)).unwrap();
    for count in [0, 1, 43, 44, 45, 299, 300] {
        assert_eq!(
            writer.ends_with(&leaves(300 - count, count)),
            Ok(true),
            "{count}"
        );
    }
    assert_eq!(writer.ends_with(&leaves(298, 1)), Ok(false));
    assert_eq!(writer.ends_with(&leaves(0, 301)), Ok(false));
}

/// Follows `source` into `copy` until all is there or the copy's disk fails.
fn mirror(source: &MemDisk, copy: &MemDisk, seen: &mut Seen) -> Result<FollowState, LedgerError> {
    let (mut mirror, state) = Mirror::on(copy.clone())?;
    let log = signer().vkey().clone();
    let mut follower = Follower::new(log, WitnessPolicy::none(Vec::new()), state).unwrap();
    let note = source.read("checkpoint").unwrap().unwrap();
    let mut inputs = vec![Input::Checkpoint(note), Input::Resume];
    while let Some(input) = inputs.pop() {
        for output in follower.handle(input).unwrap() {
            match output {
                Output::Fetch(request) => {
                    let file = source.read(&request.resource.to_path()).unwrap();
                    let start = usize::try_from(request.offset).unwrap();
                    inputs.push(match file {
                        None => Input::Missing,
                        Some(file) => {
                            let most = match request.resource {
                                Resource::Entries { .. } => 700,
                                _ => request.length as usize,
                            };
                            Input::Bytes(file[start..].iter().copied().take(most).collect())
                        }
                    });
                }
                Output::Leaves { first, leaves } => mirror.append(first, &leaves)?,
                Output::Store => mirror.store(follower.state())?,
                Output::CaughtUp => {}
            }
            seen.see(copy);
        }
    }
    Ok(follower.state().clone())
}

#[test]
fn a_mirror_cut_at_any_step_goes_on_and_ends_with_the_same_files() {
    let (source, mut own) = (MemDisk::default(), Seen::default());
    append_all(&source, 0, &mut own).unwrap();
    let mut resumed_in_between = 0;
    for after in 0.. {
        let mut finished = false;
        for last_done in [false, true] {
            let (copy, mut seen) = (MemDisk::default(), Seen::default());
            copy.cut_at(Some(PowerCut { after, last_done }));
            finished = mirror(&source, &copy, &mut seen).is_ok();
            copy.cut_at(None);
            seen.see(&copy);
            let (_, state) = Mirror::on(copy.clone()).unwrap();
            let served = checkpoint_on(&copy).map_or(0, |checkpoint| checkpoint.size);
            if state.frontier().size() > served {
                resumed_in_between += 1;
            }
            mirror(&source, &copy, &mut seen).unwrap();
            let checkpoint = checkpoint_on(&copy).unwrap();
            assert_eq!(Some(&checkpoint), checkpoint_on(&source).as_ref());
            for resource in resources(checkpoint.size) {
                let path = resource.to_path();
                assert_eq!(copy.read(&path), source.read(&path), "{path}");
            }
        }
        if finished {
            break;
        }
    }
    assert!(resumed_in_between > 0);
}

#[test]
fn a_mirror_follows_a_log_that_grows() {
    let (source, copy) = (MemDisk::default(), MemDisk::default());
    let (mut own, mut seen) = (Seen::default(), Seen::default());
    for round in 0..4 {
        append_all(&source, round, &mut own).unwrap();
        let state = mirror(&source, &copy, &mut seen).unwrap();
        let checkpoint = checkpoint_on(&copy).unwrap();
        assert_eq!(state.frontier().size(), checkpoint.size);
        assert_eq!(Some(checkpoint), checkpoint_on(&source));
    }
}

#[test]
fn a_mirror_whose_state_lies_begins_again_at_its_checkpoint() {
    let (source, copy) = (MemDisk::default(), MemDisk::default());
    append_all(&source, 0, &mut Seen::default()).unwrap();
    let state = mirror(&source, &copy, &mut Seen::default()).unwrap();
    let size = state.frontier().size();
    for lie in [Vec::new(), vec![0xff; 40], {
        let frontier = tree::Frontier::new(1 << 20, vec![Hash([1; 32])]);
        let note = state.note().unwrap().to_vec();
        FollowState::of_copy(frontier.unwrap(), 0, note).to_bytes()
    }] {
        copy.files.borrow_mut().insert("following".into(), lie);
        let (_, taken_up) = Mirror::on(copy.clone()).unwrap();
        assert_eq!(taken_up.frontier().size(), size);
        assert_eq!(taken_up.note(), state.note());
    }
}

#[test]
fn works_on_a_folder_of_the_file_system() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("log");
    let mut writer = Writer::open(&folder, signer()).unwrap();
    for count in STEPS {
        writer.append(&leaves(0, count)).unwrap();
    }
    let size = writer.checkpoint().size;
    let stray = folder.join("tile/entries/009.p/7");
    std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
    std::fs::write(&stray, b"left by a crash").unwrap();
    let again = Writer::open(&folder, signer()).unwrap();
    assert_eq!(again.checkpoint().size, size);
    assert_eq!(again.note(), writer.note());
    assert!(!stray.exists());
    assert!(!folder.join("tile/entries/000.p").exists());
    assert!(folder.join("tile/entries/000").exists());
}

#[test]
fn what_a_killed_writer_left_goes_when_the_log_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (own, copy) = (dir.path().join("own"), dir.path().join("copy"));
    let left = [own.join("tile/0/000.p/.tmp-1-1"), copy.join(".tmp-1-1")];
    for file in &left {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, b"left").unwrap();
    }
    Writer::open(&own, signer()).unwrap();
    Mirror::open(&copy, &dir.path().join("following")).unwrap();
    assert!(left.iter().all(|file| !file.exists()));
    Mirror::open(&dir.path().join("none"), &dir.path().join("following")).unwrap();
    // leaves that do not follow are not taken
    let (mut mirror, _) =
        Mirror::open(&dir.path().join("none"), &dir.path().join("following")).unwrap();
    let gap = mirror.append(5, &[vec![1]]);
    assert!(matches!(
        gap,
        Err(LedgerError::Gap {
            first: 5,
            wanted: 0
        })
    ));
    assert!(mirror.append(0, &[vec![1]]).is_ok(), "the control");
}
