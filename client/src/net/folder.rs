//! A log read from a folder: a copy of a node's ledger, on a stick or a mounted disk.
//! Knows paths; does not verify anything: that is the follower's part.
//! Specified in specs/protocol.md §8.3.

use super::{Fetched, NetError, Source, hash};
use lachan_protocol::log::checkpoint::LONGEST_CHECKPOINT;
use lachan_protocol::log::follow::Request;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder that is a log, or holds logs under the hashes of their origins.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A source that reads below this folder.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The log's own folder: `HASH/`, `log/HASH/`, or this one itself when its checkpoint is the log's.
    fn log(&self, origin: &str) -> Result<PathBuf, NetError> {
        let name = hash(origin).to_string();
        let below = [self.0.join(&name), self.0.join("log").join(&name)];
        let found = below
            .into_iter()
            .find(|dir| dir.join("checkpoint").exists());
        if let Some(dir) = found {
            return Ok(dir);
        }
        let own = read(&self.0.join("checkpoint"), 0, LONGEST_CHECKPOINT)?;
        match own {
            Fetched::Bytes(note)
                if note.split(|byte| *byte == b'\n').next() == Some(origin.as_bytes()) =>
            {
                Ok(self.0.clone())
            }
            Fetched::Bytes(_) | Fetched::Missing => Err(NetError::NoSuchLog),
        }
    }
}

impl Source for Folder {
    fn checkpoint(&mut self, origin: &str, _: Duration) -> Result<Vec<u8>, NetError> {
        let path = self.log(origin)?.join("checkpoint");
        match read(&path, 0, LONGEST_CHECKPOINT + 1)? {
            Fetched::Bytes(note) => Ok(note),
            Fetched::Missing => Err(NetError::NoSuchLog),
        }
    }

    fn fetch(&mut self, origin: &str, request: &Request, _: Duration) -> Result<Fetched, NetError> {
        let path = self.log(origin)?.join(request.resource.to_path());
        let length = usize::try_from(request.length).unwrap_or(usize::MAX);
        match read(&path, request.offset, length)? {
            Fetched::Missing if request.resource.is_partial() => match larger(&path) {
                Some(larger) => read(&larger, request.offset, length),
                None => Ok(Fetched::Missing),
            },
            other => Ok(other),
        }
    }
}

/// A partial file that the log outgrew is the beginning of the next larger one: only the newest are kept.
fn larger(partial: &Path) -> Option<PathBuf> {
    let width: u16 = partial.file_name()?.to_str()?.parse().ok()?;
    let names = std::fs::read_dir(partial.parent()?).ok()?.flatten();
    let widths = names.filter_map(|entry| entry.file_name().to_str()?.parse::<u16>().ok());
    let larger = widths.filter(|other| *other > width).min()?;
    Some(partial.with_file_name(larger.to_string()))
}

fn read(path: &Path, offset: u64, length: usize) -> Result<Fetched, NetError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Fetched::Missing);
        }
        Err(error) => return Err(NetError::File(error.kind())),
    };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))
        .and_then(|_| file.take(length as u64).read_to_end(&mut bytes))
        .map_err(|error| NetError::File(error.kind()))?;
    Ok(Fetched::Bytes(bytes))
}
