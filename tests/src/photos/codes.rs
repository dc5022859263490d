//! The codes in the pictures: screens, sheets and slips made by the protocol, and one of somebody else.
//! Knows venues and QR modules, as any other maker of QR codes would; does not know pictures.
//! Specified in specs/protocol.md §4.

use crate::world::Authority;
use lachan_protocol::code::DEFAULT_HOST;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::Window;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// A code as text and as modules.
#[derive(Clone, Debug)]
pub struct Code {
    /// The text that it holds.
    pub url: String,
    /// Its QR version.
    pub version: u8,
    /// Modules on a side.
    pub side: u8,
    /// Row by row, whether a module is dark.
    pub dark: Vec<bool>,
}

impl Code {
    /// Of a venue's URL, or any other short text.
    pub(super) fn of_url(url: String) -> Self {
        // As venues show it: bytes up to the #, then digits, at level M.
        let (head, digits) = match url.split_once('#') {
            Some((head, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (&url[..=head.len()], digits)
            }
            Some(_) | None => (url.as_str(), ""),
        };
        let mut segments = vec![QrSegment::make_bytes(head.as_bytes())];
        if !digits.is_empty() {
            segments.push(QrSegment::make_numeric(digits));
        }
        let modules = QrCode::encode_segments_advanced(
            &segments,
            QrCodeEcc::Medium,
            Version::MIN,
            Version::MAX,
            None,
            false,
        )
        .expect("a code of the protocol fits");
        let side = modules.size();
        let dark = (0..side)
            .flat_map(|y| (0..side).map(move |x| (x, y)))
            .map(|(x, y)| modules.get_module(x, y))
            .collect();
        Self {
            url,
            version: modules.version().value(),
            side: u8::try_from(side).expect("at most 177 modules"),
            dark,
        }
    }

    /// Whether a module is dark; none is outside.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let side = usize::from(self.side);
        x < side && y < side && self.dark[y * side + x]
    }
}

/// All codes of a set.
#[derive(Debug)]
pub struct Codes {
    ours: Vec<Code>,
    foreign: Code,
}

/// (kind of code, windows of the plan, name): QR versions 13 to 25.
const VENUES: [(KeySchedule, u16, &str); 7] = [
    (KeySchedule::Screen, 24, "Cà phê Lam"),
    (KeySchedule::Sheet, 744, "Chợ Bến Nước, cổng phía đông"),
    (
        KeySchedule::Screen,
        24,
        "Quán phở Bà Tư, chi nhánh bến tàu, cạnh nhà văn hoá",
    ),
    (KeySchedule::Slip, 24, "Xe khách 07"),
    (KeySchedule::Sheet, 240, "Nhà thuốc Sao"),
    (KeySchedule::Slip, 18, "Xe khách 12"),
    (KeySchedule::Slip, 12, "Hội trường phường Bến Nước"),
];

impl Codes {
    pub(super) fn drawn_from(seed: u64) -> Self {
        let rng = &mut StdRng::seed_from_u64(seed);
        let authority = Authority::drawn_from(rng);
        let first = Window(480_000);
        let ours = VENUES.map(|(schedule, count, name)| {
            let profile = authority.profile(schedule, name, first, count);
            Code::of_url(authority.register_as(&profile, rng).url(first.start()))
        });
        Self {
            ours: ours.to_vec(),
            foreign: Code::of_url(format!("https://{DEFAULT_HOST}.invalid/menu?table=7#top")),
        }
    }

    pub(super) fn nth(&self, number: usize) -> &Code {
        &self.ours[number % self.ours.len()]
    }

    pub(super) const fn foreign(&self) -> &Code {
        &self.foreign
    }

    /// Whether a text is one of ours.
    #[must_use]
    pub fn is_ours(text: &str) -> bool {
        lachan_protocol::code::VenueUrl::parse(text, DEFAULT_HOST).is_ok()
    }
}
