//! A venue's folders on a real disk, and a link to the office in memory that may lose replies.
//! Knows where everything lies; opens the store anew for each step.
//! Specified in specs/protocol.md §14.

use super::super::{Carrier, OpenPlan, Polled, register};
use super::LATER;
use crate::cli::venue::error::VenueToolError;
use crate::net::NetError;
use crate::store::venue::Shelf;
use crate::venue::tests::office::{Office, authority};
use crate::venue::tests::{NOW, rng, wish};
use lachan_link::LinkError;
use lachan_protocol::code::DEFAULT_HOST;
use lachan_protocol::id::{AuthorityId, CodeId, RequestId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::Left;
use lachan_protocol::keys::registration::Registered;
use lachan_protocol::time::UnixTime;
use lachan_store::Store;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A link that may lose replies.
pub(super) struct Link<'a> {
    pub(super) office: &'a mut Office,
    pub(super) now: UnixTime,
    pub(super) loses: bool,
}

impl Link<'_> {
    fn deliver(&self, reply: Vec<u8>) -> Result<Vec<u8>, NetError> {
        if self.loses {
            return Err(LinkError::TimedOut.into());
        }
        Ok(reply)
    }
}

impl Carrier for Link<'_> {
    fn register(&mut self, to: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        assert_eq!(to, authority());
        let reply = self.office.register(sealed);
        self.deliver(reply)
    }

    fn mailbox(&mut self, to: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        assert_eq!(to, authority());
        let reply = self.office.mailbox(sealed, self.now);
        self.deliver(reply)
    }
}

pub(super) struct Disk {
    pub(super) dir: TempDir,
}

impl Disk {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["keys", "codes"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        drop(Store::create(&dir.path().join("state")).unwrap());
        Self { dir }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.path("state")).unwrap()
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Shelf<'_>) -> T) -> T {
        let store = self.store();
        work(&self.shelf(&store))
    }

    pub(super) fn shelf<'a>(&self, store: &'a Store) -> Shelf<'a> {
        Shelf::new(
            store,
            self.path("keys"),
            self.path("codes"),
            DEFAULT_HOST.to_owned(),
        )
    }

    pub(super) fn register(
        &self,
        office: &mut Office,
        schedule: KeySchedule,
        loses: bool,
    ) -> Result<Registered, VenueToolError> {
        let (prekey, code_keys) = (office.prekey(), office.code_keys());
        let mut link = Link {
            office,
            now: NOW,
            loses,
        };
        let known = (&prekey, code_keys.as_slice());
        self.with(|shelf| {
            register(
                shelf,
                &mut link,
                &wish(schedule),
                known,
                NOW,
                &mut rand::rng(),
            )
        })
    }

    pub(super) fn open(shelf: &Shelf<'_>, office: &Office, code: CodeId) -> OpenPlan {
        let record = shelf.record(code).unwrap();
        OpenPlan::new(shelf, record, &office.batch_verifying_key()).unwrap()
    }

    pub(super) fn decide(
        &self,
        office: &Office,
        code: CodeId,
        request: RequestId,
        approved: bool,
    ) -> Result<(), VenueToolError> {
        self.with(|shelf| Self::open(shelf, office, code).decide(shelf, request, approved, LATER))
    }

    pub(super) fn poll(
        &self,
        office: &mut Office,
        code: CodeId,
        loses: bool,
    ) -> Result<Polled, VenueToolError> {
        let (prekey, key) = (office.prekey(), office.batch_verifying_key());
        self.with(|shelf| {
            let mut plan = Self::open(shelf, office, code);
            let mut link = Link {
                office,
                now: LATER,
                loses,
            };
            plan.poll(shelf, &mut link, (&prekey, &key), None, LATER, &mut rng())
        })
    }

    pub(super) fn left(&self, office: &Office, code: CodeId) -> Left {
        self.with(|shelf| Self::open(shelf, office, code).releasing.budget().left())
    }
}

pub(super) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

pub(super) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// Whether a secret lies below a folder: as bytes, or in hexadecimal.
pub(super) fn lies_below(dir: &Path, secret: &[u8]) -> bool {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    files_below(dir).iter().any(|file| {
        let bytes = fs::read(file).unwrap();
        contains(&bytes, secret) || contains(&bytes, hex.as_bytes())
    })
}
