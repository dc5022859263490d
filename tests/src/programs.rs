//! The two programs, built by cargo or found in a folder.
//! Knows cargo's messages; does not know what the programs do.
//! Specified in specs/interfaces.md, "Rest".

use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why there are no programs to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo could not be started.
    #[error("cargo could not be started: {0}")]
    Cargo(std::io::Error),
    /// Cargo ended with an error; it has said why on standard error.
    #[error("cargo could not build lachan and lachan-node")]
    Failed,
    /// A program is not where it should be.
    #[error("there is no program {0}")]
    Missing(PathBuf),
}

/// Where `lachan` and `lachan-node` are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The client.
    pub lachan: PathBuf,
    /// The node.
    pub node: PathBuf,
}

/// How the programs are optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For tests.
    Dev,
    /// For the town.
    Release,
}

impl Programs {
    /// Takes the programs of a folder.
    ///
    /// # Errors
    /// [`BuildError::Missing`].
    pub fn in_folder(folder: &Path) -> Result<Self, BuildError> {
        let find = |name: &str| {
            let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            if path.is_file() {
                std::fs::canonicalize(&path).map_err(|_| BuildError::Missing(path))
            } else {
                Err(BuildError::Missing(path))
            }
        };
        Ok(Self {
            lachan: find("lachan")?,
            node: find("lachan-node")?,
        })
    }

    /// Has cargo build both and reads from its messages where they are.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(profile: Profile) -> Result<Self, BuildError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(root).args([
            "build",
            "--locked",
            "--bin",
            "lachan",
            "--bin",
            "lachan-node",
            "--message-format=json-render-diagnostics",
        ]);
        if profile == Profile::Release {
            command.arg("--release");
        }
        for name in of_this_crate() {
            command.env_remove(name);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BuildError::Cargo)?;
        let stdout = child.stdout.take().ok_or(BuildError::Failed)?;
        let (mut lachan, mut node) = (None, None);
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            let Some(executable) = message["executable"].as_str() else {
                continue;
            };
            match message["target"]["name"].as_str() {
                Some("lachan") => lachan = Some(PathBuf::from(executable)),
                Some("lachan-node") => node = Some(PathBuf::from(executable)),
                _ => {}
            }
        }
        let done = child.wait().map_err(BuildError::Cargo)?.success();
        match (done, lachan, node) {
            (true, Some(lachan), Some(node)) => Ok(Self { lachan, node }),
            _ => Err(BuildError::Failed),
        }
    }
}

/// What cargo tells a test of its own crate. A build script that looks at it (ring's) would run anew in the build
/// below, and again in the next build from outside, with every crate above it.
fn of_this_crate() -> impl Iterator<Item = OsString> {
    const HEADS: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "OUT_DIR"];
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        HEADS
            .iter()
            .any(|head| name.to_string_lossy().starts_with(head))
    })
}
