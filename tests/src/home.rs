//! A home and the program that works in it: one-off commands, and a node that keeps running.
//! Knows the JSON envelope, exit codes and `ready.json`; does not know the story.
//! Specified in specs/protocol.md §12 and §13.

pub use rustix::process::Signal;

use rustix::process::Pid;
use serde_json::Value;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a command answered instead of data.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The program refused, with the code and text of its error.
    #[error("{command}: {code}: {message}")]
    Refused {
        /// The words of the command.
        command: String,
        /// `Enum::Variant`.
        code: String,
        /// The text for people.
        message: String,
    },
    /// The program printed no envelope.
    #[error("{command}: exit {exit:?}, no JSON answer; it said: {said}")]
    NoAnswer {
        /// The words of the command.
        command: String,
        /// The exit code.
        exit: Option<i32>,
        /// What stood on standard error.
        said: String,
    },
    /// It could not be started, or a file of it could not be read.
    #[error("{command}: {error}")]
    Io {
        /// The words of the command.
        command: String,
        /// The system's error.
        error: io::Error,
    },
    /// A node was not ready in time.
    #[error("{home} was not ready within {seconds} s; its log: {log}")]
    NotReady {
        /// Whose home.
        home: String,
        /// How long it was waited for.
        seconds: u64,
        /// Where its log is.
        log: PathBuf,
    },
}

impl CommandError {
    /// The refusal's code, `Enum::Variant`; empty for other errors.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::NoAnswer { .. } | Self::Io { .. } | Self::NotReady { .. } => "",
        }
    }
}

/// One party's home.
#[derive(Clone, Debug)]
pub struct Home {
    program: PathBuf,
    folder: PathBuf,
    clock: PathBuf,
    language: &'static str,
}

impl Home {
    /// A home that `init` has yet to fill.
    #[must_use]
    pub fn new(program: &Path, folder: &Path, clock: &Path, language: &'static str) -> Self {
        Self {
            program: program.into(),
            folder: folder.into(),
            clock: clock.into(),
            language,
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The command as a person would type it.
    #[must_use]
    pub fn typed(&self, args: &[&str]) -> String {
        format!(
            "{} --lang {} --home {} --clock {} {}",
            self.program.display(),
            self.language,
            self.folder.display(),
            self.clock.display(),
            args.join(" ")
        )
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .arg("--home")
            .arg(&self.folder)
            .arg("--clock")
            .arg(&self.clock)
            .args(["--lang", self.language])
            .env_remove("LACHAN_HOME")
            .env_remove("LACHAN_NODE_HOME")
            .env_remove("RUST_LOG");
        command
    }

    /// Runs one command to its end and gives the `data` of its answer.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn run(&self, args: &[&str]) -> Result<Value, CommandError> {
        let words = || args.join(" ");
        let output = self
            .command(args)
            .arg("--json")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| CommandError::Io {
                command: words(),
                error,
            })?;
        let answer: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        let Some(answer) = answer else {
            return Err(CommandError::NoAnswer {
                command: words(),
                exit: output.status.code(),
                said: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        };
        if answer["ok"] == true {
            return Ok(answer["data"].clone());
        }
        let text = |key: &str| answer["error"][key].as_str().unwrap_or_default().to_owned();
        Err(CommandError::Refused {
            command: words(),
            code: text("code"),
            message: text("message"),
        })
    }

    /// Begins a command and does not wait for it: for those who end it in the middle.
    ///
    /// # Errors
    /// [`CommandError::Io`].
    pub fn begin(&self, args: &[&str]) -> Result<Child, CommandError> {
        self.command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| CommandError::Io {
                command: args.join(" "),
                error,
            })
    }

    /// The same party with another folder.
    #[must_use]
    pub fn moved_to(&self, folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            ..self.clone()
        }
    }

    /// Starts a node that runs until it is dropped, and waits until it serves.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn start(&self) -> Result<Running, CommandError> {
        let io = |error| CommandError::Io {
            command: "run".into(),
            error,
        };
        let ready = self.folder.join("ready.json");
        match std::fs::remove_file(&ready) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let log = self.folder.with_extension("log");
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(io)?;
        let mut child = self
            .command(&["run", "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log_file)
            .spawn()
            .map_err(io)?;
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            if let Some(addresses) = addresses_of(&ready) {
                return Ok(Running { child, addresses });
            }
            if child.try_wait().map_err(io)?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(CommandError::NotReady {
            home: self.folder.display().to_string(),
            seconds: READY_WITHIN.as_secs(),
            log,
        })
    }
}

const READY_WITHIN: Duration = Duration::from_secs(20);

fn addresses_of(ready: &Path) -> Option<Vec<String>> {
    let ready: Value = serde_json::from_slice(&std::fs::read(ready).ok()?).ok()?;
    let addresses: Vec<String> = ready["addresses"]
        .as_array()?
        .iter()
        .filter_map(|address| address.as_str().map(str::to_owned))
        .collect();
    (!addresses.is_empty()).then_some(addresses)
}

/// A node that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    addresses: Vec<String>,
}

impl Running {
    /// Its first address, with the peer's id.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.addresses[0]
    }

    /// All its addresses, with the peer's id.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a user would (standard input closes), and says whether it ended well.
    pub fn stop(mut self) -> bool {
        self.end(Duration::from_secs(10))
    }

    /// Sends it a signal and says whether it ended well.
    pub fn signal(mut self, signal: Signal) -> bool {
        let sent = rustix::process::kill_process(Pid::from_child(&self.child), signal);
        let deadline = Instant::now() + Duration::from_secs(10);
        while sent.is_ok() && Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        false
    }

    /// Ends it at once, without a chance to tidy up.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn end(&mut self, patience: Duration) -> bool {
        drop(self.child.stdin.take());
        let deadline = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                _ => break,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(Duration::from_secs(3));
    }
}
