//! How long a source may keep the client waiting: its turn, and what it gives prolongs.
//! Knows durations and bytes; does not know logs, or what the bytes mean.
//! Specified in specs/protocol.md §13.2.

use super::{Fetched, NetError, Source};
use lachan_protocol::log::follow::Request;
use std::time::{Duration, Instant};

/// A turn of a source that gives nothing.
const LONGEST: Duration = Duration::from_secs(60);
/// Verified bytes that prolong a turn by a second.
const A_SECOND: u64 = 8 << 10;
/// What a log that was read to its end is worth, be it empty.
const A_LOG: u64 = 5 * A_SECOND;
/// What a leaf is worth besides its bytes.
const A_LEAF: u64 = 32;

/// A source, and how long it may still keep us waiting. What the client does with what came takes nothing from it.
pub struct Turn {
    source: Box<dyn Source>,
    left: Left,
}

impl Turn {
    /// The turn of this source begins.
    #[must_use]
    pub fn of(source: Box<dyn Source>) -> Self {
        Self {
            source,
            left: Left(LONGEST),
        }
    }

    /// The newest checkpoint's note of a log.
    ///
    /// # Errors
    /// [`NetError`]; [`NetError::TooSlow`] when the turn is over.
    pub fn checkpoint(&mut self, origin: &str) -> Result<Vec<u8>, NetError> {
        self.waiting(|source, patience| source.checkpoint(origin, patience))
    }

    /// A range of a resource of a log.
    ///
    /// # Errors
    /// [`NetError`]; [`NetError::TooSlow`] when the turn is over.
    pub fn fetch(&mut self, origin: &str, request: &Request) -> Result<Fetched, NetError> {
        self.waiting(|source, patience| source.fetch(origin, request, patience))
    }

    /// The source gave these leaves, and they are verified.
    pub fn gave(&mut self, leaves: &[Vec<u8>]) {
        let bytes = leaves.iter().map(|leaf| leaf.len() as u64 + A_LEAF);
        self.left.earn(bytes.sum());
    }

    /// The source gave a log to its end.
    pub fn gave_a_log(&mut self) {
        self.left.earn(A_LOG);
    }

    fn waiting<T>(
        &mut self,
        ask: impl FnOnce(&mut dyn Source, Duration) -> Result<T, NetError>,
    ) -> Result<T, NetError> {
        let patience = self.left.patience()?;
        let begun = Instant::now();
        let answer = ask(self.source.as_mut(), patience);
        self.left.spend(begun.elapsed());
        answer
    }
}

/// What is left of a turn: never more than at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left(Duration);

impl Left {
    const fn patience(self) -> Result<Duration, NetError> {
        if self.0.is_zero() {
            return Err(NetError::TooSlow);
        }
        Ok(self.0)
    }

    const fn spend(&mut self, time: Duration) {
        self.0 = self.0.saturating_sub(time);
    }

    fn earn(&mut self, bytes: u64) {
        let more = Duration::from_millis(bytes.saturating_mul(1_000) / A_SECOND);
        self.0 = self.0.saturating_add(more).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many answers come, each after this time with so many verified bytes, before the turn is over.
    fn answers(after: u64, bytes: u64) -> usize {
        let mut left = Left(LONGEST);
        let after = Duration::from_secs(after);
        let turn = (0..10_000).take_while(|_| {
            let comes = left.patience().is_ok_and(|patience| patience >= after);
            left.spend(after);
            left.earn(bytes);
            comes
        });
        turn.count()
    }

    #[test]
    fn who_gives_nothing_or_little_loses_the_turn_and_who_gives_keeps_it() {
        assert_eq!(answers(15, 0), 4);
        // a byte, a small leaf, the largest leaf, each 29 s
        for bytes in [1, 200, 65_535] {
            assert!(answers(29, bytes) < 5, "{bytes}");
        }
        // a slow link: a range of 1 MiB in 29 s, a part in 4 s
        assert_eq!(answers(29, 1 << 20), 10_000);
        assert_eq!(answers(4, 65_535), 10_000);
        // a node with many logs of which nothing is new
        assert_eq!(answers(2, A_LOG), 10_000);
    }

    #[test]
    fn nobody_saves_up_for_a_long_silence() {
        let mut left = Left(LONGEST);
        left.earn(u64::MAX);
        assert_eq!(left, Left(LONGEST));
        left.spend(LONGEST);
        assert_eq!(left.patience(), Err(NetError::TooSlow));
    }

    struct Silent;

    impl Source for Silent {
        fn checkpoint(&mut self, _: &str, patience: Duration) -> Result<Vec<u8>, NetError> {
            assert!(patience <= LONGEST);
            Ok(vec![])
        }

        fn fetch(&mut self, _: &str, _: &Request, _: Duration) -> Result<Fetched, NetError> {
            Ok(Fetched::Missing)
        }
    }

    #[test]
    fn a_source_whose_turn_is_over_is_not_asked() {
        let mut turn = Turn::of(Box::new(Silent));
        assert_eq!(turn.checkpoint("x"), Ok(vec![]), "the control");
        turn.left = Left(Duration::ZERO);
        assert_eq!(turn.checkpoint("x"), Err(NetError::TooSlow));
        turn.gave(&[vec![0; 100]]);
        assert_eq!(turn.checkpoint("x"), Ok(vec![]));
    }
}
