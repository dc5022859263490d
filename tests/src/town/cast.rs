//! Who takes part: one office, three relays, two venues, five citizens, each with a home of its own.
//! Knows names and homes; does not know the story.
//! Specified in README.md, "The town".

use crate::home::{CommandError, Home, Running};
use crate::programs::Programs;
use crate::test_clock::TestClock;
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use std::io;
use std::path::{Path, PathBuf};

/// The origin of the town's log, and so the name of its authority.
pub const ORIGIN: &str = "log.lachan.example/ben-nuoc";
/// The restaurant, whose code rotates on a screen.
pub const RESTAURANT: &str = "Quán Phở Cây Đa";
/// Where it is.
pub const RESTAURANT_PLACE: &str = "12 phố Bến Nước";
/// The market, which hangs one printed sheet for a month.
pub const MARKET: &str = "Chợ Bến Nước";
/// Where it is.
pub const MARKET_PLACE: &str = "cổng Đông";
/// The pharmacy, which hangs a tear-off calendar.
pub const PHARMACY: &str = "Nhà thuốc Bến Nước";
/// Where it is.
pub const PHARMACY_PLACE: &str = "3 ngõ Giếng";
/// The citizens. An is the one who falls ill.
pub const CITIZENS: [&str; 5] = ["An", "Bình", "Chi", "Dũng", "Giang"];
/// Hours that Hanoi is ahead of UTC.
const HANOI_HOURS: u64 = 7;

/// Everybody's homes and the nodes that run.
#[derive(Debug)]
pub struct Cast {
    /// The folder with all homes.
    pub folder: PathBuf,
    /// The town's clock.
    pub clock: TestClock,
    /// 00:00 UTC of the town's day.
    pub day: UnixTime,
    /// The office.
    pub office: Home,
    /// The relays; the third joins late.
    pub relays: [Home; 3],
    /// Restaurant and market.
    pub venues: [Home; 2],
    /// The citizens, in the order of [`CITIZENS`].
    pub citizens: [Home; 5],
    /// Processes of office and relays, in the order they were started.
    pub running: Vec<Running>,
}

impl Cast {
    /// Lays the homes out; nothing is made in them yet.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn new(
        programs: &Programs,
        folder: &Path,
        today: UnixTime,
        language: &'static str,
    ) -> io::Result<Self> {
        let clock = TestClock::create(&folder.join("clock"))?;
        let node =
            |name: &str| Home::new(&programs.node, &folder.join(name), clock.file(), language);
        let client =
            |name: &str| Home::new(&programs.lachan, &folder.join(name), clock.file(), language);
        Ok(Self {
            day: UnixTime(today.0 / DAY_SECONDS * DAY_SECONDS),
            office: node("office"),
            relays: ["relay-1", "relay-2", "relay-3"].map(node),
            venues: ["restaurant", "market"].map(client),
            citizens: ["an", "binh", "chi", "dung", "giang"].map(client),
            running: Vec::new(),
            folder: folder.into(),
            clock,
        })
    }

    /// A time of the town's day, as its clocks on the wall show it.
    #[must_use]
    pub fn at(&self, hour: u64, minute: u64) -> UnixTime {
        self.day.plus((hour - HANOI_HOURS) * 3_600 + minute * 60)
    }

    /// Sets everybody's clock.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn set_clock(&self, hour: u64, minute: u64) -> io::Result<()> {
        self.clock.set(self.at(hour, minute))
    }

    /// Starts a node and keeps it running; gives its address.
    ///
    /// # Errors
    /// Those of the node.
    pub fn start(&mut self, home: &Home) -> Result<String, CommandError> {
        let running = home.start()?;
        let address = running.address().to_owned();
        self.running.push(running);
        Ok(address)
    }

    /// A file of the town.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// All homes of clients.
    pub fn clients(&self) -> impl Iterator<Item = &Home> {
        self.venues.iter().chain(&self.citizens)
    }
}
