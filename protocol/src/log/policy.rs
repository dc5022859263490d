//! Witness policies (C2SP tlog-policy): whose cosignatures make a checkpoint count.
//! Knows names, keys and thresholds; does not know checkpoints.
//! Specified in specs/protocol.md §9.2.

use crate::log::note::{SignatureType, Vkey};
use crate::time::UnixTime;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A policy names at most this many logs.
pub const MOST_LOGS: usize = 64;
/// A policy names at most this many witnesses.
pub const MOST_WITNESSES: usize = 32;
/// A policy names at most this many groups.
pub const MOST_GROUPS: usize = 32;

/// Why a text is not a policy. Lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not a vkey, or one of another type than its use needs.
    #[error("line {line} of the policy: the key is refused")]
    BadKey {
        /// The line.
        line: usize,
    },
    /// A threshold that is no number from 1 to the number of members.
    #[error("line {line} of the policy: the threshold is refused")]
    BadThreshold {
        /// The line.
        line: usize,
    },
    /// One key under two names.
    #[error("line {line} of the policy: the key stands twice")]
    KeyTwice {
        /// The line.
        line: usize,
    },
    /// One witness or group in two groups.
    #[error("line {line} of the policy: a name is a member twice")]
    MemberTwice {
        /// The line.
        line: usize,
    },
    /// One name for two things, or the name `none`.
    #[error("line {line} of the policy: the name is taken")]
    NameTaken {
        /// The line.
        line: usize,
    },
    /// A witness that the operator of one of the logs runs: who writes cannot be who watches.
    #[error("line {line} of the policy: the witness is the log operator's own")]
    OperatorsOwnWitness {
        /// The line.
        line: usize,
    },
    /// No line says the quorum.
    #[error("the policy has no quorum")]
    QuorumMissing,
    /// More logs, witnesses or groups than allowed.
    #[error("line {line} of the policy: too many of a kind")]
    TooMany {
        /// The line.
        line: usize,
    },
    /// Two sets of witnesses without a common one could each make a quorum: two histories could live.
    #[error("the policy allows two disjoint quorums")]
    TwoDisjointQuorums,
    /// A line of no known form.
    #[error("line {line} of the policy is of no known form")]
    UnexpectedLine {
        /// The line.
        line: usize,
    },
    /// A name that no line before defines.
    #[error("line {line} of the policy: the name is not defined before")]
    UnknownName {
        /// The line.
        line: usize,
    },
}

/// What satisfies a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// The cosignatures suffice; those with this time or a later one still do.
    At(UnixTime),
    /// The cosignatures do not suffice.
    Missing,
    /// The policy asks for none.
    NotNeeded,
}

/// A witness by its name in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The name, which means something in this policy only.
    pub name: String,
    /// The key, of type cosignature.
    pub key: Vkey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Threshold {
    All,
    Any,
    Number(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: Threshold,
    members: Vec<Member>,
}

impl Group {
    fn needs(&self) -> usize {
        match self.threshold {
            Threshold::All => self.members.len(),
            Threshold::Any => 1,
            Threshold::Number(number) => number,
        }
    }
}

/// Which logs count, which witnesses there are, and which sets of them suffice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessPolicy {
    logs: Vec<Vkey>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

impl WitnessPolicy {
    /// `quorum none`: no witness is asked for.
    #[must_use]
    pub fn none(logs: Vec<Vkey>) -> Self {
        Self {
            logs,
            ..Self::default()
        }
    }

    /// Reads the whole C2SP form: comments, empty lines and URLs are read over.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn from_text(text: &str) -> Result<Self, PolicyError> {
        let mut policy = Self::default();
        let mut quorum_seen = false;
        let mut witness_lines = Vec::new();
        for (line, content) in text.lines().enumerate().map(|(i, l)| (i + 1, l)) {
            if content.chars().any(|c| c.is_ascii_control() && c != '\t') {
                return Err(PolicyError::UnexpectedLine { line });
            }
            let items: Vec<&str> = content
                .split([' ', '\t'])
                .filter(|item| !item.is_empty())
                .collect();
            match items.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", key] | ["log", key, _] => policy.add_log(line, key)?,
                ["witness", name, key] | ["witness", name, key, _] => {
                    policy.add_witness(line, name, key)?;
                    witness_lines.push(line);
                }
                ["group", name, threshold, members @ ..] if !members.is_empty() => {
                    policy.add_group(line, name, threshold, members)?;
                }
                ["quorum", name] if !quorum_seen => {
                    quorum_seen = true;
                    policy.quorum = policy.quorum_member(line, name)?;
                }
                _ => return Err(PolicyError::UnexpectedLine { line }),
            }
        }
        if !quorum_seen {
            return Err(PolicyError::QuorumMissing);
        }
        let own = policy
            .witnesses
            .iter()
            .position(|witness| policy.is_operators_own(witness));
        if let Some(&line) = own.and_then(|index| witness_lines.get(index)) {
            return Err(PolicyError::OperatorsOwnWitness { line });
        }
        if policy.allows_disjoint_quorums() {
            return Err(PolicyError::TwoDisjointQuorums);
        }
        Ok(policy)
    }

    /// The logs, in the order of their lines.
    #[must_use]
    pub fn logs(&self) -> &[Vkey] {
        &self.logs
    }

    /// The witnesses, in the order of their lines.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// What cosignatures with these newest times make, one place for each witness in order.
    #[must_use]
    pub fn evaluate(&self, times: &[Option<UnixTime>]) -> Quorum {
        let Some(quorum) = self.quorum else {
            return Quorum::NotNeeded;
        };
        let groups = self.for_each_group(|group, value| {
            let mut known: Vec<UnixTime> = group
                .members
                .iter()
                .filter_map(|member| value(*member, times))
                .collect();
            known.sort_unstable_by(|a, b| b.cmp(a));
            known.get(group.needs() - 1).copied()
        });
        value_of(quorum, times, &groups).map_or(Quorum::Missing, Quorum::At)
    }

    /// Whether the operator of one of the logs runs this witness.
    fn is_operators_own(&self, witness: &Witness) -> bool {
        let own = operator(witness.key.name());
        self.logs.iter().any(|log| operator(log.name()) == own)
    }

    /// A group of m members that needs k, of which d can be satisfied on both sides of a split,
    /// can itself be satisfied on both sides iff 2·max(0, k − d) <= m − d. A witness cannot.
    fn allows_disjoint_quorums(&self) -> bool {
        let nobody = alloc::vec![None; self.witnesses.len()];
        let groups = self.for_each_group(|group, value| {
            let both = group
                .members
                .iter()
                .filter(|member| value(**member, &nobody).is_some())
                .count();
            let single = group.needs().saturating_sub(both);
            (2 * single <= group.members.len() - both).then_some(())
        });
        self.quorum
            .is_some_and(|quorum| value_of(quorum, &nobody, &groups).is_some())
    }

    /// Computes a value for each group from those of its members, which all stand before it.
    fn for_each_group<T: Copy>(
        &self,
        of: impl Fn(&Group, &dyn Fn(Member, &[Option<T>]) -> Option<T>) -> Option<T>,
    ) -> Vec<Option<T>> {
        let mut values: Vec<Option<T>> = Vec::new();
        for group in &self.groups {
            let value = of(group, &|member, witnesses| {
                value_of(member, witnesses, &values)
            });
            values.push(value);
        }
        values
    }

    fn add_log(&mut self, line: usize, key: &str) -> Result<(), PolicyError> {
        let key = self.new_key(line, key, SignatureType::Ed25519)?;
        self.logs.push(key);
        limit(line, self.logs.len(), MOST_LOGS)
    }

    fn add_witness(&mut self, line: usize, name: &str, key: &str) -> Result<(), PolicyError> {
        self.new_name(line, name)?;
        let key = self.new_key(line, key, SignatureType::Cosignature)?;
        self.witnesses.push(Witness {
            name: name.into(),
            key,
        });
        limit(line, self.witnesses.len(), MOST_WITNESSES)
    }

    fn add_group(
        &mut self,
        line: usize,
        name: &str,
        threshold: &str,
        names: &[&str],
    ) -> Result<(), PolicyError> {
        self.new_name(line, name)?;
        let mut members = Vec::new();
        for name in names {
            let member = self.member(name).ok_or(PolicyError::UnknownName { line })?;
            let taken = self.groups.iter().any(|g| g.members.contains(&member));
            if taken || members.contains(&member) {
                return Err(PolicyError::MemberTwice { line });
            }
            members.push(member);
        }
        let threshold = match threshold {
            "all" => Threshold::All,
            "any" => Threshold::Any,
            number => decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .map(Threshold::Number)
                .ok_or(PolicyError::BadThreshold { line })?,
        };
        self.groups.push(Group {
            name: name.into(),
            threshold,
            members,
        });
        limit(line, self.groups.len(), MOST_GROUPS)
    }

    fn quorum_member(&self, line: usize, name: &str) -> Result<Option<Member>, PolicyError> {
        if name == "none" {
            return Ok(None);
        }
        self.member(name)
            .map(Some)
            .ok_or(PolicyError::UnknownName { line })
    }

    fn member(&self, name: &str) -> Option<Member> {
        let witness = self.witnesses.iter().position(|w| w.name == name);
        let group = || self.groups.iter().position(|g| g.name == name);
        witness
            .map(Member::Witness)
            .or_else(|| group().map(Member::Group))
    }

    fn new_name(&self, line: usize, name: &str) -> Result<(), PolicyError> {
        if name == "none" || self.member(name).is_some() {
            return Err(PolicyError::NameTaken { line });
        }
        Ok(())
    }

    fn new_key(&self, line: usize, text: &str, wanted: SignatureType) -> Result<Vkey, PolicyError> {
        let key = Vkey::from_text(text).map_err(|_| PolicyError::BadKey { line })?;
        if key.signature_type() != wanted {
            return Err(PolicyError::BadKey { line });
        }
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        if self
            .logs
            .iter()
            .chain(witnesses)
            .any(|k| k.key() == key.key())
        {
            return Err(PolicyError::KeyTwice { line });
        }
        Ok(key)
    }

    fn name_of(&self, member: Member) -> &str {
        match member {
            Member::Witness(index) => &self.witnesses[index].name,
            Member::Group(index) => &self.groups[index].name,
        }
    }
}

/// The policy's form in a trust list: logs, witnesses, groups, quorum; one space, no comments.
impl fmt::Display for WitnessPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for log in &self.logs {
            writeln!(f, "log {log}")?;
        }
        for witness in &self.witnesses {
            writeln!(f, "witness {} {}", witness.name, witness.key)?;
        }
        for group in &self.groups {
            write!(f, "group {} ", group.name)?;
            match group.threshold {
                Threshold::All => f.write_str("all")?,
                Threshold::Any => f.write_str("any")?,
                Threshold::Number(number) => number.fmt(f)?,
            }
            for member in &group.members {
                write!(f, " {}", self.name_of(*member))?;
            }
            f.write_str("\n")?;
        }
        let quorum = self.quorum.map_or("none", |member| self.name_of(member));
        writeln!(f, "quorum {quorum}")
    }
}

fn value_of<T: Copy>(member: Member, witnesses: &[Option<T>], groups: &[Option<T>]) -> Option<T> {
    match member {
        Member::Witness(index) => witnesses.get(index).copied().flatten(),
        Member::Group(index) => groups.get(index).copied().flatten(),
    }
}

const fn limit(line: usize, count: usize, most: usize) -> Result<(), PolicyError> {
    if count > most {
        return Err(PolicyError::TooMany { line });
    }
    Ok(())
}

/// Who runs a log or witness: what stands before the first `/` of its key's name (C2SP: a URL without its scheme).
fn operator(name: &str) -> &str {
    name.split_once('/').map_or(name, |(operator, _)| operator)
}

/// A number in decimal digits without leading zeros.
#[must_use]
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    (digits && canonical).then(|| text.parse().ok()).flatten()
}
