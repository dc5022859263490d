//! Tests of the home's frame, with settings of one line.
//! Knows the module's public doors.
//! Specified in specs/protocol.md §14.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[derive(Debug)]
struct Paths(PathBuf);

impl From<&Path> for Paths {
    fn from(dir: &Path) -> Self {
        Self(dir.to_owned())
    }
}

#[derive(Debug, PartialEq)]
struct OneLine(String);

impl Settings for OneLine {
    type Error = usize;
    type Paths = Paths;
    const LAYOUT: Layout = Layout {
        format: "sample 1\n",
        folders: &["codes", "keys"],
        patience: Duration::from_millis(50),
        written: &["codes"],
        program: "sample",
        settings: "sample.toml",
        variable: "SAMPLE_HOME",
        absent: [("", ""); 2],
        in_use: [("", ""); 2],
    };

    fn from_toml(text: &str) -> Result<Self, usize> {
        match text.lines().count() {
            1 => Ok(Self(text.trim_end().to_owned())),
            count => Err(count),
        }
    }

    fn to_toml(&self) -> String {
        format!("{}\n", self.0)
    }
}

type Sample = Home<OneLine>;

fn settings() -> OneLine {
    OneLine("a = 1".into())
}

#[test]
fn a_home_is_private_and_opens_with_the_same_settings() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("a/b");
    assert_eq!(Sample::open(&dir).unwrap_err(), HomeError::Absent);
    let home = Sample::create(&dir, settings()).unwrap().finish().unwrap();
    assert_eq!(home.paths().0, dir);
    assert_eq!(Sample::open(&dir).unwrap_err(), HomeError::InUse);
    drop(home);
    assert_eq!(Sample::open(&dir).unwrap().settings(), &settings());
    assert_eq!(
        Sample::create(&dir, settings()).unwrap_err(),
        HomeError::AlreadyMade
    );
    let modes = |dir: &Path| -> Vec<(PathBuf, u32)> {
        let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
        entries
            .map(|entry| (entry.path(), entry.metadata().unwrap().permissions().mode()))
            .collect()
    };
    for (path, mode) in [modes(&dir), modes(&base.path().join("a"))].concat() {
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
    }
}

#[test]
fn a_lock_that_is_let_go_in_time_is_waited_for() {
    let base = tempfile::tempdir().unwrap();
    let home = Sample::create(base.path(), settings()).unwrap().finish();
    let holder = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(10));
        drop(home);
    });
    Sample::open(base.path()).unwrap();
    holder.join().unwrap();
}

#[test]
fn a_making_that_was_interrupted_is_begun_anew() {
    let base = tempfile::tempdir().unwrap();
    drop(Sample::create(base.path(), settings()).unwrap());
    assert_eq!(Sample::open(base.path()).unwrap_err(), HomeError::Absent);
    let new = Sample::create(base.path(), settings()).unwrap();
    drop(new.finish().unwrap());
    Sample::open(base.path()).unwrap();
}

#[test]
fn refuses_an_unknown_format_and_settings_that_are_wrong_gone_or_no_text() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path();
    drop(Sample::create(dir, settings()).unwrap().finish().unwrap());
    let file = dir.join("sample.toml");
    fs::write(&file, "a\nb\n").unwrap();
    assert_eq!(Sample::open(dir).unwrap_err(), HomeError::Settings(2));
    fs::write(&file, [0xff]).unwrap();
    assert_eq!(Sample::open(dir).unwrap_err(), HomeError::Settings(0));
    fs::remove_file(&file).unwrap();
    assert_eq!(Sample::open(dir).unwrap_err(), HomeError::Settings(0));
    fs::write(&file, "a = 1\n").unwrap();
    Sample::open(dir).unwrap();
    fs::write(dir.join("format"), "sample 2\n").unwrap();
    assert_eq!(Sample::open(dir).unwrap_err(), HomeError::UnknownFormat);
}

#[test]
fn what_a_killed_process_left_goes_when_the_home_is_opened() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path();
    drop(Sample::create(dir, settings()).unwrap().finish().unwrap());
    let left = ["", "codes", "keys"].map(|folder| dir.join(folder).join(".tmp-1-1"));
    for file in &left {
        fs::write(file, b"left").unwrap();
    }
    Sample::open(dir).unwrap();
    assert!(left.iter().all(|file| !file.exists()));
}
