//! The trust list: whose keys count.
//! Knows a signed text; does not know where it came from.
//! Specified in specs/protocol.md §9.

mod authority;
mod codes;
mod lines;

pub use authority::{AuthorityEntry, MOST_CODE_KEYS, TrustedAuthority};
pub use codes::{Revocations, TrustedCodes};

use crate::id::AuthorityId;
use crate::log::note::{LONGEST_NOTE, NoteError, NoteSigner, SignedNote, Vkey};
use crate::log::policy::{PolicyError, WitnessPolicy};
use crate::time::UnixTime;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use authority::RawAuthority;
use core::fmt;
use lines::Lines;

/// The first line of every trust list of this version.
pub const FIRST_LINE: &str = "lachan-trust-list/v1";
/// A trust list names at most this many authorities.
pub const MOST_AUTHORITIES: usize = 64;

/// Why a note is not a trust list that counts. Whoever sent or wrote it is to blame. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustListError {
    /// Two authorities with one origin or one log key.
    #[error("the authority {origin} stands twice")]
    AuthorityTwice {
        /// Origin of the second one.
        origin: String,
    },
    /// A key that is not a point that may sign, or a vkey of another name, type or id.
    #[error("line {line} of the trust list: the key is refused")]
    BadKey {
        /// The line.
        line: usize,
    },
    /// A line of the policy is refused.
    #[error("line {line} of the trust list: the policy is refused")]
    BadPolicy {
        /// The line.
        line: usize,
    },
    /// A value of a wrong form or outside its range.
    #[error("line {line} of the trust list: the value is refused")]
    BadValue {
        /// The line.
        line: usize,
    },
    /// The list's time is over.
    #[error("the trust list ended at {until}")]
    Expired {
        /// The first second at which it no longer counts.
        until: UnixTime,
    },
    /// Two uses of one key within an authority.
    #[error("the keys of {origin} are not all different")]
    KeysNotDifferent {
        /// The authority's origin.
        origin: String,
    },
    /// Older than a list that is known, or of the same number with other bytes.
    #[error("the trust list has number {sequence}, and {known} is known")]
    NotNewer {
        /// Its number.
        sequence: u64,
        /// The number that is known.
        known: u64,
    },
    /// The note is refused, or the root key has not signed it.
    #[error("the trust list's note is refused: {0}")]
    Note(#[from] NoteError),
    /// A witness that the operator of one of the logs runs: who writes cannot be who watches.
    #[error("line {line} of the trust list: the witness is a log operator's own")]
    OperatorsOwnWitness {
        /// The line.
        line: usize,
    },
    /// The policy's logs are not the authorities' logs in their order.
    #[error("the policy's logs are not those of the authorities")]
    PolicyLogsDiffer,
    /// More bytes than a trust list has.
    #[error("the trust list has {len} bytes where at most {LONGEST_NOTE} are allowed")]
    TooLong {
        /// Bytes that came.
        len: usize,
    },
    /// The policy would let two histories live.
    #[error("the trust list's policy allows two disjoint quorums")]
    TwoDisjointQuorums,
    /// A line that may not stand there.
    #[error("line {line} of the trust list is unexpected")]
    UnexpectedLine {
        /// The line.
        line: usize,
    },
    /// The text is no trust list of this version.
    #[error("the text is no trust list of a known version")]
    UnknownVersion,
    /// A witness's key that is also a key of an authority: a cosignature does not bind its key's name.
    #[error("the key of the witness {name} is also an authority's")]
    WitnessKeyTaken {
        /// The witness's name in the policy.
        name: String,
    },
}

/// What a list says beside its authorities, to make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustListHead {
    /// Rises with each list, from 1.
    pub sequence: u64,
    /// When it was made.
    pub made: UnixTime,
    /// The first second at which it no longer counts.
    pub until: UnixTime,
}

/// Whose keys count, as signed by the root key.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustList {
    head: TrustListHead,
    authorities: Vec<TrustedAuthority>,
    policy: WitnessPolicy,
    note: Vec<u8>,
}

impl TrustList {
    /// Reads and verifies a note, whether or not its time is over: batches are still read with an old list.
    ///
    /// # Errors
    /// [`TrustListError`], all but `Expired` and `NotNewer`.
    pub fn read(note: &[u8], root: &Vkey) -> Result<Self, TrustListError> {
        if note.len() > LONGEST_NOTE {
            return Err(TrustListError::TooLong { len: note.len() });
        }
        let signed = SignedNote::from_bytes(note)?;
        signed.verify(root)?;
        let mut lines = Lines::new(signed.text());
        if lines.next_line() != Some(FIRST_LINE) {
            return Err(TrustListError::UnknownVersion);
        }
        let head = head(&mut lines)?;
        let mut raw = alloc::vec![RawAuthority::read(&mut lines)?];
        while lines.next_key() == Some("authority") {
            raw.push(RawAuthority::read(&mut lines)?);
        }
        if raw.len() > MOST_AUTHORITIES {
            return Err(lines.unexpected());
        }
        lines.exactly("policy")?;
        let first_policy_line = lines.number() + 1;
        let policy = policy_lines(&mut lines);
        lines.exactly("end")?;
        let end = lines.number();
        if lines.next_line().is_some() {
            return Err(TrustListError::UnexpectedLine { line: end + 1 });
        }
        let authorities = authorities(raw)?;
        let policy = read_policy(&policy, first_policy_line, end)?;
        if !policy
            .logs()
            .iter()
            .eq(authorities.iter().map(TrustedAuthority::log_key))
        {
            return Err(TrustListError::PolicyLogsDiffer);
        }
        let is_taken = |key| authorities.iter().any(|authority| authority.has_key(key));
        if let Some(witness) = policy.witnesses().iter().find(|w| is_taken(w.key.key())) {
            let name = witness.name.clone();
            return Err(TrustListError::WitnessKeyTaken { name });
        }
        Ok(Self {
            head,
            authorities,
            policy,
            note: note.to_vec(),
        })
    }

    /// Reads and verifies a note that is to count now.
    ///
    /// # Errors
    /// [`TrustListError`], all but `NotNewer`.
    pub fn verify(note: &[u8], root: &Vkey, now: UnixTime) -> Result<Self, TrustListError> {
        Self::read(note, root)?.still_counts(now)
    }

    /// Reads and verifies a note that is to take the place of `known`.
    ///
    /// # Errors
    /// [`TrustListError`].
    pub fn verify_update(
        note: &[u8],
        root: &Vkey,
        known: &Self,
        now: UnixTime,
    ) -> Result<Self, TrustListError> {
        let list = Self::read(note, root)?;
        list.replaces(known)?;
        list.still_counts(now)
    }

    /// Whether this list takes the place of `older`; not when both are the same bytes.
    ///
    /// # Errors
    /// [`TrustListError::NotNewer`].
    pub fn replaces(&self, older: &Self) -> Result<bool, TrustListError> {
        let (sequence, known) = (self.head.sequence, older.head.sequence);
        match sequence.cmp(&known) {
            core::cmp::Ordering::Greater => Ok(true),
            core::cmp::Ordering::Equal if self.note == older.note => Ok(false),
            core::cmp::Ordering::Equal | core::cmp::Ordering::Less => {
                Err(TrustListError::NotNewer { sequence, known })
            }
        }
    }

    /// Makes and signs a list, and reads it back by the rules of every reader.
    ///
    /// # Errors
    /// [`TrustListError`]: what a reader would refuse.
    pub fn sign(
        head: &TrustListHead,
        authorities: &[TrustedAuthority],
        policy: &WitnessPolicy,
        root: &NoteSigner,
    ) -> Result<Self, TrustListError> {
        let mut text = alloc::format!(
            "{FIRST_LINE}\nsequence {}\nmade {}\nuntil {}\n",
            head.sequence,
            head.made,
            head.until
        );
        authorities
            .iter()
            .for_each(|authority| text.push_str(&authority.to_string()));
        text.push_str(&alloc::format!("policy\n{policy}end\n"));
        let mut note = SignedNote::new(&text)?;
        note.sign(root, UnixTime(0));
        Self::read(&note.to_bytes(), root.vkey())
    }

    /// Number, time made, end.
    #[must_use]
    pub const fn head(&self) -> &TrustListHead {
        &self.head
    }

    /// The list's number.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.head.sequence
    }

    /// The first second at which it no longer counts: then no new codes are taken.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.head.until
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: UnixTime) -> bool {
        now >= self.head.until
    }

    /// All authorities.
    #[must_use]
    pub fn authorities(&self) -> &[TrustedAuthority] {
        &self.authorities
    }

    /// The authority with this id.
    #[must_use]
    pub fn authority(&self, id: &AuthorityId) -> Option<&TrustedAuthority> {
        self.authorities.iter().find(|a| a.id() == *id)
    }

    /// The authority whose log has this origin.
    #[must_use]
    pub fn authority_of_origin(&self, origin: &str) -> Option<&TrustedAuthority> {
        self.authorities.iter().find(|a| a.origin() == origin)
    }

    /// Under which cosignatures a checkpoint counts.
    #[must_use]
    pub const fn policy(&self) -> &WitnessPolicy {
        &self.policy
    }

    /// The note's bytes as they came, to be kept and handed on.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    fn still_counts(self, now: UnixTime) -> Result<Self, TrustListError> {
        if self.is_expired(now) {
            return Err(TrustListError::Expired {
                until: self.head.until,
            });
        }
        Ok(self)
    }
}

impl fmt::Debug for TrustList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustList({}, ", self.head.sequence)?;
        f.debug_list().entries(&self.authorities).finish()?;
        f.write_str(")")
    }
}

fn head(lines: &mut Lines<'_>) -> Result<TrustListHead, TrustListError> {
    let most = i64::MAX.unsigned_abs();
    let sequence = lines.number_of("sequence", 1..=most)?;
    let made = lines.number_of("made", 0..=most)?;
    let until = lines.number_of("until", 0..=most)?;
    if made >= until {
        return Err(TrustListError::BadValue {
            line: lines.number(),
        });
    }
    Ok(TrustListHead {
        sequence,
        made: UnixTime(made),
        until: UnixTime(until),
    })
}

fn policy_lines(lines: &mut Lines<'_>) -> String {
    let mut policy = String::new();
    while let Some(line) = lines.peek().filter(|line| *line != "end") {
        policy.push_str(line);
        policy.push('\n');
        lines.next_line();
    }
    policy
}

fn authorities(raw: Vec<RawAuthority>) -> Result<Vec<TrustedAuthority>, TrustListError> {
    let mut authorities: Vec<TrustedAuthority> = Vec::new();
    let read: Result<Vec<_>, _> = raw.into_iter().map(RawAuthority::with_keys).collect();
    for authority in read? {
        let twice = authorities.iter().any(|other| {
            other.origin() == authority.origin()
                || other.log_key().key() == authority.log_key().key()
        });
        if twice {
            return Err(TrustListError::AuthorityTwice {
                origin: authority.origin().into(),
            });
        }
        authorities.push(authority);
    }
    Ok(authorities)
}

fn read_policy(text: &str, first: usize, end: usize) -> Result<WitnessPolicy, TrustListError> {
    let at = |line: usize| TrustListError::BadPolicy {
        line: first + line - 1,
    };
    let policy = WitnessPolicy::from_text(text).map_err(|error| match error {
        PolicyError::BadKey { line }
        | PolicyError::BadThreshold { line }
        | PolicyError::KeyTwice { line }
        | PolicyError::MemberTwice { line }
        | PolicyError::NameTaken { line }
        | PolicyError::TooMany { line }
        | PolicyError::UnexpectedLine { line }
        | PolicyError::UnknownName { line } => at(line),
        PolicyError::OperatorsOwnWitness { line } => TrustListError::OperatorsOwnWitness {
            line: first + line - 1,
        },
        PolicyError::QuorumMissing => TrustListError::BadPolicy { line: end },
        PolicyError::TwoDisjointQuorums => TrustListError::TwoDisjointQuorums,
    })?;
    // The list holds the policy's one form: no comments, URLs, other spaces or another order.
    let canonical = policy.to_string();
    if canonical != text {
        let same = text
            .lines()
            .zip(canonical.lines())
            .take_while(|(a, b)| a == b);
        return Err(at(same.count() + 1));
    }
    Ok(policy)
}
