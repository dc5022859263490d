//! Every text that a person sees, in Vietnamese and English, by total matches: a missing translation does not compile.
//! Knows words; does not know terminals or files.
//! Specified in specs/protocol.md §12.

pub mod advice;
pub mod citizen;
#[cfg(feature = "cli")]
pub mod errors;
pub mod evidence;
pub mod evidence_help;
pub mod help;
pub mod stamp;
pub mod venue;
pub mod venue_help;
pub mod wallet;
pub mod wallet_help;

pub use citizen::CitizenMessage;
pub use evidence::EvidenceMessage;
pub use lachan_shell::words::{Explain, Explanation, Lang, Speak, told};
pub use venue::VenueMessage;
pub use wallet::WalletMessage;

/// Anything a command says that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// What a citizen's command says.
    Citizen(CitizenMessage),
    /// What is said of evidence.
    Evidence(EvidenceMessage),
    /// A text that needs no translation: a URL, a QR code, a path.
    Verbatim(String),
    /// What a venue's command says.
    Venue(VenueMessage),
    /// What backup, restore and repair say.
    Wallet(WalletMessage),
}

impl Speak for Message {
    fn en(&self) -> String {
        match self {
            Self::Citizen(message) => message.en(),
            Self::Evidence(message) => message.en(),
            Self::Verbatim(text) => text.clone(),
            Self::Venue(message) => message.en(),
            Self::Wallet(message) => message.en(),
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::Citizen(message) => message.vi(),
            Self::Evidence(message) => message.vi(),
            Self::Verbatim(text) => text.clone(),
            Self::Venue(message) => message.vi(),
            Self::Wallet(message) => message.vi(),
        }
    }
}

impl From<CitizenMessage> for Message {
    fn from(message: CitizenMessage) -> Self {
        Self::Citizen(message)
    }
}

impl From<EvidenceMessage> for Message {
    fn from(message: EvidenceMessage) -> Self {
        Self::Evidence(message)
    }
}

impl From<VenueMessage> for Message {
    fn from(message: VenueMessage) -> Self {
        Self::Venue(message)
    }
}

impl From<WalletMessage> for Message {
    fn from(message: WalletMessage) -> Self {
        Self::Wallet(message)
    }
}

/// `name, place`, or the name alone when there is no place.
#[must_use]
pub fn name_and_place(name: &str, place: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{name}, {place}")
    }
}
