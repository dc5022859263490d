//! What a thief could do: a seized phone, every code ever shown, and either the office's or the venue's files.
//! Tries every key that those files hold or lead to on Dũng's tokens, whose hour was refused.
//! Specified in specs/threat-model.md, rows PU3 and S2.

use crate::say;
use crate::town::case::log_folder;
use crate::town::cast::{Cast, ORIGIN};
use crate::town::opening::{Codes, citizen, field, root_vkey, tr};
use crate::town::screen::Screen;
use crate::town::visits::{files_below, token_files};
use crate::town::{Checks, TownError};
use lachan_protocol::code::{
    CodeKey, CodeTrust, DEFAULT_HOST, UnverifiedVenueCode, VenueCode, VenueUrl,
};
use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::exposure::batch::{BatchRules, UnverifiedBatchPart};
use lachan_protocol::exposure::matching::Matcher;
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::notice::NoticeSecret;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::venue::{DaySeed, VenueSecrets};
use lachan_protocol::keys::{KeyShare, ReleasedKey, WindowKey};
use lachan_protocol::log::note::Vkey;
use lachan_protocol::log::tile_set::split_entry;
use lachan_protocol::time::Window;
use lachan_protocol::token::{TOKEN_LEN, VisitToken};
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Tries it all, and shows that the same attempt with both halves does open the token.
pub fn try_everything(
    cast: &Cast,
    codes: &Codes,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(), TownError> {
    screen.chapter(&say!("Đêm: kẻ trộm", "Night: a thief"));
    let phone = cast.citizens[citizen("Dũng")].folder();
    let tokens = tokens_of(phone)?;
    screen.deed("23:00", &tr(screen, "Kẻ trộm", "Thief"), &say!(
        "lấy điện thoại của Dũng và có mọi mã từng hiện ra; thử mọi khoá tìm thấy trong các tệp",
        "takes Dũng's phone, has every code ever shown, and tries every key found in the files"
    ));
    let refused = cast.at(13, 10).window();
    let seen = Loot::of_folder(phone)?.and(Loot::of_codes(cast)?);
    let opened = opens(&tokens, seen.scalars());
    checks.note(
        screen,
        "phone_and_codes_open_nothing",
        !tokens.is_empty() && !opened,
        &say!(
            "điện thoại và mọi mã: không mở được gì",
            "phone and all codes: nothing opens"
        ),
    );
    let plan = plan_of(&cast.venues[0], &codes.restaurant)?;
    let office = Loot::of_folder(cast.office.folder())?;
    let b = office.office_shares(&plan, refused);
    let opened = opens(&tokens, office.scalars().chain(scalars_of(&b)));
    checks.note(
        screen,
        "with_office_secrets_nothing_opens",
        !b.is_empty() && !opened,
        &say!(
            "thêm mọi tệp của cơ quan y tế: không mở được gì",
            "with all files of the office as well: nothing opens"
        ),
    );
    let venue = Loot::of_folder(cast.venues[0].folder())?;
    let a = venue.venue_shares(&plan, refused);
    let opened = opens(&tokens, venue.scalars().chain(scalars_of(&a)));
    checks.note(
        screen,
        "with_venue_secrets_nothing_opens",
        !a.is_empty() && !opened,
        &say!(
            "hoặc thêm mọi tệp của quán: không mở được gì",
            "or with all files of the restaurant: nothing opens"
        ),
    );
    let sums = a
        .iter()
        .flat_map(|a| b.iter().filter_map(move |b| sum(a, b)));
    checks.note(
        screen,
        "control_both_halves_do_open",
        opens(&tokens, sums),
        &say!(
            "đối chứng: chỉ khi có cả hai nửa, phiếu mới mở",
            "control: with both halves the token does open"
        ),
    );
    unpublished(cast, codes, screen, checks)
}

/// The refused hour is in no batch; the control: an approved one is.
fn unpublished(
    cast: &Cast,
    codes: &Codes,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(), TownError> {
    let trust = Trust::of(cast)?;
    let published = published_keys(cast, &trust)?;
    let point_of = |hour: u64, minute: u64| -> Result<[u8; 32], TownError> {
        let at = cast.at(hour, minute);
        let shown =
            cast.venues[0].run(&["venue", "show", &codes.restaurant, "--at", &at.to_string()])?;
        let code = trust.code(&field(&shown, "venue show", "url")?)?;
        let point = code.point_of(at.window());
        point
            .map(|point| point.0.to_bytes())
            .ok_or(TownError::Files {
                whose: "the restaurant",
                what: "a point of its code",
            })
    };
    let has = |point: [u8; 32]| published.contains(&point);
    let (refused, approved) = (has(point_of(13, 10)?), has(point_of(9, 10)?));
    checks.note(
        screen,
        "refused_hour_is_not_published",
        !refused && approved,
        &say!(
            "giờ bị từ chối không có trong lô nào; giờ được đồng ý thì có",
            "the refused hour is in no batch; an approved one is"
        ),
    );
    Ok(())
}

/// All tokens on a phone.
fn tokens_of(phone: &Path) -> Result<Vec<VisitToken>, TownError> {
    let damaged = TownError::Files {
        whose: "a citizen",
        what: "visit tokens",
    };
    let mut tokens = Vec::new();
    for file in token_files(phone)? {
        let bytes = std::fs::read(file)?;
        for token in bytes.chunks(TOKEN_LEN) {
            match VisitToken::from_bytes(token) {
                Ok(token) => tokens.push(token),
                Err(_) => return Err(damaged),
            }
        }
    }
    Ok(tokens)
}

/// Whether any key opens any token.
fn opens(tokens: &[VisitToken], keys: impl Iterator<Item = [u8; 32]>) -> bool {
    let tried: BTreeSet<[u8; 32]> = keys.collect();
    let keys: Vec<ReleasedKey> = tried
        .iter()
        .filter_map(|bytes| ReleasedKey::from_bytes(bytes).ok())
        .collect();
    let mut by_day = BTreeMap::<_, Vec<VisitToken>>::new();
    for token in tokens {
        by_day.entry(token.day()).or_default().push(token.clone());
    }
    by_day.into_iter().any(|(day, tokens)| {
        let mut matcher = Matcher::new(day, &tokens);
        !matcher.feed(&keys).is_empty() || matcher.progress().unopened > 0
    })
}

/// Stolen bytes.
struct Loot {
    files: Vec<Vec<u8>>,
    /// Whole files that may be a seed, or hold seeds one after the other.
    seeds: BTreeSet<[u8; 32]>,
}

impl Loot {
    fn of_folder(folder: &Path) -> Result<Self, TownError> {
        let mut loot = Self {
            files: Vec::new(),
            seeds: BTreeSet::new(),
        };
        for path in files_below(folder)? {
            let bytes = std::fs::read(&path)?;
            if path.starts_with(folder.join("keys")) {
                loot.seeds.extend(
                    bytes
                        .windows(32)
                        .filter_map(|w| <[u8; 32]>::try_from(w).ok()),
                );
            }
            loot.files.push(bytes);
        }
        Ok(loot)
    }

    /// All codes that were or will be shown, as the bytes that their URLs stand for.
    fn of_codes(cast: &Cast) -> Result<Self, TownError> {
        let mut files = Vec::new();
        for venue in &cast.venues {
            for path in files_below(&venue.folder().join("codes"))? {
                let url = std::fs::read_to_string(path)?;
                let code = VenueUrl::parse(url.trim(), DEFAULT_HOST);
                let code = code.map_err(|_| TownError::Files {
                    whose: "a venue",
                    what: "the URL of a code",
                })?;
                files.push(code.as_bytes().to_vec());
            }
        }
        Ok(Self {
            files,
            seeds: BTreeSet::new(),
        })
    }

    fn and(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self
    }

    /// Every 32 bytes that stand anywhere in the files.
    fn scalars(&self) -> impl Iterator<Item = [u8; 32]> {
        self.files
            .iter()
            .flat_map(|file| file.windows(32))
            .filter(|window| window.iter().any(|&byte| byte != 0))
            .filter_map(|window| window.try_into().ok())
    }

    /// What the office's half of an hour is, if any 32 bytes of its keys are the epoch's seed.
    fn office_shares(&self, plan: &Plan, window: Window) -> Vec<KeyShare> {
        self.seeds
            .iter()
            .map(|seed| OfficeSeeds::single(EpochSeed::from_bytes(seed)))
            .filter_map(|seeds| seeds.shares_of(plan, window).ok())
            .flatten()
            .collect()
    }

    /// What the venue's half of an hour is, if any 32 bytes of its keys are the day's seed. The one that
    /// is can be told by its point, which the plan shows.
    fn venue_shares(&self, plan: &Plan, window: Window) -> Vec<KeyShare> {
        let point = plan
            .head()
            .point_of(plan.points(), window)
            .map(|point| point.0);
        window
            .day()
            .into_iter()
            .flat_map(|day| {
                self.seeds
                    .iter()
                    .map(move |seed| (day, DaySeed::from_bytes(seed)))
            })
            .map(|(day, seed)| VenueSecrets::Days(BTreeMap::from([(day, seed)])))
            .filter_map(|secrets| secrets.share_of(plan.head(), window).ok())
            .filter(|share| Some(share.to_point()) == point)
            .collect()
    }
}

fn scalars_of(shares: &[KeyShare]) -> impl Iterator<Item = [u8; 32]> {
    shares.iter().map(|share| *share.to_bytes())
}

fn sum(a: &KeyShare, b: &KeyShare) -> Option<[u8; 32]> {
    let key = WindowKey::from_shares([a, b]).ok()?;
    Some(key.release().to_bytes())
}

/// The venue's plan, from its own files.
fn plan_of(venue: &crate::home::Home, code: &str) -> Result<Plan, TownError> {
    let code = CodeId::from_hex(code);
    let files: Vec<Vec<u8>> = files_below(venue.folder())?
        .iter()
        .map(std::fs::read)
        .collect::<Result<_, _>>()?;
    // Which of the files of 32 bytes is the notice secret shows by the plan's id, which depends on it.
    let notices = || {
        let secrets = files
            .iter()
            .filter_map(|file| <[u8; 32]>::try_from(file.as_slice()).ok());
        secrets.map(NoticeSecret)
    };
    let mut plans = files
        .iter()
        .flat_map(|file| notices().map(move |notice| Plan::from_public_bytes(file, notice)))
        .flatten()
        .filter(|plan| Some(plan.code_id()) == code);
    plans.next().ok_or(TownError::Files {
        whose: "the restaurant",
        what: "its plan",
    })
}

/// The compressed points of all keys that the log of the third relay holds.
fn published_keys(cast: &Cast, trust: &Trust) -> Result<BTreeSet<[u8; 32]>, TownError> {
    let authority = trust.authority()?;
    let rules = BatchRules {
        authority: authority.id(),
        region: authority.first_region(),
        batch_key: authority.batch_key(),
        clock_seconds: authority.clock(),
        latest: cast.at(23, 0),
    };
    let mut points = BTreeSet::new();
    let entries = log_folder(cast.relays[2].folder())
        .join("tile")
        .join("entries");
    for bundle in files_below(&entries)? {
        let bytes = std::fs::read(bundle)?;
        let mut rest = bytes.as_slice();
        while let Some((leaf, after)) = split_entry(rest) {
            rest = after;
            let Ok(part) = UnverifiedBatchPart::from_bytes(leaf) else {
                continue;
            };
            let Ok(part) = part.verify(&rules) else {
                return Err(TownError::Files {
                    whose: "the office",
                    what: "a batch that verifies",
                });
            };
            for entry in part.pieces().iter().flat_map(|piece| &piece.entries) {
                if let Ok(scalar) = SecretScalar::from_bytes(&entry.key.to_bytes()) {
                    points.insert(scalar.to_point().to_bytes());
                }
            }
        }
    }
    Ok(points)
}

/// The town's trust list, for reading codes as a client does.
struct Trust(TrustList);

impl Trust {
    fn of(cast: &Cast) -> Result<Self, TownError> {
        let damaged = || TownError::Files {
            whose: "the root",
            what: "the trust list",
        };
        let note = std::fs::read(cast.file("trust.txt"))?;
        let root = Vkey::from_text(&root_vkey(cast)?).map_err(|_| damaged())?;
        TrustList::read(&note, &root)
            .map(Self)
            .map_err(|_| damaged())
    }

    fn authority(&self) -> Result<&TrustedAuthority, TownError> {
        let missing = TownError::Files {
            whose: "the root",
            what: "the authority in the trust list",
        };
        self.0.authority_of_origin(ORIGIN).ok_or(missing)
    }

    fn code(&self, url: &str) -> Result<VenueCode, TownError> {
        let damaged = TownError::Files {
            whose: "the restaurant",
            what: "a signed code",
        };
        VenueUrl::parse(url, DEFAULT_HOST)
            .ok()
            .and_then(|url| UnverifiedVenueCode::from_bytes(url.as_bytes()).ok())
            .and_then(|code| code.verify_signed(self).ok())
            .ok_or(damaged)
    }
}

impl CodeTrust for Trust {
    fn code_keys(&self, authority: &AuthorityId) -> Option<Vec<CodeKey>> {
        Some(self.0.authority(authority)?.code_keys().to_vec())
    }

    fn revoked_from(&self, _: &AuthorityId, _: &CodeId) -> Option<Window> {
        None
    }
}
