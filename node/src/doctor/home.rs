//! The folder itself: who may read it, who uses it, room, limits, keys, trust list, store.
//! Knows files; does not know sockets of others.
//! Specified in specs/protocol.md §14.10.

use super::{Finding, Space, Visit, ending};
use crate::config::{Config, Role};
use crate::home::{Home, Paths};
use crate::keys::{KeyFolder, KeyName};
use crate::messages::{Explain, Lang};
use crate::service::repair::{self, RepairError};
use crate::trust::TrustError;
use lachan_protocol::code::CodeKey;
use lachan_protocol::trust::TrustList;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Below this an operator should make room.
const LOW: Space = Space {
    mib: 1_024,
    inodes: 20_000,
};
/// Files that a node has open beside its connections.
const FILES: u64 = 512;
/// More than this does not wait in the spool of a node that is well.
const SPOOL_MIB: u64 = 64;
const MIB: u64 = 1 << 20;

/// Every file and folder of the home, without following links.
fn walk(dir: &Path, seen: &mut impl FnMut(&Path, std::io::Result<fs::Metadata>)) {
    let mut folders = vec![dir.to_owned()];
    seen(dir, fs::symlink_metadata(dir));
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                seen(&folder, Err(error));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let metadata = fs::symlink_metadata(&path);
            if metadata.as_ref().is_ok_and(fs::Metadata::is_dir) {
                folders.push(path.clone());
            }
            seen(&path, metadata);
        }
    }
}

/// 0700 and 0600 at most. A link's own mode says nothing.
pub(super) fn permissions(paths: &Paths) -> Vec<Finding> {
    let (mut wide, mut unknown): (Vec<(PathBuf, u32)>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    let mut count = 0;
    walk(paths.dir(), &mut |path, metadata| match metadata {
        Ok(metadata) if metadata.is_symlink() => {}
        Ok(metadata) => {
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                count += 1;
                wide.push((path.to_owned(), mode));
                wide.sort();
                wide.truncate(1);
            }
        }
        // gone since the folder was read: a running node removes files
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(_) => unknown.push(path.to_owned()),
    });
    let name = |path: &Path| {
        let inside = path.strip_prefix(paths.dir()).unwrap_or(path);
        match inside.display().to_string() {
            name if name.is_empty() => ".".to_owned(),
            name => name,
        }
    };
    let mut found: Vec<Finding> = unknown
        .first()
        .map(|path| Finding::PermissionsUnknown { path: name(path) })
        .into_iter()
        .collect();
    match wide.first() {
        Some((path, mode)) => found.push(Finding::PermissionsWide {
            path: name(path),
            mode: *mode,
            count,
        }),
        None if found.is_empty() => found.push(Finding::PermissionsFit),
        None => {}
    }
    found
}

pub(super) fn lock(visit: &Visit<'_>) -> Finding {
    if visit.running.is_some() {
        return Finding::LockHeld;
    }
    let lock = fs::File::open(visit.paths.dir().join("lock"));
    match lock.map(|file| file.try_lock_shared()) {
        Ok(Err(fs::TryLockError::WouldBlock)) => Finding::LockSilent,
        Ok(Ok(()) | Err(fs::TryLockError::Error(_))) | Err(_) => Finding::LockFree,
    }
}

pub(super) fn space(paths: &Paths) -> Vec<Finding> {
    let mut found = vec![match rustix::fs::statvfs(paths.dir()) {
        Err(_) => Finding::SpaceUnknown,
        Ok(system) => {
            let mib = system.f_bavail.saturating_mul(system.f_frsize) / MIB;
            // a file system without a fixed number of inodes says 0 of 0
            let inodes = if system.f_files == 0 {
                u64::MAX
            } else {
                system.f_favail
            };
            let space = Space { mib, inodes };
            if mib < LOW.mib || inodes < LOW.inodes {
                Finding::LowSpace(space)
            } else {
                Finding::SpaceFits(space)
            }
        }
    }];
    let state = paths.state();
    if state.join("db").exists() && !state.join("ballast").exists() {
        found.push(Finding::BallastGone);
    }
    found
}

pub(super) fn files_limit(config: &Config) -> Finding {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let needed = u64::from(config.limits.connections) + FILES;
    if limit < needed {
        Finding::FewFiles { limit, needed }
    } else {
        Finding::FilesFit { limit }
    }
}

pub(super) fn trust(visit: &Visit<'_>, trust: &Result<TrustList, TrustError>) -> Vec<Finding> {
    match trust {
        Err(error) => vec![Finding::TrustBad {
            why: error.to_string(),
        }],
        Ok(list) => {
            let fits = Finding::TrustFits {
                sequence: list.sequence(),
                until: list.until(),
            };
            let ends = ending(visit.paths, list, visit.now);
            std::iter::once(fits)
                .filter(|_| !list.is_expired(visit.now))
                .chain(ends.into_iter().map(Finding::Ends))
                .collect()
        }
    }
}

pub(super) fn keys(visit: &Visit<'_>, trust: Option<&TrustList>) -> Vec<Finding> {
    let keys = KeyFolder::new(visit.paths.keys());
    let office = [KeyName::Batch, KeyName::Code, KeyName::Issuer, KeyName::Log];
    let is_office = visit.config.is(Role::Office);
    let wanted = office.into_iter().filter(|_| is_office);
    let mut found: Vec<Finding> = wanted
        .chain([KeyName::Network])
        .filter(|name| keys.signing_key(*name).is_err())
        .map(Finding::KeyBad)
        .collect();
    if found.is_empty() && trust.is_some_and(|trust| is_office && !listed(visit, &keys, trust)) {
        found.push(Finding::KeysOther);
    }
    if found.is_empty() {
        found.push(Finding::KeysFit);
    }
    found
}

/// Whether the office's keys are those of its entry.
fn listed(visit: &Visit<'_>, keys: &KeyFolder, trust: &TrustList) -> bool {
    let key = |name| keys.signing_key(name).ok().map(|key| key.verifying_key());
    let entry = trust.authority_of_origin(&visit.config.office.origin);
    entry.is_some_and(|entry| {
        let code = entry.code_keys().iter().any(|one| match one {
            CodeKey::Current { key: listed, .. } => Some(*listed) == key(KeyName::Code),
            CodeKey::Revoked { .. } => false,
        });
        let log = crate::service::signer_of(&visit.config.office.origin, keys);
        let log = log.is_ok_and(|signer| signer.vkey() == entry.log_key());
        code && log && key(KeyName::Batch) == Some(*entry.batch_key())
    })
}

pub(super) fn store(visit: &Visit<'_>) -> Vec<Finding> {
    if visit.paths.restored().exists() {
        return vec![Finding::RestoredWaits];
    }
    if visit.running.is_some() {
        return vec![Finding::StoreInUse];
    }
    if !visit.paths.state().join("db").exists() {
        return vec![Finding::StoreNone];
    }
    let looked = Home::open(visit.paths.dir())
        .map_err(|error| RepairError::Run(error.into()))
        .and_then(|home| repair::repair(&home, false));
    vec![match looked {
        Ok((report, _)) if report.is_sound() => Finding::StoreFits {
            records: report.records,
        },
        Ok((report, _)) => Finding::StoreBad {
            condition: match repair::word(report.condition) {
                // a file is damaged, and no record
                "sound" => "incomplete",
                word => word,
            },
        },
        Err(error) => Finding::StoreClosed {
            why: error.explain(Lang::En).what,
        },
    }]
}

pub(super) fn spool(paths: &Paths) -> Vec<Finding> {
    let (mut bytes, mut evidence) = (0_u64, Vec::new());
    walk(&paths.spool(), &mut |path, metadata| {
        if let Ok(metadata) = metadata
            && metadata.is_file()
        {
            bytes += metadata.len();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("two-") {
                evidence.push(name.into_owned());
            }
        }
    });
    evidence.sort();
    let two = evidence.into_iter();
    let mut found: Vec<Finding> = two
        .map(|file| Finding::SpoolTwoHistories { file })
        .collect();
    found.push(match bytes / MIB {
        mib if mib > SPOOL_MIB => Finding::SpoolBig { mib },
        _ => Finding::SpoolFits,
    });
    found
}
