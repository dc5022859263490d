//! Serving the logs of this home: by origin hash and path, in ranges.
//! Knows folders and files; a path from a peer is parsed to numbers and printed again, never joined.
//! Specified in specs/protocol.md §8.3 and §13.2.

use crate::net::LogSource;
use lachan_link::{LogReply, LogRequest, Refusal};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::tile_set::split_entry;
use lachan_protocol::log::tiles::Resource;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The logs of a home.
#[derive(Clone, Debug, Default)]
pub struct Logs(BTreeMap<OriginHash, PathBuf>);

impl Logs {
    /// Serves these folders.
    #[must_use]
    pub const fn new(folders: BTreeMap<OriginHash, PathBuf>) -> Self {
        Self(folders)
    }
}

impl LogSource for Logs {
    fn read(&self, request: &LogRequest) -> LogReply {
        let Some(folder) = self.0.get(&request.origin()) else {
            return LogReply::Refused(Refusal::UnknownOrigin);
        };
        let Ok(resource) = Resource::from_path(request.path()) else {
            return LogReply::Refused(Refusal::NotAPath);
        };
        let file = folder.join(resource.to_path());
        let (offset, length) = (request.offset(), request.length());
        let read = match read_range(&file, offset, length) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                read_beginning(folder, resource, offset, length)
            }
            read => read,
        };
        match read {
            Ok(reply) => reply,
            Err(error) if error.kind() == ErrorKind::NotFound => LogReply::NotFound,
            Err(error) => {
                tracing::warn!(%error, "a log's file cannot be read");
                LogReply::Busy(Duration::from_secs(5))
            }
        }
    }
}

fn read_range(file: &Path, offset: u64, length: u32) -> std::io::Result<LogReply> {
    let mut file = File::open(file)?;
    let total = file.metadata()?.len();
    if offset > total {
        return Ok(LogReply::Refused(Refusal::RangeBehindEnd));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut bytes)?;
    Ok(LogReply::Part { total, bytes })
}

/// A partial resource that the log outgrew is the beginning of the one that is there: of the next larger partial
/// one, or of the full one.
fn read_beginning(
    folder: &Path,
    resource: Resource,
    offset: u64,
    length: u32,
) -> std::io::Result<LogReply> {
    let (Resource::Entries { width, .. } | Resource::Tile { width, .. }) = resource else {
        return Ok(LogReply::NotFound);
    };
    let partial = folder.join(resource.to_path());
    let larger = partial
        .parent()
        .map(widths_in)
        .unwrap_or_default()
        .into_iter()
        .filter(|other| *other > width)
        .min()
        .map_or_else(
            || folder.join(resource.to_full().to_path()),
            |other| partial.with_file_name(other.to_string()),
        );
    let bytes = std::fs::read(larger)?;
    let end = match resource {
        Resource::Entries { .. } => entries_len(&bytes, width),
        Resource::Checkpoint | Resource::Evidence | Resource::Tile { .. } => {
            Some(usize::from(width) * 32)
        }
    };
    let Some(beginning) = end.and_then(|end| bytes.get(..end)) else {
        return Ok(LogReply::NotFound);
    };
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    let Some(rest) = beginning.get(from..) else {
        return Ok(LogReply::Refused(Refusal::RangeBehindEnd));
    };
    let most = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(LogReply::Part {
        total: beginning.len() as u64,
        bytes: rest[..rest.len().min(most)].to_vec(),
    })
}

/// The widths of the partial files in a folder; none when it is not there.
fn widths_in(folder: &Path) -> Vec<u16> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let width = |name: OsString| name.to_str().and_then(|name| name.parse().ok());
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| width(entry.file_name()))
        .collect()
}

/// Bytes of the first entries of a bundle.
fn entries_len(bundle: &[u8], width: u16) -> Option<usize> {
    let mut rest = bundle;
    for _ in 0..width {
        (_, rest) = split_entry(rest)?;
    }
    Some(bundle.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serves_ranges_of_resources_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let origin = OriginHash::of_origin("log.example");
        std::fs::create_dir_all(dir.path().join("tile/0")).unwrap();
        std::fs::write(dir.path().join("tile/0/000"), [7; 10]).unwrap();
        std::fs::write(dir.path().join("secret"), [7; 10]).unwrap();
        let logs = Logs::new(BTreeMap::from([(origin, dir.path().to_owned())]));
        let read =
            |path: &str, offset| logs.read(&LogRequest::new(origin, path, offset, 4).unwrap());
        let part = |len| LogReply::Part {
            total: 10,
            bytes: vec![7; len],
        };
        assert_eq!(read("tile/0/000", 0), part(4));
        assert_eq!(read("tile/0/000", 8), part(2));
        assert_eq!(read("tile/0/000", 10), part(0));
        let behind = LogReply::Refused(Refusal::RangeBehindEnd);
        assert_eq!(read("tile/0/000", 11), behind);
        assert_eq!(read("tile/0/001", 0), LogReply::NotFound);
        for path in ["secret", "../secret", "tile/0/../../secret", "/tile/0/000"] {
            let refused = LogReply::Refused(Refusal::NotAPath);
            assert_eq!(read(path, 0), refused, "{path}");
        }
        let other = OriginHash::of_origin("other");
        let request = LogRequest::new(other, "tile/0/000", 0, 4).unwrap();
        let unknown = LogReply::Refused(Refusal::UnknownOrigin);
        assert_eq!(logs.read(&request), unknown);
    }

    #[test]
    fn serves_a_partial_file_that_was_outgrown_from_the_larger_one() {
        let dir = tempfile::tempdir().unwrap();
        let origin = OriginHash::of_origin("log.example");
        for folder in ["tile/0/000.p", "tile/entries/000.p"] {
            std::fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        std::fs::write(dir.path().join("tile/0/000.p/3"), [9; 96]).unwrap();
        let bundle = [0, 1, 5, 0, 2, 6, 7, 0, 0];
        std::fs::write(dir.path().join("tile/entries/000.p/3"), bundle).unwrap();
        let logs = Logs::new(BTreeMap::from([(origin, dir.path().to_owned())]));
        let read =
            |path: &str, offset| logs.read(&LogRequest::new(origin, path, offset, 99).unwrap());
        let part = |total, bytes: &[u8]| LogReply::Part {
            total,
            bytes: bytes.to_vec(),
        };
        assert_eq!(read("tile/0/000.p/2", 60), part(64, &[9; 4]));
        assert_eq!(read("tile/entries/000.p/2", 0), part(7, &bundle[..7]));
        assert_eq!(read("tile/entries/000.p/2", 5), part(7, &bundle[5..7]));
        assert_eq!(read("tile/entries/000.p/4", 0), LogReply::NotFound);
        let behind = LogReply::Refused(Refusal::RangeBehindEnd);
        assert_eq!(read("tile/entries/000.p/2", 8), behind);
    }
}
