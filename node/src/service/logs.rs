//! Serving the logs of this home: by origin hash and path, in ranges.
//! Knows folders and files; a path from a peer is parsed to numbers and printed again, never joined.
//! Specified in specs/protocol.md §8.3 and §13.2.

use crate::net::LogSource;
use lachan_link::{LogReply, LogRequest, Refusal};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::tiles::Resource;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
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
        match read_range(&file, request.offset(), request.length()) {
            Ok(reply) => reply,
            Err(error) if error.kind() == ErrorKind::NotFound => LogReply::NotFound,
            Err(error) => {
                tracing::warn!(%error, "a log's file cannot be read");
                LogReply::Busy(Duration::from_secs(5))
            }
        }
    }
}

fn read_range(file: &PathBuf, offset: u64, length: u32) -> std::io::Result<LogReply> {
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
}
