//! Durable state of client and node: records in sled, big values in files, and a head that notices loss.
//! Stores bytes and does not judge: knows no protocol type, no core, no network, no clock.
//! Specified in specs/protocol.md §14.
//!
//! # Layout of a store's folder (mode 0700, every file 0600)
//!
//! | path | what it holds |
//! |---|---|
//! | `lock` | held by the one process that has the store open |
//! | `db/` | sled 0.34.7 (its snapshot belongs to it: without it sled may lose everything): one tree, key = tree name ‖ 00 ‖ key, value = 16 bytes of checksum ‖ value; the head record under 00 ‖ `head` |
//! | `db.new/` | a database being made; without meaning, removed |
//! | `head` | the head again, outside sled: two slots of 112 bytes with CRC-32, at 0 and 4096, written in turn |
//! | `files/` | big values, named by their SHA-256 |
//! | `ballast` | space given up when the disk is full, so that the store opens and reads go on |
//!
//! # What it promises
//!
//! - [`Store::commit`] answers when the batch is on the disk: applied at once or not at all, flushed, `fdatasync` of
//!   sled's file (sled's own flush does not reach the disk). Commits of several threads share one sync.
//! - [`Store::commit_head_first`] answers when the head is on the disk too: whoever puts an older copy of `db/` back
//!   afterwards is noticed. Release counters and witnesses use it.
//! - At open the head in sled is compared with the file. A file ahead of the database is [`Condition::RolledBack`]:
//!   reading goes on, committing is refused until [`Store::accept_rollback`].
//! - The head counts and sums all records. A database file of at most [`Settings::sweep_at_open_bytes`] is compared
//!   with that sum at open, since sled skips a damaged piece in silence ([`Condition::Incomplete`]); a larger one is
//!   [`Condition::Unswept`] until [`Store::verify`] has been called.
//! - Each value carries a checksum over tree, key and value: a value is right or [`StoreError::Corrupt`].
//! - A panic of sled becomes [`StoreError::DatabaseCorrupt`]; what it prints is silenced by [`hush_database_panics`]. After any failure the store is poisoned
//!   ([`StoreError::Poisoned`]) until [`Store::reopen`].
//! - A full disk is [`StoreError::Full`], said before sled meets it.
//!
//! # What it does not promise
//!
//! - Secrecy: nothing is encrypted and sled never really erases. Secrets are [`SecretFile`]s, whose erasure holds on
//!   file systems that overwrite in place, not against a flash disk's spare cells or snapshots.
//! - Defence against somebody who writes to the folder: the checksums have no key.
//! - That a commit which failed is undone: its fate is known after [`Store::reopen`].
//! - Rollback notice for whoever copies `db/` and `head` back together.
//! - Salvage of what sled no longer opens. Opening a damaged store lets sled overwrite what follows the damage: copy
//!   the folder first.
//! - One view for a whole scan: records committed meanwhile may or may not be met.

mod ballast;
mod batch;
mod database;
mod durable;
mod error;
mod files;
mod head;
mod opening;
mod record;
mod recovery;
mod repair;
mod scan;
pub mod sealed_file;
mod secret_file;
mod store;
mod sync;

pub use batch::{BATCH_LIMIT, Batch, KEY_LIMIT, VALUE_LIMIT};
pub use database::hush_database_panics;
pub use durable::{
    create_private_dir, private_umask, remove_temporaries, write_durably, write_new_durably,
};
pub use error::{RecordKey, StoreError};
pub use files::FileName;
pub use head::Sequence;
pub use record::Tree;
pub use repair::{DamagedRecord, Report, SalvageReport};
pub use scan::{Record, Records, spare_named};
pub use secret_file::{SecretFile, erase_leftovers};
pub use store::{Condition, Settings, Store};
