//! What the doctor finds: one variant for each thing that can be so, and how bad it is.
//! Knows names and levels; the words stand in `messages`.
//! Specified in specs/protocol.md §14.10.

use crate::expiry::{Expiry, Soon};
use crate::keys::KeyName;
use lachan_protocol::time::UnixTime;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It will go wrong, or is less than it could be.
    Warn,
    /// The doctor could not tell.
    Unknown,
    /// It is wrong.
    Bad,
}

impl Level {
    /// Its word in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Bad => "bad",
        }
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The reserve of the store.
    Ballast,
    /// The clock against the newest tick.
    Clock,
    /// What ends soon.
    Expiry,
    /// The limit of open files.
    Files,
    /// Keys.
    Keys,
    /// The logs' files.
    Ledger,
    /// Lock and control socket.
    Lock,
    /// Other nodes.
    Peers,
    /// Who may read the home.
    Permissions,
    /// Where it listens.
    Ports,
    /// Whether it may sign after a restore.
    Restored,
    /// Space and inodes.
    Space,
    /// What waits, and evidence.
    Spool,
    /// The store.
    Store,
    /// The trust list.
    Trust,
}

impl Check {
    /// Its word in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ballast => "ballast",
            Self::Clock => "clock",
            Self::Expiry => "expiry",
            Self::Files => "files",
            Self::Keys => "keys",
            Self::Ledger => "ledger",
            Self::Lock => "lock",
            Self::Peers => "peers",
            Self::Permissions => "permissions",
            Self::Ports => "ports",
            Self::Restored => "restored",
            Self::Space => "space",
            Self::Spool => "spool",
            Self::Store => "store",
            Self::Trust => "trust",
        }
    }
}

/// How much room is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Free MiB.
    pub mib: u64,
    /// Free inodes.
    pub inodes: u64,
}

/// What the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The reserve was given up: the disk was full.
    BallastGone,
    /// The clock is behind a tick that is published.
    ClockBehind {
        /// The newest tick.
        tick: UnixTime,
    },
    /// The clock is not behind the newest tick.
    ClockFits,
    /// No log has a tick to compare the clock with.
    ClockUnknown,
    /// It ends soon, or is over.
    Ends(Expiry),
    /// Few files may be open.
    FewFiles {
        /// The limit.
        limit: u64,
        /// What is needed.
        needed: u64,
    },
    /// Enough files may be open.
    FilesFit {
        /// The limit.
        limit: u64,
    },
    /// A key is missing or damaged.
    KeyBad(KeyName),
    /// The keys are not those on the trust list.
    KeysOther,
    /// All keys are there and fit the trust list.
    KeysFit,
    /// A log is as its checkpoint says.
    LedgerFits {
        /// Whose.
        origin: String,
        /// Its leaves.
        size: u64,
    },
    /// A log's files are not those of its checkpoint.
    LedgerDamaged {
        /// Whose.
        origin: String,
        /// Why.
        why: String,
    },
    /// Nothing is known of a log.
    LedgerEmpty {
        /// Whose.
        origin: String,
    },
    /// No process uses the home.
    LockFree,
    /// A process holds the lock and answers.
    LockHeld,
    /// A process holds the lock and does not answer.
    LockSilent,
    /// Little or no room is left.
    LowSpace(Space),
    /// Peers that could not be reached.
    PeersMissing {
        /// How many were reached.
        reached: u64,
        /// How many are wanted.
        wanted: u64,
    },
    /// No peer is in the settings.
    PeersNone,
    /// All peers were reached.
    PeersReached {
        /// How many.
        reached: u64,
    },
    /// Others may read or write a file.
    PermissionsWide {
        /// The first of them.
        path: String,
        /// Its mode.
        mode: u32,
        /// How many there are.
        count: u64,
    },
    /// Only its owner reads the home.
    PermissionsFit,
    /// Something could not be looked at.
    PermissionsUnknown {
        /// The first of them.
        path: String,
    },
    /// An address is not answered at.
    PortDead {
        /// Which.
        address: String,
    },
    /// An address is free, or answers.
    PortFits {
        /// Which.
        address: String,
    },
    /// Another program listens at an address.
    PortTaken {
        /// Which.
        address: String,
    },
    /// The home was restored and has not caught up.
    RestoredWaits,
    /// There is room.
    SpaceFits(Space),
    /// Nobody says how much room there is.
    SpaceUnknown,
    /// Much lies in the spool.
    SpoolBig {
        /// MiB.
        mib: u64,
    },
    /// Little lies in the spool.
    SpoolFits,
    /// A log that this node follows has signed two histories.
    SpoolTwoHistories {
        /// The file with the evidence.
        file: String,
    },
    /// The store lost something, or is behind.
    StoreBad {
        /// Its condition.
        condition: &'static str,
    },
    /// The store does not open.
    StoreClosed {
        /// Why.
        why: String,
    },
    /// The store opens, and all its records are whole.
    StoreFits {
        /// How many.
        records: u64,
    },
    /// The running process has it open.
    StoreInUse,
    /// The office has not run yet.
    StoreNone,
    /// The trust list does not count.
    TrustBad {
        /// Why.
        why: String,
    },
    /// The trust list counts.
    TrustFits {
        /// Its number.
        sequence: u64,
        /// Until when.
        until: UnixTime,
    },
}

impl Finding {
    /// What was looked at.
    #[must_use]
    pub const fn check(&self) -> Check {
        match self {
            Self::BallastGone => Check::Ballast,
            Self::ClockBehind { .. } | Self::ClockFits | Self::ClockUnknown => Check::Clock,
            Self::Ends(_) => Check::Expiry,
            Self::FewFiles { .. } | Self::FilesFit { .. } => Check::Files,
            Self::KeyBad(_) | Self::KeysFit | Self::KeysOther => Check::Keys,
            Self::LedgerDamaged { .. } | Self::LedgerEmpty { .. } | Self::LedgerFits { .. } => {
                Check::Ledger
            }
            Self::LockFree | Self::LockHeld | Self::LockSilent => Check::Lock,
            Self::LowSpace(_) | Self::SpaceFits(_) | Self::SpaceUnknown => Check::Space,
            Self::PeersMissing { .. } | Self::PeersNone | Self::PeersReached { .. } => Check::Peers,
            Self::PermissionsFit
            | Self::PermissionsUnknown { .. }
            | Self::PermissionsWide { .. } => Check::Permissions,
            Self::PortDead { .. } | Self::PortFits { .. } | Self::PortTaken { .. } => Check::Ports,
            Self::RestoredWaits => Check::Restored,
            Self::SpoolBig { .. } | Self::SpoolFits | Self::SpoolTwoHistories { .. } => {
                Check::Spool
            }
            Self::StoreBad { .. }
            | Self::StoreClosed { .. }
            | Self::StoreFits { .. }
            | Self::StoreInUse
            | Self::StoreNone => Check::Store,
            Self::TrustBad { .. } | Self::TrustFits { .. } => Check::Trust,
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::ClockFits
            | Self::FilesFit { .. }
            | Self::KeysFit
            | Self::LedgerFits { .. }
            | Self::LockFree
            | Self::LockHeld
            | Self::PeersReached { .. }
            | Self::PermissionsFit
            | Self::PortFits { .. }
            | Self::SpaceFits(_)
            | Self::SpoolFits
            | Self::StoreFits { .. }
            | Self::StoreInUse
            | Self::StoreNone
            | Self::TrustFits { .. } => Level::Ok,
            Self::BallastGone
            | Self::ClockUnknown
            | Self::FewFiles { .. }
            | Self::LedgerEmpty { .. }
            | Self::PeersNone
            | Self::SpoolBig { .. } => Level::Warn,
            Self::Ends(expiry) => match expiry.soon {
                Soon::Month | Soon::Week | Soon::Day => Level::Warn,
                Soon::Over => Level::Bad,
            },
            Self::LowSpace(space) => {
                if space.mib < FULL.mib || space.inodes < FULL.inodes {
                    Level::Bad
                } else {
                    Level::Warn
                }
            }
            Self::PeersMissing { reached, .. } => {
                if *reached == 0 {
                    Level::Bad
                } else {
                    Level::Warn
                }
            }
            Self::PermissionsUnknown { .. } | Self::SpaceUnknown => Level::Unknown,
            Self::ClockBehind { .. }
            | Self::KeyBad(_)
            | Self::KeysOther
            | Self::LedgerDamaged { .. }
            | Self::LockSilent
            | Self::PermissionsWide { .. }
            | Self::PortDead { .. }
            | Self::PortTaken { .. }
            | Self::RestoredWaits
            | Self::SpoolTwoHistories { .. }
            | Self::StoreBad { .. }
            | Self::StoreClosed { .. }
            | Self::TrustBad { .. } => Level::Bad,
        }
    }
}

/// Below this nothing can be written soon: the store refuses commits at 2 MiB.
const FULL: Space = Space {
    mib: 64,
    inodes: 1_000,
};
