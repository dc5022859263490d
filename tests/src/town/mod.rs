//! The town: one day of a small town, played by real processes, and checked.
//! Knows the programs from outside; what a party could do with stolen files it tries with the protocol's own functions.
//! Specified in README.md, "The town".

pub mod attack;
pub mod case;
pub mod cast;
pub mod checks;
pub mod opening;
pub mod screen;
pub mod slips;
pub mod stay;
pub mod visits;
pub mod warnings;

use crate::home::CommandError;
use crate::programs::{BuildError, Programs};
use crate::say;
use cast::Cast;
use screen::{Say, Screen};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

pub use checks::Checks;
pub use warnings::Warned;

/// Why a town could not be played to its end. A failed check is not an error: it stands in the report.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// The programs are not there.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A command that should have worked did not.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The file system refused.
    #[error("a file of the town: {0}")]
    Io(#[from] std::io::Error),
    /// A party's files could not be read back as what they should be.
    #[error("a file of {whose} is not what it should be: {what}")]
    Files {
        /// Whose file.
        whose: &'static str,
        /// What was looked for.
        what: &'static str,
    },
    /// An answer has no such field.
    #[error("the answer to «{command}» has no {field}")]
    NoField {
        /// Which command.
        command: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// Something did not happen in time.
    #[error("waited {seconds} s in vain for {what}")]
    TooLate {
        /// What was waited for.
        what: &'static str,
        /// How long.
        seconds: u64,
    },
    /// The machine lacks something that a town needs.
    #[error("{0}")]
    Lacking(Lack),
}

impl TownError {
    /// The error's stable code, `Enum::Variant`.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Build(_) => "TownError::Build",
            Self::Command(error) if !error.code().is_empty() => error.code(),
            Self::Command(_) => "TownError::Command",
            Self::Files { .. } => "TownError::Files",
            Self::Io(_) => "TownError::Io",
            Self::Lacking(Lack::Disk { .. }) => "Lack::Disk",
            Self::Lacking(Lack::Files { .. }) => "Lack::Files",
            Self::Lacking(Lack::Ports) => "Lack::Ports",
            Self::NoField { .. } => "TownError::NoField",
            Self::TooLate { .. } => "TownError::TooLate",
        }
    }
}

impl TownError {
    /// The error in both languages. What a program or the system said stands in it as it was said.
    #[must_use]
    pub fn say(&self) -> Say {
        match self {
            Self::Build(BuildError::Cargo(error)) => say!(
                "không chạy được cargo: {error}",
                "cargo could not be started: {error}"
            ),
            Self::Build(BuildError::Failed) => say!(
                "cargo không dựng được lachan và lachan-node",
                "cargo could not build lachan and lachan-node"
            ),
            Self::Build(BuildError::Missing(path)) => {
                let path = path.display();
                say!("không có chương trình {path}", "there is no program {path}")
            }
            Self::Command(error) => {
                say!("một lệnh không xong: {error}", "a command failed: {error}")
            }
            Self::Files { whose, what } => say!(
                "một tệp của {whose} không phải là {what}",
                "a file of {whose} is not {what}"
            ),
            Self::Io(error) => say!(
                "một tệp của thị trấn: {error}",
                "a file of the town: {error}"
            ),
            Self::Lacking(Lack::Disk { free_mib, need_mib }) => say!(
                "thư mục tạm chỉ còn {free_mib} MiB mà thị trấn cần {need_mib}; đặt TMPDIR ở thư mục khác",
                "only {free_mib} MiB are free in the temporary folder and a town needs {need_mib}; set TMPDIR to another folder"
            ),
            Self::Lacking(Lack::Files { limit, need }) => say!(
                "chỉ được mở {limit} tệp mà thị trấn cần {need}; thử `ulimit -n {need}`",
                "only {limit} files may be open and a town needs {need}; try `ulimit -n {need}`"
            ),
            Self::Lacking(Lack::Ports) => say!(
                "không mở được cổng nào trên 127.0.0.1: máy có mạng loopback không?",
                "no socket can be opened on 127.0.0.1: is there a loopback network?"
            ),
            Self::NoField { command, field } => say!(
                "câu trả lời cho «{command}» không có {field}",
                "the answer to «{command}» has no {field}"
            ),
            Self::TooLate { what, seconds } => say!(
                "đã chờ {seconds} giây mà chưa thấy: {what}",
                "waited {seconds} s in vain for {what}"
            ),
        }
    }
}

/// What the machine lacks.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// Space in the temporary folder.
    #[error(
        "only {free_mib} MiB are free in the temporary folder and a town needs {need_mib}; set TMPDIR to another folder"
    )]
    Disk {
        /// What is free.
        free_mib: u64,
        /// What is needed.
        need_mib: u64,
    },
    /// Open files.
    #[error("only {limit} files may be open and a town needs {need}; try `ulimit -n {need}`")]
    Files {
        /// The limit.
        limit: u64,
        /// What is needed.
        need: u64,
    },
    /// Loopback sockets.
    #[error("no socket can be opened on 127.0.0.1: is there a loopback network?")]
    Ports,
}

/// How the day ended.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Who was warned, of what.
    pub warned: Vec<Warned>,
    /// Who was not.
    pub not_warned: Vec<String>,
    /// Every check by its name.
    pub checks: BTreeMap<&'static str, bool>,
    /// How long the day took, without the build.
    pub seconds: f64,
}

impl Report {
    /// Whether every check is true.
    #[must_use]
    pub fn all_true(&self) -> bool {
        !self.checks.is_empty() && self.checks.values().all(|&ok| ok)
    }
}

/// Plays the day in `folder`. The nodes go on running until the cast is dropped.
///
/// # Errors
/// [`TownError`] when the story cannot go on; checks that fail are in the report.
pub fn play(
    programs: &Programs,
    folder: &Path,
    screen: &mut Screen,
) -> Result<(Cast, Report), TownError> {
    let begun = Instant::now();
    machine_has_enough(folder)?;
    let mut cast = Cast::new(
        programs,
        folder,
        crate::test_clock::real_now(),
        screen.language().code(),
    )?;
    let mut checks = Checks::default();
    let codes = opening::open_the_town(&mut cast, screen)?;
    visits::play_visits(&cast, &codes, screen, &mut checks)?;
    slips::play_slips(&cast, &codes, screen, &mut checks)?;
    case::play_case(&cast, &codes, screen, &mut checks)?;
    let joined = case::publish_and_join_late(&mut cast, screen, &mut checks)?;
    let (warned, not_warned) = warnings::match_everywhere(&cast, &joined, screen, &mut checks)?;
    attack::try_everything(&cast, &codes, screen, &mut checks)?;
    let report = Report {
        warned,
        not_warned,
        checks: checks.into_map(),
        seconds: (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    };
    Ok((cast, report))
}

/// Waits until `what` gives a value.
fn wait_for<T>(
    what: &'static str,
    seconds: u64,
    mut look: impl FnMut() -> Result<Option<T>, TownError>,
) -> Result<T, TownError> {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(value) = look()? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            return Err(TownError::TooLate { what, seconds });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

const NEED_MIB: u64 = 256;
const NEED_FILES: u64 = 256;

fn machine_has_enough(folder: &Path) -> Result<(), TownError> {
    let space = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
    let free_mib = space.f_bavail * space.f_frsize / (1 << 20);
    if free_mib < NEED_MIB {
        return Err(TownError::Lacking(Lack::Disk {
            free_mib,
            need_mib: NEED_MIB,
        }));
    }
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if let Some(limit) = files.current
        && limit < NEED_FILES
    {
        return Err(TownError::Lacking(Lack::Files {
            limit,
            need: NEED_FILES,
        }));
    }
    if std::net::TcpListener::bind(("127.0.0.1", 0)).is_err() {
        return Err(TownError::Lacking(Lack::Ports));
    }
    Ok(())
}
