//! The folder `codes/`: what displays read, without a lock.
//! Knows files of URLs; does not know plans, secrets or the store.
//! Specified in specs/protocol.md §3.1 and §14.

use super::ShelfError;
use crate::venue::shown::ShownCode;
use lachan_protocol::id::CodeId;
use lachan_store::{create_private_dir, write_durably};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const CODE_SUFFIX: &str = ".url";

/// Lays out the codes of one plan in its folder, and removes all others from it.
pub(super) fn lay_out(folder: &Path, codes: &[ShownCode]) -> Result<(), ShelfError> {
    create_private_dir(folder)?;
    for code in codes {
        let path = folder.join(file_name(code));
        let text = format!("{}\n", code.url());
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            write_durably(&path, text.as_bytes())?;
        }
    }
    remove_codes(folder, |name| {
        codes.iter().any(|code| file_name(code) == name)
    })
}

/// The codes laid out in a folder `codes/`, by plan and time. Needs no lock: this is all that a display reads.
///
/// # Errors
/// [`ShelfError::Store`]; [`ShelfError::Damaged`] names the plan.
pub fn laid_out(codes: &Path, host: &str) -> Result<Vec<ShownCode>, ShelfError> {
    let mut found = Vec::new();
    for plan in names_in(codes)? {
        let Some(code) = CodeId::from_hex(&plan) else {
            continue;
        };
        for name in names_in(&codes.join(&plan))? {
            if !name.ends_with(CODE_SUFFIX) {
                continue;
            }
            let text = match fs::read_to_string(codes.join(&plan).join(&name)) {
                // it was over, and somebody tidied up meanwhile
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                read => read?,
            };
            let shown = ShownCode::from_text(&text, host).map_err(|_| ShelfError::Damaged(code))?;
            found.push(shown);
        }
    }
    found.sort_by_key(|code| (code.code_id(), code.first()));
    Ok(found)
}

fn file_name(code: &ShownCode) -> String {
    format!("{:010}{CODE_SUFFIX}", code.first().0)
}

/// Removes the codes of a folder that are not to be kept, and the folder when it is empty.
pub(super) fn remove_codes(folder: &Path, keep: impl Fn(&str) -> bool) -> Result<(), ShelfError> {
    let names = names_in(folder)?;
    let mut kept = 0;
    for name in &names {
        if keep(name) {
            kept += 1;
        } else {
            fs::remove_file(folder.join(name))?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if kept == 0 && error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Names of the files in a folder, in no order; none for a folder that is absent.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, ShelfError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}
