//! The home of a client: its settings, and where its keys, state, tokens and codes lie.
//! Knows names and settings; the frame of a home, and its lock, are the shell's.
//! Specified in specs/protocol.md §14.

use lachan_protocol::code::DEFAULT_HOST;
use lachan_shell::home::{self, Layout};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A client's home that this process holds the lock of.
pub type Home = home::Home<Settings>;
/// Why it cannot be used.
pub type HomeError = home::HomeError<SettingsError>;

lachan_shell::paths! {
    /// A venue's public codes. Displays read only this folder, without the lock.
    codes = "codes";
    /// Evidence against signers of codes; made when there is some.
    evidence = "evidence";
    /// Secrets, one file each.
    keys = "keys";
    /// The store's folder.
    state = "state";
    /// The wallet's folder.
    tokens = "tokens";
    /// The newest trust list, a signed note.
    trust = "trust.txt";
}

/// Why settings cannot be obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, an unknown key, or a value of another kind.
    #[error("they cannot be understood")]
    Malformed,
}

/// What `client.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The key that signs the trust list, as a vkey.
    pub root: String,
    /// The host of venue URLs that are accepted.
    #[serde(default = "default_host")]
    pub host: String,
    /// Nodes that are asked when a command does not say which: multiaddresses with a peer id.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Whether `--clock FILE` is obeyed.
    #[serde(default)]
    pub test_clock: bool,
}

fn default_host() -> String {
    DEFAULT_HOST.to_owned()
}

impl home::Settings for Settings {
    type Error = SettingsError;
    type Paths = Paths;
    const LAYOUT: Layout = Layout {
        format: "lachan-client 1\n",
        folders: &["codes", "keys", "state", "tokens"],
        migrations: &[],
        patience: Duration::from_secs(10),
        written: &["codes"],
        program: "lachan",
        settings: "client.toml",
        variable: "LACHAN_HOME",
        absent: [
            (
                "Chưa có dữ liệu Lá Chắn trong thư mục này.",
                "Hãy chạy `lachan init --trust TỆP --root KHOÁ` trước, hoặc chỉ thư mục bằng --home.",
            ),
            (
                "There is no home in this folder yet.",
                "Run `lachan init --trust FILE --root VKEY` first, or name the folder with --home.",
            ),
        ],
        in_use: [
            (
                "Một lệnh khác đang dùng thư mục này.",
                "Đợi lệnh kia xong rồi thử lại.",
            ),
            (
                "Another command uses this home.",
                "Wait until it is done and try again.",
            ),
        ],
    };

    fn from_toml(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|_| SettingsError::Malformed)
    }

    fn to_toml(&self) -> String {
        let string = |text: &str| toml::Value::from(text).to_string();
        let nodes: Vec<String> = self.nodes.iter().map(|node| string(node)).collect();
        format!(
            "# Lá Chắn, settings of this client\n\n\
             # The key that signs the trust list. It stands on posters and in the README of your deployment.\n\
             root = {}\n\n\
             # The host of the URLs in venue codes.\n\
             host = {}\n\n\
             # Nodes to ask for lists of keys, as multiaddresses: [\"/ip4/203.0.113.5/tcp/4001/p2p/12D3...\"]\n\
             nodes = [{}]\n\n\
             # A home for tests: it obeys --clock FILE. Never true for a real person.\n\
             test-clock = {}\n",
            string(&self.root),
            string(&self.host),
            nodes.join(", "),
            self.test_clock,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lachan_shell::home::Settings as _;

    fn settings() -> Settings {
        Settings {
            root: "lachan-root+01234567+AA==".into(),
            host: "lachan.example".into(),
            nodes: vec!["/ip4/127.0.0.1/tcp/4001/p2p/\"quoted\"".into()],
            test_clock: true,
        }
    }

    #[test]
    fn settings_read_back_and_unknown_ones_do_not() {
        let text = settings().to_toml();
        assert_eq!(Settings::from_toml(&text), Ok(settings()));
        let surprise = format!("{text}surprise = 1\n");
        assert_eq!(
            Settings::from_toml(&surprise),
            Err(SettingsError::Malformed)
        );
        assert_eq!(Settings::from_toml(""), Err(SettingsError::Malformed));
    }

    #[test]
    fn a_home_has_the_folders_that_its_paths_name() {
        let base = tempfile::tempdir().unwrap();
        let new = Home::create(base.path(), settings()).unwrap();
        let paths = new.finish().unwrap().paths().clone();
        for folder in [paths.codes(), paths.keys(), paths.state(), paths.tokens()] {
            assert!(folder.is_dir(), "{}", folder.display());
        }
    }
}
