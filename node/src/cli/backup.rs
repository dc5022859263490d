//! `backup` and `restore`: a home into one sealed file, and back.
//! Knows arguments, passphrases and answers; what is in a backup is `backup`'s, the seal is the store's.
//! Specified in specs/protocol.md §14.9.

use super::args::{BackupArgs, RestoreArgs};
use super::{CliError, Done, clock, paths, rfc3339};
use crate::backup::{self, BackupError, Contents};
use crate::config::{Config, Role};
use crate::control::{Ask, ControlError, ask};
use crate::home::{Home, HomeError, Paths};
use crate::messages::Message;
use lachan_shell::arguments::Global;
use lachan_shell::home::read_settings;
use lachan_shell::passphrase::{Asked, passphrase};
use lachan_shell::terminal::Terminal;
use lachan_store::sealed_file::{self, SealedKind};
use lachan_store::write_durably;
use serde_json::json;

/// Writes the backup; beside a running node too.
pub(super) fn backup(
    global: &Global,
    args: &BackupArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let paths = paths(global)?;
    let config: Config = read_settings(paths.dir())?;
    let made = clock(global, config.test_clock, terminal)?.now()?;
    if args.out.exists() {
        return Err(BackupError::AlreadyThere.into());
    }
    let secret = passphrase(terminal, args.passphrase.as_deref(), Asked::New)?;
    let registrations = registrations(&paths, &config, terminal)?;
    let contents = backup::collect(&paths, registrations, made)?;
    let sealed = sealed_file::seal(&secret, SealedKind::NodeHome, &contents.to_bytes())?;
    write_durably(&args.out, &sealed).map_err(BackupError::Store)?;
    let (files, file) = (contents.files().count(), args.out.display().to_string());
    let data = json!({"file": file, "files": files, "made": made.0});
    Ok(Done::new(data, vec![Message::BackedUp { file }]))
}

/// The order of an office's registrations: from its process, or from its store when none runs.
fn registrations(paths: &Paths, config: &Config, terminal: &Terminal) -> Result<Vec<u8>, CliError> {
    if !config.is(Role::Office) {
        return Ok(Vec::new());
    }
    match Home::open(paths.dir()) {
        Ok(home) => Ok(backup::stored_registrations(&home)?),
        Err(HomeError::InUse) => {
            let mut bytes = Vec::new();
            let mut from = 0;
            loop {
                let asked = ask(
                    &paths.control(),
                    terminal.lang(),
                    Ask::Registrations { from },
                );
                let answer = asked?.map_err(CliError::Remote)?;
                let some = answer["records"].as_str().and_then(from_hex);
                bytes.extend(some.ok_or(ControlError::Malformed)?);
                let next = answer["next"].as_u64().ok_or(ControlError::Malformed)?;
                if next <= from {
                    return Ok(bytes);
                }
                from = next;
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|two| {
            let two = std::str::from_utf8(two).ok().filter(|two| two.len() == 2)?;
            u8::from_str_radix(two, 16).ok()
        })
        .collect()
}

/// Makes a home of a backup.
pub(super) fn restore(
    global: &Global,
    args: &RestoreArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let paths = paths(global)?;
    let sealed = sealed_file::read(&args.from)?;
    let secret = passphrase(terminal, args.passphrase.as_deref(), Asked::Known)?;
    let bytes = sealed_file::open(&secret, SealedKind::NodeHome, &sealed)?;
    let contents = Contents::from_bytes(&bytes).map_err(BackupError::from)?;
    let home = backup::restore(paths.dir(), &contents)?;
    let is_office = home.settings().is(Role::Office);
    let dir = paths.dir().display().to_string();
    let data = json!({"home": dir, "made": contents.made().0, "catch_up": is_office});
    let mut lines = vec![Message::RestoredHome {
        home: dir,
        made: rfc3339(contents.made().0),
    }];
    if is_office {
        lines.push(Message::CatchUpFirst);
    }
    Ok(Done::new(data, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_whole_or_not_at_all() {
        assert_eq!(from_hex("00ff"), Some(vec![0, 255]));
        assert_eq!(from_hex(""), Some(Vec::new()));
        for bad in ["0", "0g", "é", "00f"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
