//! Records in the order of their keys, a page at a time, so that no scan holds the database up.
//! Knows keys and values of one tree; does not know what they mean.
//! Specified in specs/protocol.md §14.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
    ops::Bound,
};

use crate::{
    error::StoreError,
    files::FileName,
    record::{Tree, split_key, unwrap_checked},
    store::Store,
};

const PAGE: usize = 64;

/// A record of a tree. `Debug` shows neither key nor value.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Key inside the tree.
    pub key: Vec<u8>,
    /// Value, its checksum verified.
    pub value: Vec<u8>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Record")
    }
}

/// Iterator over records; ends after the first error that is not a damaged record. See [`Store::scan`].
#[derive(Debug)]
pub struct Records<'a> {
    store: &'a Store,
    page: VecDeque<Result<Record, StoreError>>,
    /// Where the next page begins; `None` when there is none.
    next: Option<Bound<Vec<u8>>>,
    end: Bound<Vec<u8>>,
}

impl Store {
    /// The records of a tree with keys from `from` on, in the order of their keys. Read a page at a time: records
    /// committed meanwhile may or may not be met. A damaged record is an `Err` and does not end the scan.
    pub fn scan(&self, tree: Tree, from: impl AsRef<[u8]>) -> Records<'_> {
        let mut end = tree.name().as_bytes().to_vec();
        end.push(1);
        Records::new(self, tree.stored_key(from.as_ref()), Bound::Excluded(end))
    }

    /// The records of a tree whose keys begin with `prefix`, like [`Self::scan`].
    pub fn scan_prefix(&self, tree: Tree, prefix: impl AsRef<[u8]>) -> Records<'_> {
        let start = tree.stored_key(prefix.as_ref());
        let mut end = start.clone();
        // The key after all with this prefix. A name's bytes are below ff and the 00 rises, so one is left.
        while end.pop_if(|byte| *byte == u8::MAX).is_some() {}
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        Records::new(self, start, Bound::Excluded(end))
    }
}

impl Store {
    /// The files whose names stand in no record's value: what a killed writer, or a record that was replaced, left.
    /// Files that other files name are for the caller to spare. Nothing may be written meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]: a record that cannot be read could name any of them.
    pub fn unnamed_files(&self) -> Result<Vec<FileName>, StoreError> {
        let mut unnamed: BTreeSet<FileName> = self.file_names()?.into_iter().collect();
        if unnamed.is_empty() {
            return Ok(vec![]);
        }
        for record in Records::new(self, vec![], Bound::Unbounded) {
            spare_named(&mut unnamed, &record?.value);
        }
        Ok(unnamed.into_iter().collect())
    }
}

/// Takes those out that stand anywhere in these bytes.
pub fn spare_named(unnamed: &mut BTreeSet<FileName>, bytes: &[u8]) {
    for window in bytes.array_windows::<32>() {
        unnamed.remove(&FileName::from_bytes(*window));
    }
}

impl<'a> Records<'a> {
    fn new(store: &'a Store, start: Vec<u8>, end: Bound<Vec<u8>>) -> Self {
        Self {
            store,
            page: VecDeque::new(),
            next: Some(Bound::Included(start)),
            end,
        }
    }

    fn read_page(&mut self) {
        let Some(start) = self.next.take() else {
            return;
        };
        match self.store.range(borrow(&start), borrow(&self.end), PAGE) {
            Ok(pairs) => {
                if pairs.len() == PAGE {
                    self.next = pairs.last().map(|(key, _)| Bound::Excluded(key.clone()));
                }
                self.page
                    .extend(pairs.into_iter().map(|(stored_key, stored)| {
                        let (value, _) = unwrap_checked(&stored_key, &stored)?;
                        Ok(Record {
                            key: split_key(&stored_key).1.to_vec(),
                            value: value.to_vec(),
                        })
                    }));
            }
            Err(error) => self.page.push_back(Err(error)),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() {
            self.read_page();
        }
        self.page.pop_front()
    }
}

fn borrow(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}
