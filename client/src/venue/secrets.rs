//! The secrets of one plan: which there are, what each file is called, and when each is erased.
//! Knows names and bytes; does not read or write a file.
//! Specified in specs/protocol.md §3.4 and §14.5.

use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::notice::NoticeSecret;
use lachan_protocol::keys::plan::{Plan, PlanHead};
use lachan_protocol::keys::registration::MailboxSecret;
use lachan_protocol::keys::venue::{DaySeed, SheetCoefficients, VenueSecrets};
use lachan_protocol::time::{DAY_SECONDS, Day, RETENTION_DAYS, UnixTime, Window};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const PREFIX: &str = "venue-";

/// What a secret file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretPart {
    /// A sheet's coefficients, 512 bytes; its last window.
    Coefficients(Window),
    /// The seed of one UTC day of a screen, 32 bytes.
    DaySeed(Day),
    /// The secret of the mailbox, 32 bytes; the plan's last window.
    Mailbox(Window),
    /// N, 32 bytes; the plan's last window.
    Notice(Window),
    /// The seed of the venue's Ed25519 key of this plan, 32 bytes; the plan's last window.
    Signing(Window),
}

/// A secret of one plan. Its name alone says when it is to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretName {
    /// The plan.
    pub code: CodeId,
    /// Which of its secrets.
    pub part: SecretPart,
}

impl SecretName {
    /// `venue-<code id>-<what>-<day or last window>`.
    #[must_use]
    pub fn to_file_name(&self) -> String {
        let (what, number) = match self.part {
            SecretPart::Coefficients(last) => ("sheet", last.0),
            SecretPart::DaySeed(day) => ("seed", u32::from(day.0)),
            SecretPart::Mailbox(last) => ("mailbox", last.0),
            SecretPart::Notice(last) => ("notice", last.0),
            SecretPart::Signing(last) => ("signing", last.0),
        };
        format!("{PREFIX}{}-{what}-{number}", self.code)
    }

    /// Reads a file's name; none for a file that is no secret of a venue.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let mut words = name.strip_prefix(PREFIX)?.split('-');
        let code = CodeId::from_hex(words.next()?)?;
        let (what, number) = (words.next()?, words.next()?.parse::<u32>().ok()?);
        let part = match what {
            "sheet" => SecretPart::Coefficients(Window(number)),
            "seed" => SecretPart::DaySeed(Day(u16::try_from(number).ok()?)),
            "mailbox" => SecretPart::Mailbox(Window(number)),
            "notice" => SecretPart::Notice(Window(number)),
            "signing" => SecretPart::Signing(Window(number)),
            _ => return None,
        };
        let found = Self { code, part };
        (found.to_file_name() == name).then_some(found)
    }

    /// From this second on it is erased.
    #[must_use]
    pub fn erased_at(&self) -> UnixTime {
        match self.part {
            SecretPart::DaySeed(day) => day.kept_until(),
            SecretPart::Coefficients(last)
            | SecretPart::Mailbox(last)
            | SecretPart::Notice(last)
            | SecretPart::Signing(last) => kept_until(last),
        }
    }
}

/// The second at which a plan with this last window, and all that belongs to it, is forgotten: 28 days after it.
#[must_use]
pub fn kept_until(last: Window) -> UnixTime {
    last.end().plus(u64::from(RETENTION_DAYS) * DAY_SECONDS)
}

/// A secret and where it is kept.
pub struct Secret {
    /// Its name.
    pub name: SecretName,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.name.to_file_name())
    }
}

impl Secret {
    fn new(code: CodeId, part: SecretPart, bytes: &[u8]) -> Self {
        Self {
            name: SecretName { code, part },
            bytes: Zeroizing::new(bytes.to_vec()),
        }
    }

    /// The secret of a plan's mailbox.
    #[must_use]
    pub fn of_mailbox(plan: &Plan, mailbox: &MailboxSecret) -> Self {
        let part = SecretPart::Mailbox(plan.head().last());
        Self::new(plan.code_id(), part, &mailbox.0)
    }
}

/// All secrets that a venue draws for a plan.
#[derive(Debug)]
pub struct PlanSecrets {
    /// What its shares come from.
    pub shares: VenueSecrets,
    /// What it signs with.
    pub signing: SigningKey,
}

impl PlanSecrets {
    /// The files to keep them in, with N of the plan.
    #[must_use]
    pub fn to_files(&self, plan: &Plan) -> Vec<Secret> {
        let (code, last) = (plan.code_id(), plan.head().last());
        let mut files = vec![
            Secret::new(code, SecretPart::Notice(last), &plan.notice_secret().0),
            Secret::new(
                code,
                SecretPart::Signing(last),
                self.signing.to_seed().as_slice(),
            ),
        ];
        match &self.shares {
            VenueSecrets::Days(seeds) => files.extend(seeds.iter().map(|(day, seed)| {
                Secret::new(code, SecretPart::DaySeed(*day), seed.to_bytes().as_slice())
            })),
            VenueSecrets::Sheet(coefficients) => files.push(Secret::new(
                code,
                SecretPart::Coefficients(last),
                coefficients.to_bytes().as_slice(),
            )),
        }
        files
    }

    /// Reads them back with `read`, which gives none for a file that is absent: a day's seed may have been erased.
    /// None when another one is missing or damaged.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn from_files<E>(
        code: CodeId,
        head: &PlanHead,
        mut read: impl FnMut(SecretName) -> Result<Option<Zeroizing<Vec<u8>>>, E>,
    ) -> Result<Option<Self>, E> {
        let last = head.last();
        let mut part = |part| read(SecretName { code, part });
        let Some(seed) = part(SecretPart::Signing(last))?.and_then(|bytes| exactly(&bytes)) else {
            return Ok(None);
        };
        let shares = match head.schedule {
            KeySchedule::Sheet => {
                let bytes = part(SecretPart::Coefficients(last))?;
                let coefficients = bytes
                    .and_then(|bytes| exactly(&bytes))
                    .and_then(|bytes| SheetCoefficients::from_bytes(&bytes).ok());
                let Some(coefficients) = coefficients else {
                    return Ok(None);
                };
                VenueSecrets::Sheet(coefficients)
            }
            KeySchedule::Screen | KeySchedule::Slip => {
                let mut seeds = BTreeMap::new();
                for day in days_of(head) {
                    let bytes = part(SecretPart::DaySeed(day))?;
                    if let Some(bytes) = bytes.and_then(|bytes| exactly(&bytes)) {
                        seeds.insert(day, DaySeed::from_bytes(&bytes));
                    }
                }
                VenueSecrets::Days(seeds)
            }
        };
        Ok(Some(Self {
            shares,
            signing: SigningKey::from_seed(&seed),
        }))
    }
}

/// Whether a plan has such a secret: of its last window, or of one of its days.
#[must_use]
pub fn is_of(part: SecretPart, head: &PlanHead) -> bool {
    let is_sheet = head.schedule == KeySchedule::Sheet;
    match part {
        SecretPart::Coefficients(last) => is_sheet && last == head.last(),
        SecretPart::DaySeed(day) => !is_sheet && days_of(head).any(|of_plan| of_plan == day),
        SecretPart::Mailbox(last) | SecretPart::Notice(last) | SecretPart::Signing(last) => {
            last == head.last()
        }
    }
}

/// N out of its file.
#[must_use]
pub fn notice_from(bytes: &[u8]) -> Option<NoticeSecret> {
    exactly(bytes).map(|bytes| NoticeSecret(*bytes))
}

/// The mailbox's secret out of its file.
#[must_use]
pub fn mailbox_from(bytes: &[u8]) -> Option<MailboxSecret> {
    exactly(bytes).map(|bytes| MailboxSecret(*bytes))
}

fn days_of(head: &PlanHead) -> impl Iterator<Item = Day> {
    let days = head.first.0 / 24..=head.last().0 / 24;
    days.filter_map(|day| u16::try_from(day).ok().map(Day))
}

fn exactly<const N: usize>(bytes: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    bytes.try_into().ok().map(Zeroizing::new)
}
