//! The checks of a day, by name.
//! Knows names and outcomes; does not know how they came about.
//! Specified in README.md, "The town".

use crate::town::screen::{Say, Screen};
use std::collections::BTreeMap;

/// The checks so far.
#[derive(Debug, Default)]
pub struct Checks(BTreeMap<&'static str, bool>);

impl Checks {
    /// Notes and shows a check. A name that stands already holds only if both hold.
    pub fn note(&mut self, screen: &mut Screen, name: &'static str, ok: bool, what: &Say) {
        let known = self.0.entry(name).or_insert(true);
        *known &= ok;
        screen.check(ok, what);
    }

    /// All of them.
    #[must_use]
    pub fn into_map(self) -> BTreeMap<&'static str, bool> {
        self.0
    }
}
