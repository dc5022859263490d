//! What a backup of a wallet holds: sealed hours and findings, and the newest verified time. No open visit, no secret.
//! Knows bytes and days; does not know passphrases, files or venues.
//! Specified in specs/protocol.md §14.7; bytes in specs/wire.md §12.

use super::tokens::{self, StoredToken, TOKEN_LEN, TokenFileError};
use lachan_protocol::time::{Day, UnixTime};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Why a backup is not taken, although its seal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletCopyError {
    /// Its fields do not end where it ends.
    #[error("its fields do not fit its length")]
    BadLength,
    /// A day in it is damaged, or comes twice.
    #[error("day {day} in it is damaged: {why}")]
    DamagedDay {
        /// Which.
        day: Day,
        /// How.
        why: TokenFileError,
    },
    /// Its findings are none.
    #[error("its findings are damaged")]
    DamagedFindings,
    /// There is a file of this name already: a backup takes the place of none.
    #[error("there is such a file already")]
    FileExists,
    /// The newest verified time in it lies ahead of the clock: with it, all would count as over.
    #[error("the newest verified time in it is ahead of the clock")]
    FloorAhead,
    /// Made by another version of this program.
    #[error("its version is unknown")]
    UnknownVersion,
    /// The wallet holds visits already, and nobody said that both are to be joined.
    #[error("the wallet is not empty")]
    WalletNotEmpty,
}

/// The content of a backup.
#[derive(Clone, PartialEq, Eq)]
pub struct WalletCopy {
    /// The UTC day it was made.
    pub made: Day,
    /// The newest verified time at that moment.
    pub floor: UnixTime,
    /// Tokens by day, ascending.
    pub days: Vec<(Day, Vec<StoredToken>)>,
    /// The findings, as [`super::Wallet::findings`] has them.
    pub findings: Vec<u8>,
}

impl std::fmt::Debug for WalletCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WalletCopy")
    }
}

impl WalletCopy {
    /// How many sealed hours it holds.
    #[must_use]
    pub fn hours(&self) -> usize {
        self.days.iter().map(|(_, tokens)| tokens.len()).sum()
    }

    /// Drops the days whose time is over; says how many hours went.
    pub fn drop_old(&mut self, now: UnixTime) -> usize {
        let before = self.hours();
        self.days.retain(|(day, _)| now < day.kept_until());
        before - self.hours()
    }

    /// version 1 ‖ made 2 ‖ floor 8 ‖ u16 days ‖ days of {day 2, u32 tokens, tokens of 250} ‖ findings to the end.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let size = 13 + self.days.len() * 6 + self.hours() * TOKEN_LEN + self.findings.len();
        // Never grows: growing would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.push(VERSION);
        bytes.extend(self.made.0.to_be_bytes());
        bytes.extend(self.floor.0.to_be_bytes());
        let days = u16::try_from(self.days.len()).expect("a day is a u16, and each stands once");
        bytes.extend(days.to_be_bytes());
        for (day, tokens) in &self.days {
            let count = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
            bytes.extend(day.0.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            tokens.iter().for_each(|token| bytes.extend(token.0));
        }
        bytes.extend(&self.findings);
        bytes
    }

    /// Reads what [`WalletCopy::to_bytes`] wrote. What the findings say is judged by whoever reads them.
    ///
    /// # Errors
    /// [`WalletCopyError`], all but `FileExists`, `FloorAhead` and `WalletNotEmpty`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WalletCopyError> {
        let mut rest = bytes;
        let [version] = take(&mut rest)?;
        if version != VERSION {
            return Err(WalletCopyError::UnknownVersion);
        }
        let made = Day(u16::from_be_bytes(take(&mut rest)?));
        let floor = UnixTime(u64::from_be_bytes(take(&mut rest)?));
        let count = u16::from_be_bytes(take(&mut rest)?);
        let mut days: Vec<(Day, Vec<StoredToken>)> = Vec::new();
        for _ in 0..count {
            let day = Day(u16::from_be_bytes(take(&mut rest)?));
            let tokens = u32::from_be_bytes(take(&mut rest)?);
            let length = usize::try_from(tokens)
                .unwrap_or(usize::MAX)
                .checked_mul(TOKEN_LEN);
            let (tokens, after) = length
                .and_then(|length| rest.split_at_checked(length))
                .ok_or(WalletCopyError::BadLength)?;
            rest = after;
            if days.last().is_some_and(|(last, _)| *last >= day) {
                let why = TokenFileError::Unsorted;
                return Err(WalletCopyError::DamagedDay { day, why });
            }
            let tokens = tokens::parse(day, tokens)
                .map_err(|why| WalletCopyError::DamagedDay { day, why })?;
            days.push((day, tokens));
        }
        Ok(Self {
            made,
            floor,
            days,
            findings: rest.to_vec(),
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], WalletCopyError> {
    let (head, after) = rest
        .split_first_chunk::<N>()
        .ok_or(WalletCopyError::BadLength)?;
    *rest = after;
    Ok(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(day: u16, tag: u8) -> StoredToken {
        let mut bytes = [tag; TOKEN_LEN];
        bytes[..2].copy_from_slice(&day.to_be_bytes());
        StoredToken(bytes)
    }

    fn copy() -> WalletCopy {
        WalletCopy {
            made: Day(20_785),
            floor: UnixTime(1_795_485_600),
            days: vec![
                (Day(20_780), vec![token(20_780, 1), token(20_780, 2)]),
                (Day(20_785), vec![token(20_785, 3)]),
            ],
            findings: vec![9; 352],
        }
    }

    #[test]
    fn a_copy_reads_back_and_every_cut_of_it_is_refused() {
        let bytes = copy().to_bytes();
        assert_eq!(WalletCopy::from_bytes(&bytes), Ok(copy()));
        let findings_at = bytes.len() - 352;
        for len in 0..findings_at {
            let cut = WalletCopy::from_bytes(&bytes[..len]);
            assert_eq!(cut, Err(WalletCopyError::BadLength), "{len}");
        }
        let mut newer = bytes.to_vec();
        newer[0] = 2;
        let newer = WalletCopy::from_bytes(&newer);
        assert_eq!(newer, Err(WalletCopyError::UnknownVersion));
    }

    #[test]
    fn a_day_that_is_not_sorted_or_comes_twice_is_refused() {
        let with = |days| WalletCopy { days, ..copy() }.to_bytes();
        let unsorted = with(vec![(Day(1), vec![token(1, 2), token(1, 1)])]);
        let twice = with(vec![
            (Day(1), vec![token(1, 1)]),
            (Day(1), vec![token(1, 2)]),
        ]);
        for bytes in [unsorted, twice] {
            let refused = WalletCopy::from_bytes(&bytes);
            let (day, why) = (Day(1), TokenFileError::Unsorted);
            assert_eq!(refused, Err(WalletCopyError::DamagedDay { day, why }));
        }
        let other = with(vec![(Day(1), vec![token(2, 1)])]);
        let (day, why) = (Day(1), TokenFileError::OtherDay);
        assert_eq!(
            WalletCopy::from_bytes(&other),
            Err(WalletCopyError::DamagedDay { day, why })
        );
    }

    #[test]
    fn days_whose_time_is_over_go() {
        let mut copy = copy();
        let over = Day(20_780).kept_until();
        assert_eq!(copy.clone().drop_old(over.minus(1)), 0);
        assert_eq!(copy.drop_old(over), 2);
        assert_eq!(copy.hours(), 1);
    }
}
