//! A home into a backup, and a backup into a home.
//! Knows the home's files; does not know who sealed the backup, or peers.
//! Specified in specs/protocol.md §14.9.

use super::{BackupError, Contents, ContentsError};
use crate::config::{Config, Role};
use crate::home::{Home, HomeError, Paths};
use crate::office::{Registrations, Shelf};
use lachan_protocol::time::UnixTime;
use lachan_store::{SecretFile, Store, StoreError, Tree, create_private_dir, write_durably};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use zeroize::Zeroizing;

/// The files of a home that belong into a backup, beside a running node too: each of them is only ever replaced whole.
///
/// # Errors
/// [`BackupError`].
pub fn collect(
    paths: &Paths,
    registrations: Vec<u8>,
    made: UnixTime,
) -> Result<Contents, BackupError> {
    let mut contents = Contents::new(made);
    for entry in fs::read_dir(paths.dir())?.chain(fs::read_dir(paths.keys())?) {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        let path = entry.path();
        let Some(name) = path.strip_prefix(paths.dir()).ok().and_then(Path::to_str) else {
            continue;
        };
        if !Contents::holds(name) {
            continue;
        }
        match fs::read(&path) {
            Ok(bytes) => contents.add(name, Zeroizing::new(bytes)),
            // erased or removed a moment ago: none of those that stay
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    contents.add_registrations(registrations);
    Ok(contents)
}

/// The order of the registrations of an office that does not run.
///
/// # Errors
/// [`BackupError`].
pub fn stored_registrations(home: &Home) -> Result<Vec<u8>, BackupError> {
    match fs::read(home.paths().restored()) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        // restored, and not run since
        kept => return Ok(kept?),
    }
    let store = match Store::open(&home.paths().state()) {
        Err(StoreError::Absent) => return Ok(Vec::new()),
        opened => opened?,
    };
    store.condition().allows_commits()?;
    let records = store.scan(Tree::new(Shelf::Plans.name()), []);
    let records = records.map(|record| record.map(|one| (one.key, one.value)));
    let records: Vec<_> = records.collect::<Result<_, StoreError>>()?;
    Ok(Registrations::of_records(records)?.to_bytes())
}

/// Makes a home of a backup in a folder that holds none. An office may not sign yet.
///
/// # Errors
/// [`BackupError`].
pub fn restore(dir: &Path, contents: &Contents) -> Result<Home, BackupError> {
    let settings = contents
        .file("node.toml")
        .ok_or(ContentsError::NoSettings)?;
    let text = std::str::from_utf8(settings).unwrap_or_default();
    let config = Config::from_toml(text).map_err(HomeError::Settings)?;
    let is_office = config.is(Role::Office);
    let new = Home::create(dir, config)?;
    let paths = Paths::new(dir);
    if is_office {
        // before any key is there
        write_durably(&paths.restored(), contents.registrations())?;
    }
    create_private_dir(&paths.keys())?;
    for (name, bytes) in contents.files() {
        let file = dir.join(name);
        if file.starts_with(paths.keys()) {
            // one may be there from a making that was interrupted
            SecretFile::new(&file).replace(bytes)?;
        } else {
            write_durably(&file, bytes)?;
        }
    }
    Ok(new.finish()?)
}
