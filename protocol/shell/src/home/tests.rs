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
        migrations: &[],
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

/// The same home two layouts later: `a` became `b`, and `b` became `c`.
#[derive(Debug, PartialEq)]
struct Later(String);

fn first_step(dir: &Path) -> Result<(), StoreError> {
    write_durably(&dir.join("b"), b"from a")
}

fn second_step(dir: &Path) -> Result<(), StoreError> {
    let b = fs::read(dir.join("b"))?;
    if dir.join("break").exists() {
        return Err(StoreError::Full);
    }
    write_durably(&dir.join("c"), &b)
}

impl Settings for Later {
    type Error = usize;
    type Paths = Paths;
    const LAYOUT: Layout = Layout {
        format: "sample 3\n",
        migrations: &[
            Migration {
                from: "sample 1\n",
                step: first_step,
            },
            Migration {
                from: "sample 2\n",
                step: second_step,
            },
        ],
        ..OneLine::LAYOUT
    };

    fn from_toml(text: &str) -> Result<Self, usize> {
        Ok(Self(text.to_owned()))
    }

    fn to_toml(&self) -> String {
        self.0.clone()
    }
}

#[test]
fn an_older_home_is_migrated_step_by_step_and_goes_on_where_it_was_interrupted() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path();
    drop(Sample::create(dir, settings()).unwrap().finish().unwrap());
    let format = || fs::read_to_string(dir.join("format")).unwrap();
    let settings_beside = read_settings::<Later>(dir);
    assert_eq!(settings_beside, Err(HomeError::OlderFormat));

    fs::write(dir.join("break"), "").unwrap();
    let full = Home::<Later>::open(dir).unwrap_err();
    assert_eq!(full, HomeError::Io(ErrorKind::StorageFull));
    assert_eq!(format(), "sample 2\n");
    assert!(!dir.join("c").exists());

    fs::remove_file(dir.join("break")).unwrap();
    drop(Home::<Later>::open(dir).unwrap());
    assert_eq!(format(), "sample 3\n");
    assert_eq!(fs::read(dir.join("c")).unwrap(), b"from a");
    drop(Home::<Later>::open(dir).unwrap());

    // the older program does not touch what a newer one made
    let files = || fs::read_dir(dir).unwrap().count();
    let before = files();
    assert_eq!(Sample::open(dir).unwrap_err(), HomeError::UnknownFormat);
    assert_eq!((format(), files()), ("sample 3\n".to_owned(), before));
}
