//! What must be in order before sled recovers a database: its snapshot, its settings, the heads of its segments.
//! Knows sled's files; does not know what is stored in them.
//! Specified in specs/protocol.md §14.
//!
//! sled 0.34.7 reads its log from the newest snapshot on. At open it fills emptied segments with zeros, and a later
//! recovery *without* a snapshot then misses the segment before the newest one, takes that one for torn and begins an
//! empty database over the records. So a snapshot that is whole is kept. One that is half written (`.generating`) or
//! damaged makes every open fail and is removed; if none is left, the head of the oldest segment that would be thrown
//! away is told that everything before it is stable, which it is.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::ErrorKind,
    os::unix::fs::FileExt,
    path::Path,
};

use crate::{
    durable::{sync_dir, write_durably},
    error::StoreError,
};

/// What sled 0.34.7 keeps in `conf` for the settings used here. It panics or refuses when the file is torn.
const CONF: &[u8] = b"segment_size: 524288\nuse_compression: false\nversion: 0.34\n";
const SEGMENT_LEN: u64 = 524_288;
const SEGMENT_LEN_LSN: i64 = 524_288;
const SEGMENT_HEAD_LEN: usize = 20;
/// After a snapshot's bytes: eight of length, four of CRC-32.
const SNAPSHOT_TAIL_LEN: usize = 12;

/// Puts the files of a database in order, so that sled can recover what they hold.
pub(crate) fn prepare(dir: &Path) -> Result<(), StoreError> {
    write_conf(dir)?;
    if !keep_whole_snapshots(dir)? {
        keep_newest_segments(&dir.join("db"))?;
    }
    Ok(())
}

fn write_conf(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("conf");
    let mut expected = CONF.to_vec();
    expected.extend_from_slice(&crc32fast::hash(CONF).to_le_bytes());
    match fs::read(&path) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) => {
            tracing::warn!("the database's settings were torn and are written again");
            write_durably(&path, &expected)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => write_durably(&path, &expected),
        Err(error) => Err(error.into()),
    }
}

/// Removes snapshots that sled would stumble over; says whether one is left.
fn keep_whole_snapshots(dir: &Path) -> Result<bool, StoreError> {
    let (mut kept, mut removed) = (false, false);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with("snap.")) else {
            continue;
        };
        if !name.ends_with(".generating") && is_whole_snapshot(&fs::read(entry.path())?) {
            kept = true;
        } else {
            tracing::warn!("a snapshot of the database was half written or damaged and is removed");
            fs::remove_file(entry.path())?;
            removed = true;
        }
    }
    if removed {
        sync_dir(dir)?;
    }
    Ok(kept)
}

fn is_whole_snapshot(bytes: &[u8]) -> bool {
    let Some((body, tail)) = bytes
        .len()
        .checked_sub(SNAPSHOT_TAIL_LEN)
        .and_then(|at| bytes.split_at_checked(at))
    else {
        return false;
    };
    let len = u64::try_from(body.len()).unwrap_or(u64::MAX);
    !body.is_empty()
        && tail[..8] == len.to_le_bytes()
        && tail[8..] == crc32fast::hash(body).to_le_bytes()
}

/// The head of a segment of sled's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SegmentHead {
    /// Number of its first byte in the endless log.
    start: i64,
    /// Everything up to here was on the disk when the segment was begun.
    stable: i64,
}

impl SegmentHead {
    fn from_bytes(bytes: &[u8; SEGMENT_HEAD_LEN]) -> Option<Self> {
        let (crc, rest) = bytes.split_first_chunk()?;
        let (start, stable) = rest.split_first_chunk()?;
        if u32::from_le_bytes(*crc) ^ u32::MAX != crc32fast::hash(rest) {
            return None;
        }
        let stable = stable.first_chunk()?;
        Some(Self {
            start: i64::from_le_bytes(*start) ^ i64::MAX,
            stable: i64::from_le_bytes(*stable) ^ i64::MAX,
        })
    }

    fn to_bytes(self) -> [u8; SEGMENT_HEAD_LEN] {
        let mut bytes = [0; SEGMENT_HEAD_LEN];
        bytes[4..12].copy_from_slice(&(self.start ^ i64::MAX).to_le_bytes());
        bytes[12..].copy_from_slice(&(self.stable ^ i64::MAX).to_le_bytes());
        let crc = crc32fast::hash(&bytes[4..]) ^ u32::MAX;
        bytes[..4].copy_from_slice(&crc.to_le_bytes());
        bytes
    }
}

/// Without a snapshot: keeps sled from taking the newest segments for torn because the one before them was emptied.
/// Whether records are missing for another reason is found by the sum of the head.
fn keep_newest_segments(path: &Path) -> Result<(), StoreError> {
    let file = match File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut heads = BTreeMap::new();
    let mut offset = 0;
    while offset < file.metadata()?.len() {
        let mut bytes = [0; SEGMENT_HEAD_LEN];
        match file.read_exact_at(&mut bytes, offset) {
            Ok(()) => heads.extend(
                SegmentHead::from_bytes(&bytes).map(|head| (head.start, (head.stable, offset))),
            ),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error.into()),
        }
        offset += SEGMENT_LEN;
    }
    let stable = heads
        .values()
        .map(|(stable, _)| *stable)
        .max()
        .unwrap_or(0)
        .max(0);
    let expected = stable / SEGMENT_LEN_LSN * SEGMENT_LEN_LSN;
    if heads.contains_key(&expected) {
        return Ok(());
    }
    if let Some((start, (_, offset))) = heads.range(expected..).next() {
        tracing::warn!("the database lost its snapshot: its newest segments are kept without");
        file.write_all_at(
            &SegmentHead {
                start: *start,
                stable: *start,
            }
            .to_bytes(),
            *offset,
        )?;
        file.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(dir: &Path) {
        let db = sled::Config::new()
            .path(dir)
            .flush_every_ms(None)
            .open()
            .unwrap();
        db.insert(b"key", b"value").unwrap();
        db.flush().unwrap();
    }

    #[test]
    fn conf_is_what_sled_itself_writes() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let written = fs::read(dir.path().join("conf")).unwrap();
        fs::write(dir.path().join("conf"), b"torn").unwrap();
        write_conf(dir.path()).unwrap();
        assert_eq!(fs::read(dir.path().join("conf")).unwrap(), written);
    }

    #[test]
    fn segment_heads_are_read_and_written_as_sled_does() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path());
        let bytes: [u8; SEGMENT_HEAD_LEN] = *fs::read(dir.path().join("db"))
            .unwrap()
            .first_chunk()
            .unwrap();
        let head = SegmentHead::from_bytes(&bytes).unwrap();
        assert_eq!((head.start, head.stable, head.to_bytes()), (0, -1, bytes));
        let mut changed = bytes;
        changed[13] ^= 1;
        assert_eq!(SegmentHead::from_bytes(&changed), None);
    }

    #[test]
    fn whole_snapshots_are_kept_and_damaged_ones_removed() {
        let dir = tempfile::tempdir().unwrap();
        let snapshots = || {
            let entries = fs::read_dir(dir.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            entries
                .filter(|name| name.to_str().unwrap().starts_with("snap."))
                .collect::<Vec<_>>()
        };
        filled(dir.path());
        filled(dir.path());
        let [name] = &snapshots()[..] else {
            panic!("sled wrote no snapshot")
        };
        assert!(keep_whole_snapshots(dir.path()).unwrap());
        assert_eq!(snapshots().len(), 1, "control: a whole one stays");
        let path = dir.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        fs::write(&path, bytes).unwrap();
        fs::write(dir.path().join("snap.00000000000000AA.generating"), b"half").unwrap();
        assert!(!keep_whole_snapshots(dir.path()).unwrap());
        assert_eq!(snapshots().len(), 0);
    }
}
