//! One authority of a trust list: its names, clock and keys, as a block of lines.
//! Knows one block; does not know who signed it.
//! Specified in specs/protocol.md §9.1.

use super::TrustListError;
use super::lines::Lines;
use crate::code::CodeKey;
use crate::crypto::sign::VerifyingKey;
use crate::id::{AuthorityId, IssuerId, OriginHash, Region};
use crate::log::note::{SignatureType, Vkey, VkeyError};
use crate::log::policy::decimal;
use crate::text;
use crate::time::{DAY_SECONDS, Window};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// An authority has at most this many code keys, ended and revoked ones included.
pub const MOST_CODE_KEYS: usize = 4;
const LONGEST_ORIGIN: usize = 128;
const LONGEST_TEXT: usize = 200;

/// An authority whose codes, batches and log count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedAuthority {
    name_vi: String,
    name_en: String,
    regions: Vec<Region>,
    phone: String,
    clock: u32,
    log_key: Vkey,
    batch_key: VerifyingKey,
    code_keys: Vec<CodeKey>,
    issuers: Vec<VerifyingKey>,
}

/// What an authority's block says; [`TrustedAuthority::new`] tests it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityEntry {
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Its regions, ascending; batches carry the first.
    pub regions: Vec<Region>,
    /// The number to call.
    pub phone: String,
    /// Seconds from tick to tick; they divide a day.
    pub clock: u32,
    /// Its log's key, whose name is the log's origin.
    pub log_key: Vkey,
    /// Signs batches, other leaves and requests.
    pub batch_key: VerifyingKey,
    /// Sign codes, or did: one to four, the revoked ones last and not alone.
    pub code_keys: Vec<CodeKey>,
    /// Keys of testing sites.
    pub issuers: Vec<VerifyingKey>,
}

impl TrustedAuthority {
    /// Makes an authority, by the rules of every reader. Lines of errors count within its block.
    ///
    /// # Errors
    /// [`TrustListError`].
    pub fn new(entry: AuthorityEntry) -> Result<Self, TrustListError> {
        let unread = Self {
            name_vi: entry.name_vi,
            name_en: entry.name_en,
            regions: entry.regions,
            phone: entry.phone,
            clock: entry.clock,
            log_key: entry.log_key,
            batch_key: entry.batch_key,
            code_keys: entry.code_keys,
            issuers: entry.issuers,
        };
        let read = Self::from_text(&alloc::format!("{unread}"))?;
        if read != unread {
            // A text with a newline in it became lines of its own.
            return Err(TrustListError::BadValue { line: 1 });
        }
        Ok(read)
    }

    /// Reads exactly one block, from `authority` to `end`, as an office writes it.
    ///
    /// # Errors
    /// [`TrustListError`]; lines count within the block.
    pub fn from_text(text: &str) -> Result<Self, TrustListError> {
        let mut lines = Lines::new(text);
        let raw = RawAuthority::read(&mut lines)?;
        if !lines.is_done() {
            return Err(lines.unexpected());
        }
        raw.with_keys()
    }

    /// The authority's id.
    #[must_use]
    pub fn id(&self) -> AuthorityId {
        AuthorityId::of_origin(self.origin())
    }

    /// The origin of its log.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.log_key.name()
    }

    /// The hash of the origin, in paths and topics.
    #[must_use]
    pub fn origin_hash(&self) -> OriginHash {
        OriginHash::of_origin(self.origin())
    }

    /// Its name in Vietnamese.
    #[must_use]
    pub fn name_vi(&self) -> &str {
        &self.name_vi
    }

    /// Its name in English.
    #[must_use]
    pub fn name_en(&self) -> &str {
        &self.name_en
    }

    /// Its regions, ascending.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region that its batches carry.
    #[must_use]
    pub fn first_region(&self) -> Region {
        *self
            .regions
            .first()
            .expect("a block has at least one region")
    }

    /// The number to call.
    #[must_use]
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Seconds from tick to tick; ticks stand at its multiples since UTC midnight.
    #[must_use]
    pub const fn clock(&self) -> u32 {
        self.clock
    }

    /// Its log's key.
    #[must_use]
    pub const fn log_key(&self) -> &Vkey {
        &self.log_key
    }

    /// Signs its batches, other leaves and requests.
    #[must_use]
    pub const fn batch_key(&self) -> &VerifyingKey {
        &self.batch_key
    }

    /// Its code keys, ended and revoked ones included.
    #[must_use]
    pub fn code_keys(&self) -> &[CodeKey] {
        &self.code_keys
    }

    /// The keys of its testing sites.
    #[must_use]
    pub fn issuers(&self) -> &[VerifyingKey] {
        &self.issuers
    }

    /// The testing site with this id.
    #[must_use]
    pub fn issuer(&self, id: &IssuerId) -> Option<&VerifyingKey> {
        self.issuers
            .iter()
            .find(|key| IssuerId::of_key(&key.to_bytes()) == *id)
    }

    /// Whether one of its keys, for whatever use, is this one.
    #[must_use]
    pub fn has_key(&self, key: &VerifyingKey) -> bool {
        let code_keys = self.code_keys.iter().map(CodeKey::key);
        let others = [self.log_key.key(), &self.batch_key];
        others
            .into_iter()
            .chain(code_keys)
            .chain(&self.issuers)
            .any(|own| own == key)
    }

    fn keys_differ(&self) -> bool {
        let mut keys: Vec<&VerifyingKey> = alloc::vec![self.log_key.key(), &self.batch_key];
        keys.extend(self.code_keys.iter().map(CodeKey::key));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        keys.len() == count
    }
}

/// The block, as it stands in a trust list and in an office's `authority.txt`.
impl fmt::Display for TrustedAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |key: &VerifyingKey| hex::encode(key.to_bytes());
        writeln!(f, "authority {}", self.origin())?;
        writeln!(f, "name-vi {}", self.name_vi)?;
        writeln!(f, "name-en {}", self.name_en)?;
        for region in &self.regions {
            writeln!(f, "region {}", region.0)?;
        }
        writeln!(f, "phone {}", self.phone)?;
        writeln!(f, "clock {}", self.clock)?;
        writeln!(f, "log-key {}", self.log_key)?;
        writeln!(f, "batch-key {}", hex(&self.batch_key))?;
        for code in &self.code_keys {
            match code {
                CodeKey::Current { key, last } => writeln!(f, "code-key {} {last}", hex(key))?,
                CodeKey::Revoked { key } => writeln!(f, "revoked-code-key {}", hex(key))?,
            }
        }
        for key in &self.issuers {
            writeln!(f, "issuer {}", hex(key))?;
        }
        writeln!(f, "end")
    }
}

/// A value and the line it stood in.
struct At<T>(usize, T);
type RawKey = At<[u8; 32]>;

/// A block whose lines are read and whose keys are not tested yet: in a list all lines come first.
pub(super) struct RawAuthority {
    origin: String,
    name_vi: String,
    name_en: String,
    regions: Vec<Region>,
    phone: String,
    clock: u32,
    log_key: At<String>,
    batch_key: RawKey,
    code_keys: Vec<(RawKey, Window)>,
    revoked_code_keys: Vec<RawKey>,
    issuers: Vec<RawKey>,
}

impl RawAuthority {
    pub(super) fn read(lines: &mut Lines<'_>) -> Result<Self, TrustListError> {
        let origin = origin(lines)?;
        let name_vi = named_text(lines, "name-vi")?;
        let name_en = named_text(lines, "name-en")?;
        let regions = regions(lines)?;
        let phone = named_text(lines, "phone")?;
        let clock = clock(lines)?;
        let log_key = lines.value_of("log-key")?.into();
        let log_key = At(lines.number(), log_key);
        let batch_key = lines.value_of("batch-key")?;
        let batch_key = hex32(lines, batch_key)?;
        let code_keys = code_keys(lines)?;
        let left = MOST_CODE_KEYS - code_keys.len();
        Ok(Self {
            origin,
            name_vi,
            name_en,
            regions,
            phone,
            clock,
            log_key,
            batch_key,
            code_keys,
            revoked_code_keys: keys(lines, "revoked-code-key", left)?,
            issuers: keys(lines, "issuer", usize::MAX)?,
        })
        .and_then(|block| lines.exactly("end").map(|()| block))
    }

    pub(super) fn with_keys(self) -> Result<TrustedAuthority, TrustListError> {
        let At(line, text) = self.log_key;
        let bad = TrustListError::BadKey { line };
        let log_key = Vkey::from_text(&text).map_err(|error| match error {
            VkeyError::BadName | VkeyError::Malformed => TrustListError::BadValue { line },
            VkeyError::BadKey(_) | VkeyError::UnknownType(_) | VkeyError::WrongId => bad.clone(),
        })?;
        if log_key.name() != self.origin || log_key.signature_type() != SignatureType::Ed25519 {
            return Err(bad);
        }
        let mut code_keys = Vec::new();
        for (bytes, last) in &self.code_keys {
            let key = key(bytes)?;
            code_keys.push(CodeKey::Current { key, last: *last });
        }
        for bytes in &self.revoked_code_keys {
            code_keys.push(CodeKey::Revoked { key: key(bytes)? });
        }
        let authority = TrustedAuthority {
            name_vi: self.name_vi,
            name_en: self.name_en,
            regions: self.regions,
            phone: self.phone,
            clock: self.clock,
            log_key,
            batch_key: key(&self.batch_key)?,
            code_keys,
            issuers: self.issuers.iter().map(key).collect::<Result<_, _>>()?,
        };
        if !authority.keys_differ() {
            return Err(TrustListError::KeysNotDifferent {
                origin: self.origin,
            });
        }
        Ok(authority)
    }
}

fn origin(lines: &mut Lines<'_>) -> Result<String, TrustListError> {
    let value = lines.value_of("authority")?;
    let printable = value
        .bytes()
        .all(|b| (0x21..=0x7e).contains(&b) && b != b'+');
    if !printable || !(1..=LONGEST_ORIGIN).contains(&value.len()) {
        return Err(lines.bad_value());
    }
    Ok(value.into())
}

fn named_text(lines: &mut Lines<'_>, key: &str) -> Result<String, TrustListError> {
    let value = lines.value_of(key)?;
    let allowed = text::characters(value).and_then(|()| text::normal_form(value));
    let bare = value.trim() == value && (1..=LONGEST_TEXT).contains(&value.len());
    if allowed.is_err() || !bare {
        return Err(lines.bad_value());
    }
    Ok(value.into())
}

fn regions(lines: &mut Lines<'_>) -> Result<Vec<Region>, TrustListError> {
    let mut regions: Vec<Region> = Vec::new();
    let mut next = Some(lines.value_of("region")?);
    while let Some(value) = next {
        let region = decimal(value)
            .and_then(|number| u16::try_from(number).ok())
            .map(Region)
            .filter(|region| regions.last().is_none_or(|last| last < region))
            .ok_or_else(|| lines.bad_value())?;
        regions.push(region);
        next = lines.optional("region");
    }
    Ok(regions)
}

fn clock(lines: &mut Lines<'_>) -> Result<u32, TrustListError> {
    let seconds = lines.number_of("clock", 1..=DAY_SECONDS)?;
    u32::try_from(seconds)
        .ok()
        .filter(|_| DAY_SECONDS.is_multiple_of(seconds))
        .ok_or_else(|| lines.bad_value())
}

fn code_keys(lines: &mut Lines<'_>) -> Result<Vec<(RawKey, Window)>, TrustListError> {
    let mut keys = Vec::new();
    let mut next = Some(lines.value_of("code-key")?);
    while let Some(value) = next {
        let (key, last) = value.split_once(' ').ok_or_else(|| lines.bad_value())?;
        let last = decimal(last)
            .and_then(|last| u32::try_from(last).ok())
            .map(Window)
            .filter(|last| *last <= Window::LAST)
            .ok_or_else(|| lines.bad_value())?;
        keys.push((hex32(lines, key)?, last));
        next = (keys.len() < MOST_CODE_KEYS)
            .then(|| lines.optional("code-key"))
            .flatten();
    }
    Ok(keys)
}

fn keys(lines: &mut Lines<'_>, name: &str, most: usize) -> Result<Vec<RawKey>, TrustListError> {
    let mut keys = Vec::new();
    while keys.len() < most
        && let Some(value) = lines.optional(name)
    {
        keys.push(hex32(lines, value)?);
    }
    Ok(keys)
}

fn hex32(lines: &Lines<'_>, text: &str) -> Result<RawKey, TrustListError> {
    let mut bytes = [0; 32];
    let read = hex::decode_to_slice(text, &mut bytes);
    if read.is_err() || hex::encode(bytes) != text {
        return Err(lines.bad_value());
    }
    Ok(At(lines.number(), bytes))
}

fn key(At(line, bytes): &RawKey) -> Result<VerifyingKey, TrustListError> {
    VerifyingKey::from_bytes(bytes).map_err(|_| TrustListError::BadKey { line: *line })
}
