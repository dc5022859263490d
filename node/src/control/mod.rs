//! The control socket: commands that the running process of a home answers, one JSON line each way.
//! Knows lines; does not know what the commands do.
//! Specified in specs/interfaces.md.

pub mod server;

use crate::messages::{Explanation, Lang};
use lachan_shell::output::{done_json, error_json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A line has at most this many bytes.
const LONGEST_LINE: u64 = 1 << 20;
/// How long a command waits for its answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a command was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The connection broke.
    #[error("the connection with the running node broke: {0}")]
    Broken(ErrorKind),
    /// What came is not a line of this protocol.
    #[error("the running node speaks otherwise")]
    Malformed,
    /// This node is no office.
    #[error("this node is no office")]
    NotAnOffice,
    /// No process runs in this home.
    #[error("no node runs in this home")]
    NotRunning,
    /// The process is ending.
    #[error("the node is ending")]
    Stopping,
}

/// What a running process can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "command",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Ask {
    /// Publish the newest due tick.
    Publish,
    /// The order of registrations, from this place on, for a backup.
    Registrations {
        /// The first place.
        from: u64,
    },
    /// All release requests.
    ReleaseList,
    /// Ask a venue for hours.
    ReleaseRequest {
        /// The code's id, hex.
        venue: String,
        /// Unix seconds.
        from: u64,
        /// Unix seconds.
        to: u64,
        /// 1 to 7.
        advice: u8,
    },
    /// Revoke a code.
    Revoke {
        /// The code's id, hex.
        venue: String,
        /// Unix seconds: from the hour of this time on.
        from: u64,
        /// Whether it may be a code that was never registered here.
        foreign: bool,
    },
    /// How it is.
    Status,
}

/// A line that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AskLine {
    v: u8,
    lang: String,
    ask: Ask,
}

/// What was answered: data, or why not in the language of who asked.
pub type Answer = Result<Value, Explanation>;

/// Asks the process that runs in a home.
///
/// # Errors
/// [`ControlError`].
pub fn ask(socket: &Path, lang: Lang, ask: Ask) -> Result<Answer, ControlError> {
    let short = ShortPath::new(socket).map_err(|_| ControlError::NotRunning)?;
    let mut stream = UnixStream::connect(short.path()).map_err(|_| ControlError::NotRunning)?;
    let broken = |error: std::io::Error| ControlError::Broken(error.kind());
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    let line = AskLine {
        v: 1,
        lang: lang.code().into(),
        ask,
    };
    let mut bytes = serde_json::to_vec(&line).map_err(|_| ControlError::Malformed)?;
    bytes.push(b'\n');
    stream.write_all(&bytes).map_err(broken)?;
    let mut answer = String::new();
    BufReader::new(stream.take(LONGEST_LINE))
        .read_line(&mut answer)
        .map_err(broken)?;
    if answer.is_empty() {
        return Err(ControlError::Stopping);
    }
    read_answer(&answer).ok_or(ControlError::Malformed)
}

fn read_answer(line: &str) -> Option<Answer> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    if value["v"] != 1 {
        return None;
    }
    if value["ok"] == true {
        return Some(Ok(value["data"].take()));
    }
    let text = |key: &str| value["error"][key].as_str().map(str::to_owned);
    Some(Err(Explanation {
        code: text("code")?,
        hint: text("hint")?,
        what: text("message")?,
    }))
}

fn answer_line(answer: &Answer) -> Vec<u8> {
    let json = match answer {
        Ok(data) => done_json(data),
        Err(explanation) => error_json(explanation),
    };
    format!("{json}\n").into_bytes()
}

/// A way to a socket that fits the 108 bytes an address has: through an open folder when it is long.
#[derive(Debug)]
struct ShortPath {
    path: PathBuf,
    _folder: Option<File>,
}

impl ShortPath {
    fn new(socket: &Path) -> std::io::Result<Self> {
        if socket.as_os_str().len() < 100 {
            return Ok(Self {
                path: socket.to_owned(),
                _folder: None,
            });
        }
        let folder = File::open(socket.parent().unwrap_or_else(|| Path::new(".")))?;
        let name = socket.file_name().unwrap_or_default();
        let path = Path::new("/proc/self/fd")
            .join(folder.as_raw_fd().to_string())
            .join(name);
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}
