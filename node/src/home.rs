//! The home of a node: where its settings, keys, state and logs lie, and the file that says it serves.
//! Knows names; the frame of a home, and its lock, are the shell's, settings are `config`'s.
//! Specified in specs/protocol.md §14 and specs/interfaces.md.

use crate::config::{Config, ConfigError};
use lachan_shell::home::{self, Layout, Settings};
use lachan_store::write_durably;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::time::Duration;

/// A node's home that this process holds the lock of.
pub type Home = home::Home<Config>;
/// Why it cannot be used.
pub type HomeError = home::HomeError<ConfigError>;

lachan_shell::paths! {
    /// An office's block of a trust list.
    authority = "authority.txt";
    /// Where a running process answers commands.
    control = "control.sock";
    /// Secrets, one file each.
    keys = "keys";
    /// Logs, by origin hash.
    log = "log";
    /// Ports of the last run, taken again when the settings say port 0.
    ports = "ports.json";
    /// Written when serving.
    ready = "ready.json";
    /// Of a restored office that may not sign yet: its registrations.
    restored = "restored";
    /// Of an office: a newer trust list that is to stand in its log.
    list = "spool/trust-list";
    /// The key that signs the trust list.
    root = "root.vkey";
    /// Append-only files.
    spool = "spool";
    /// The store.
    state = "state";
    /// The trust list.
    trust = "trust.txt";
}

impl Settings for Config {
    type Error = ConfigError;
    type Paths = Paths;
    const LAYOUT: Layout = Layout {
        format: "lachan-node 1\n",
        folders: &["keys", "log", "spool", "state"],
        migrations: &[],
        patience: Duration::ZERO,
        written: &["spool"],
        program: "lachan-node",
        settings: "node.toml",
        variable: "LACHAN_NODE_HOME",
        absent: [
            (
                "Chưa có nút nào trong thư mục này.",
                "Hãy chạy `lachan-node init relay` hoặc `init office` trước, hoặc chỉ thư mục bằng --home.",
            ),
            (
                "There is no home in this folder yet.",
                "Run `lachan-node init relay` or `init office` first, or name the folder with --home.",
            ),
        ],
        in_use: [
            (
                "Một tiến trình khác đang dùng thư mục này.",
                "Dừng nút đang chạy rồi thử lại.",
            ),
            (
                "Another process uses this home.",
                "Stop the running node and try again.",
            ),
        ],
    };

    fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Self::from_toml(text)
    }

    fn to_toml(&self) -> String {
        self.to_toml()
    }
}

/// What `ready.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The process.
    pub pid: u32,
    /// Its peer id.
    pub peer_id: String,
    /// Where it listens, each with its peer id.
    pub addresses: Vec<String>,
    /// What it is.
    pub roles: Vec<String>,
}

impl Ready {
    /// Says that this process serves, and where.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn write(&self, paths: &Paths) -> Result<(), HomeError> {
        let text = serde_json::to_vec(self).map_err(|_| HomeError::Io(ErrorKind::InvalidData))?;
        write_durably(&paths.ready(), &text)?;
        Ok(())
    }

    /// Takes back what [`Ready::write`] said.
    pub fn remove(paths: &Paths) {
        // absent is what is wanted
        std::fs::remove_file(paths.ready()).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;

    #[test]
    fn a_home_has_the_folders_that_its_paths_name_and_its_settings() {
        let base = tempfile::tempdir().unwrap();
        let config = Config::new(vec![Role::Relay]);
        let new = Home::create(base.path(), config.clone()).unwrap();
        let paths = new.finish().unwrap().paths().clone();
        for folder in [paths.keys(), paths.log(), paths.spool(), paths.state()] {
            assert!(folder.is_dir(), "{}", folder.display());
        }
        assert_eq!(Home::open(base.path()).unwrap().settings(), &config);
        let file = base.path().join("node.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("surprise = 1\n{text}")).unwrap();
        let error = Home::open(base.path()).unwrap_err();
        assert!(matches!(error, HomeError::Settings(_)), "{error}");
    }
}
