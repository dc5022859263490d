//! The wallet: sealed hours in one file a day, and the open visit in a file of its own.
//! Knows opaque tokens, days and tags; does not know venues, codes, the clock or the network.
//! Specified in specs/protocol.md §14.

mod copy;
mod counter;
mod disk;
#[cfg(test)]
mod tests;
mod tokens;
mod visit;

pub use copy::{WalletCopy, WalletCopyError};
pub use counter::Counter;
pub use tokens::{StoredToken, TAG_LEN, TOKEN_LEN, Tag, TokenFileError};
pub use visit::{Then, VisitFile, VisitFileError};

use disk::Disk;
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_shell::moment::{day_from_iso, iso_day};
use std::io::ErrorKind;
use std::path::PathBuf;

const VISIT: &str = "open-visit";
const FINDINGS: &str = "findings";
/// The file of findings grows in steps, so that its size does not tell whether there is one.
const FINDINGS_STEP: usize = 16_384;

/// Why the wallet cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletError {
    /// The file of the counter is damaged or gone.
    #[error("the counter is damaged")]
    DamagedCounter,
    /// A file of tokens is damaged.
    #[error("the tokens of day {day} are damaged: {why}")]
    DamagedDay {
        /// Of which day.
        day: Day,
        /// How.
        why: TokenFileError,
    },
    /// The file of findings is damaged.
    #[error("the file of findings is damaged")]
    DamagedFindings,
    /// The file of the open visit is damaged.
    #[error("the file of the open visit is damaged: {0}")]
    DamagedVisit(VisitFileError),
    /// The operating system failed.
    #[error("the wallet cannot be read or written: {0}")]
    Io(ErrorKind),
}

impl From<std::io::Error> for WalletError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// The folder `tokens/` of a home. Everything here is durable before a function returns.
#[derive(Debug)]
pub struct Wallet {
    disk: Disk,
}

impl Wallet {
    /// Opens the wallet, finishes what a killed command left half done and drops what is too old.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn open(dir: PathBuf, now: UnixTime) -> Result<Self, WalletError> {
        let wallet = Self {
            disk: Disk::new(dir),
        };
        wallet.disk.remove_leftovers()?;
        wallet.finish()?;
        wallet.drop_old(now)?;
        Ok(wallet)
    }

    /// Opens the wallet only to forget: also one whose files are damaged.
    #[must_use]
    pub const fn open_to_forget(dir: PathBuf) -> Self {
        Self {
            disk: Disk::new(dir),
        }
    }

    /// The open visit, if there is one.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn visit(&self) -> Result<Option<VisitFile>, WalletError> {
        let Some(bytes) = self.disk.read(VISIT)? else {
            return Ok(None);
        };
        VisitFile::from_bytes(&bytes)
            .map(Some)
            .map_err(WalletError::DamagedVisit)
    }

    /// Begins, changes or ends a visit: the file of the visit with the tokens to be is written first; then the tokens
    /// take the place of those with its tags; then the file is rewritten without them, or erased. Killed after the
    /// first step, the rest is done at the next [`Wallet::open`].
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn change(&self, visit: &VisitFile) -> Result<(), WalletError> {
        self.disk
            .replace_erasing(VISIT, &visit.to_bytes(), visit.mtime())?;
        self.finish()
    }

    /// Erases the file of the open visit; its tokens stay as they are.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn erase_visit(&self) -> Result<(), WalletError> {
        self.disk.erase(VISIT).map_err(Into::into)
    }

    /// The days that have tokens, ascending, with their number: all that this device knows of its visits.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn days(&self) -> Result<Vec<(Day, usize)>, WalletError> {
        let mut days = Vec::new();
        for name in self.disk.names()? {
            if let Some(day) = day_from_iso(&name) {
                days.push((day, self.tokens(day)?.len()));
            }
        }
        days.sort_unstable();
        Ok(days)
    }

    /// The tokens of a day, sorted by tag.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn tokens(&self, day: Day) -> Result<Vec<StoredToken>, WalletError> {
        let bytes = self.disk.read(&iso_day(day))?.unwrap_or_default();
        tokens::parse(day, &bytes).map_err(|why| WalletError::DamagedDay { day, why })
    }

    /// What was found, as [`Wallet::keep_findings`] left it; empty when nothing was.
    ///
    /// # Errors
    /// [`WalletError::DamagedFindings`], [`WalletError::Io`].
    pub fn findings(&self) -> Result<Vec<u8>, WalletError> {
        let Some(bytes) = self.disk.read(FINDINGS)? else {
            return Ok(vec![]);
        };
        let (length, rest) = bytes
            .split_first_chunk::<4>()
            .ok_or(WalletError::DamagedFindings)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok();
        let found = length.and_then(|length| rest.get(..length));
        found
            .map(<[u8]>::to_vec)
            .ok_or(WalletError::DamagedFindings)
    }

    /// Keeps what was found, durably. The file is padded and written whole also when nothing is new; what it held is
    /// overwritten, since it tells of visits.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn keep_findings(&self, findings: &[u8], now: UnixTime) -> Result<(), WalletError> {
        let length = u32::try_from(findings.len()).unwrap_or(u32::MAX);
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(findings);
        bytes.resize(bytes.len().next_multiple_of(FINDINGS_STEP), 0);
        self.disk
            .replace_erasing(FINDINGS, &bytes, now.day().start())
            .map_err(Into::into)
    }

    /// Writes every day's file and the findings anew, as they are. A file system keeps times that nobody can set, of birth
    /// and of the last change: from here on they tell when this was done, and no longer when a visit began or ended.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn renew(&self, now: UnixTime) -> Result<(), WalletError> {
        for name in self.disk.names()? {
            if let (Some(day), Some(bytes)) = (day_from_iso(&name), self.disk.read(&name)?) {
                self.disk.replace_erasing(&name, &bytes, day.start())?;
            }
        }
        let findings = self.findings()?;
        self.keep_findings(&findings, now)
    }

    /// Whether there is anything of a day, be it damaged.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn has_day(&self, day: Day) -> Result<bool, WalletError> {
        if self.disk.read(&iso_day(day))?.is_some() {
            return Ok(true);
        }
        let is_of_day = |visit: VisitFile| {
            let mut windows = visit.tags.iter().map(|(window, _)| window);
            windows.any(|window| window.day() == Some(day))
        };
        Ok(self.visit()?.is_some_and(is_of_day))
    }

    /// Destroys a day's tokens, and the open visit when it has tokens of that day.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn forget_day(&self, day: Day) -> Result<(), WalletError> {
        if let Some(visit) = self.visit()?
            && visit
                .tags
                .iter()
                .any(|(window, _)| window.day() == Some(day))
        {
            self.erase_visit()?;
        }
        self.disk.erase(&iso_day(day)).map_err(Into::into)
    }

    /// Destroys all tokens and the open visit, also when they are damaged.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn forget_all(&self) -> Result<(), WalletError> {
        self.erase_visit()?;
        for name in self.disk.names()? {
            self.disk.erase(&name)?;
        }
        Ok(())
    }

    /// Whether nothing tells of a visit: no token, no open visit, no finding.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn is_empty(&self) -> Result<bool, WalletError> {
        Ok(self.days()?.is_empty() && self.visit()?.is_none() && self.findings()?.is_empty())
    }

    /// Adds tokens of a day to those that are there; one that is there already stays once.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn join(&self, day: Day, tokens: &[StoredToken]) -> Result<(), WalletError> {
        // Which of its hours a token is of, nobody knows; the day is all that counts here.
        let hour = day.start().window();
        let new: Vec<_> = tokens.iter().map(|token| (hour, token.clone())).collect();
        self.replace(day, &[], &new)
    }

    /// Steps two and three of [`Wallet::change`]; each may be done any number of times.
    fn finish(&self) -> Result<(), WalletError> {
        let Some(visit) = self.visit()? else {
            return Ok(());
        };
        let Some((pending, then)) = &visit.pending else {
            return Ok(());
        };
        let mut days: Vec<Day> = visit
            .tags
            .iter()
            .filter_map(|(window, _)| window.day())
            .collect();
        days.extend(pending.iter().map(|(_, token)| token.day()));
        days.sort_unstable();
        days.dedup();
        for day in days {
            self.replace(day, &visit.tags, pending)?;
        }
        match then {
            Then::Close => self.erase_visit(),
            Then::StayOpen => {
                let open = visit.settled();
                self.disk
                    .replace_erasing(VISIT, &open.to_bytes(), open.mtime())
                    .map_err(Into::into)
            }
        }
    }

    /// The tokens of `day` without `old` and with those of `new`.
    fn replace(
        &self,
        day: Day,
        old: &[(Window, Tag)],
        new: &[(Window, StoredToken)],
    ) -> Result<(), WalletError> {
        let is_new = |tag: &Tag| new.iter().any(|(_, token)| token.tag() == *tag);
        let mut tokens = self.tokens(day)?;
        tokens.retain(|token| {
            let tag = token.tag();
            !is_new(&tag) && !old.iter().any(|(_, old)| *old == tag)
        });
        let of_day = new.iter().filter(|(_, token)| token.day() == day);
        tokens.extend(of_day.map(|(_, token)| token.clone()));
        if tokens.is_empty() {
            return self.disk.erase(&iso_day(day)).map_err(Into::into);
        }
        self.disk
            .replace_erasing(&iso_day(day), &tokens::print(tokens), day.start())
            .map_err(Into::into)
    }

    /// Unlinks the days whose time is over.
    fn drop_old(&self, now: UnixTime) -> Result<(), WalletError> {
        for name in self.disk.names()? {
            if day_from_iso(&name).is_some_and(|day| now >= day.kept_until()) {
                self.disk.erase(&name)?;
            }
        }
        Ok(())
    }
}
