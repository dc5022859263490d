//! The lines of a trust list, read one after the other.
//! Knows `key value` and line numbers; does not know which keys there are.
//! Specified in specs/protocol.md §9.1.

use super::TrustListError;
use crate::log::policy::decimal;
use core::ops::RangeInclusive;

/// Lines that are not read yet, and the number of the last one read.
pub(super) struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            number: 0,
        }
    }

    /// Whether no byte is left.
    pub(super) const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The number of the last line read, from 1.
    pub(super) const fn number(&self) -> usize {
        self.number
    }

    /// The next line, which stays unread; none when no whole line is left.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.rest.split_once('\n').map(|(line, _)| line)
    }

    pub(super) fn next_line(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        self.number += 1;
        Some(line)
    }

    /// The key of the next line, which stays unread.
    pub(super) fn next_key(&self) -> Option<&'a str> {
        self.peek()
            .map(|line| line.split_once(' ').map_or(line, |(key, _)| key))
    }

    /// The refusal of the next line.
    pub(super) const fn unexpected(&self) -> TrustListError {
        TrustListError::UnexpectedLine {
            line: self.number + 1,
        }
    }

    /// The refusal of the value in the last line read.
    pub(super) const fn bad_value(&self) -> TrustListError {
        TrustListError::BadValue { line: self.number }
    }

    /// Reads a line without value.
    pub(super) fn exactly(&mut self, line: &str) -> Result<(), TrustListError> {
        if self.peek() != Some(line) {
            return Err(self.unexpected());
        }
        self.next_line();
        Ok(())
    }

    /// Reads the value behind this key.
    pub(super) fn value_of(&mut self, key: &str) -> Result<&'a str, TrustListError> {
        self.optional(key).ok_or_else(|| self.unexpected())
    }

    /// Reads the value behind this key, if the next line has it.
    pub(super) fn optional(&mut self, key: &str) -> Option<&'a str> {
        let value = self.peek()?.strip_prefix(key)?.strip_prefix(' ')?;
        self.next_line();
        Some(value)
    }

    /// Reads a number behind this key.
    pub(super) fn number_of(
        &mut self,
        key: &str,
        range: RangeInclusive<u64>,
    ) -> Result<u64, TrustListError> {
        let value = self.value_of(key)?;
        decimal(value)
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.bad_value())
    }
}
