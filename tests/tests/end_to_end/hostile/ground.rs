//! The ground for hostile peers: an authority whose keys the test holds, relays and clients that trust it.
//! Knows the programs from outside; does not know what is sent to them.
//! Specified in specs/protocol.md §12 and §13.

use lachan_link::names::{Topic, TopicKind};
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use lachan_tests::home::{Home, Running};
use lachan_tests::programs::{Profile, Programs};
use lachan_tests::test_clock::{TestClock, real_now};
use lachan_tests::world::{Authority, ORIGIN};
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

const ANYWHERE: &str = "/ip4/127.0.0.1/tcp/0";

/// The programs, built once for all tests of this folder.
fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| Programs::build(Profile::Dev).expect("cargo builds the programs"))
}

/// An authority without an office: the test is its office.
pub(super) struct Ground {
    folder: TempDir,
    clock: TestClock,
    /// The newest tick: noon of yesterday, so that midnight does not come in between.
    pub(super) tick: UnixTime,
    pub(super) authority: Authority,
    list: String,
    vkey: String,
}

impl Ground {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::create(&folder.path().join("clock")).expect("a clock");
        let day = UnixTime(real_now().0 / DAY_SECONDS * DAY_SECONDS).minus(DAY_SECONDS);
        let tick = day.plus(DAY_SECONDS / 2);
        clock.set(tick.plus(60)).expect("the clock is set");
        let authority = Authority::new();
        let list = folder.path().join("trust.txt");
        let trust = authority.trust_list(day);
        std::fs::write(&list, trust.note()).expect("the list is written");
        Self {
            clock,
            tick,
            list: list.display().to_string(),
            vkey: authority.root.vkey().to_string(),
            authority,
            folder,
        }
    }

    fn home(&self, program: &Path, name: &str) -> Home {
        let folder = self.folder.path().join(name);
        Home::new(program, &folder, self.clock.file(), "en")
    }

    /// A relay that is not started yet.
    pub(super) fn relay(&self, name: &str, args: &[&str]) -> Home {
        let home = self.home(&programs().node, name);
        let init = [
            "init",
            "relay",
            "--test-clock",
            "--listen",
            ANYWHERE,
            "--trust",
            &self.list,
            "--root",
            &self.vkey,
        ];
        home.run(&[&init[..], args].concat()).expect("a relay");
        home
    }

    pub(super) fn client(&self, name: &str) -> Home {
        let home = self.home(&programs().lachan, name);
        let init = [
            "init",
            "--test-clock",
            "--trust",
            &self.list,
            "--root",
            &self.vkey,
        ];
        home.run(&init).expect("a client");
        home
    }
}

/// The name of a topic of the authority's log.
pub(super) fn topic(kind: TopicKind) -> String {
    let origin = lachan_protocol::id::OriginHash::of_origin(ORIGIN);
    Topic { kind, origin }.name()
}

/// Starts a node; its log stands in the error.
pub(super) fn started(home: &Home) -> Running {
    let said = |error| {
        let log = std::fs::read_to_string(home.folder().with_extension("log"));
        (error, log)
    };
    home.start().map_err(said).expect("a node that serves")
}
