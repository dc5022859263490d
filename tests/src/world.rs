//! A small world in memory: an authority with its keys, a trust list, venues with registered codes.
//! Made by the protocol's own functions, for tests that need no processes.
//! Specified in specs/protocol.md §3, §4 and §9.

use lachan_protocol::code::{CodeKey, VenueUrl};
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::answer::RegistrationAnswer;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::registration::VenueProfile;
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::trust::{AuthorityEntry, TrustList, TrustListHead, TrustedAuthority};
use rand::CryptoRng;

/// The origin of the world's log.
pub const ORIGIN: &str = "log.lachan.example/world";

/// An authority and what it signs with.
#[derive(Debug)]
pub struct Authority {
    /// Signs codes.
    pub code_key: SigningKey,
    /// Signs batches and requests.
    pub batch_key: SigningKey,
    /// Signs checkpoints.
    pub log_key: NoteSigner,
    /// Its half of every key.
    pub seeds: OfficeSeeds,
    /// Signs the trust list.
    pub root: NoteSigner,
}

/// A venue, registered.
#[derive(Debug)]
pub struct Venue {
    /// Plan and codes.
    pub registered: Registered,
    /// The venue's half of every key.
    pub secrets: VenueSecrets,
}

impl Authority {
    /// Draws all keys.
    #[must_use]
    pub fn new() -> Self {
        Self::drawn_from(&mut rand::rng())
    }

    /// Draws all keys from this source: the same world again from the same seed.
    #[must_use]
    pub fn drawn_from(rng: &mut impl CryptoRng) -> Self {
        fn signer(name: &str, rng: &mut impl CryptoRng) -> NoteSigner {
            NoteSigner::new(name, SignatureType::Ed25519, SigningKey::random(rng))
                .expect("the name is one of a key")
        }
        Self {
            code_key: SigningKey::random(rng),
            batch_key: SigningKey::random(rng),
            log_key: signer(ORIGIN, rng),
            seeds: OfficeSeeds::single(EpochSeed::random(rng)),
            root: signer("lachan-root", rng),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> AuthorityId {
        AuthorityId::of_origin(ORIGIN)
    }

    /// The trust list that names this authority alone.
    #[must_use]
    pub fn trust_list(&self, now: UnixTime) -> TrustList {
        let authority = TrustedAuthority::new(AuthorityEntry {
            name_vi: "Trung tâm Y tế".into(),
            name_en: "Health Centre".into(),
            regions: vec![Region(1)],
            phone: "1900 0000".into(),
            clock: 21_600,
            log_key: self.log_key.vkey().clone(),
            batch_key: self.batch_key.verifying_key(),
            code_keys: vec![CodeKey::Current {
                key: self.code_key.verifying_key(),
                last: Window::LAST,
            }],
            issuers: Vec::new(),
        })
        .expect("the entry is one of a trust list");
        let policy = WitnessPolicy::none(vec![self.log_key.vkey().clone()]);
        let head = TrustListHead {
            sequence: 1,
            made: now,
            until: now.plus(400 * 86_400),
        };
        TrustList::sign(&head, &[authority], &policy, &self.root).expect("the list can be signed")
    }

    /// Registers a venue of this name for `count` windows from `first` on.
    #[must_use]
    pub fn register(&self, schedule: KeySchedule, name: &str, first: Window, count: u16) -> Venue {
        let profile = self.profile(schedule, name, first, count);
        self.register_as(&profile, &mut rand::rng())
    }

    /// A restaurant of this name.
    #[must_use]
    pub fn profile(
        &self,
        schedule: KeySchedule,
        name: &str,
        first: Window,
        count: u16,
    ) -> VenueProfile {
        VenueProfile {
            authority: self.id(),
            region: Region(1),
            schedule,
            kind: VenueKind(1),
            name: name.into(),
            place: "12 phố Bến Nước".into(),
            first,
            count,
        }
    }

    /// Registers a venue with keys drawn from this source.
    #[must_use]
    pub fn register_as(&self, profile: &VenueProfile, rng: &mut impl CryptoRng) -> Venue {
        let (plan, secrets) =
            Plan::make(profile, &SigningKey::random(rng), rng).expect("the profile can be planned");
        let answer = RegistrationAnswer::make(&plan, &self.seeds, &self.code_key, rng)
            .expect("the plan can be answered");
        let keys = [CodeKey::Current {
            key: self.code_key.verifying_key(),
            last: Window::LAST,
        }];
        let registered =
            Registered::accept(plan, answer, &keys).expect("the answer is the office's");
        Venue {
            registered,
            secrets,
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Venue {
    /// The URL of the code shown at a time of the plan.
    #[must_use]
    pub fn url(&self, now: UnixTime) -> String {
        let code = self
            .registered
            .code_at(now)
            .expect("the plan has a code for this time");
        VenueUrl::new(lachan_protocol::code::DEFAULT_HOST, &code).to_string()
    }
}
