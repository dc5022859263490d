//! An authority with a log in a folder, a venue, and people with homes: all through public doors.
//! Knows the protocol; the client is only run as a program.
//! Specified in specs/protocol.md.

use lachan_client::qr::{Modules, to_png};
use lachan_client::trust::Trust;
use lachan_protocol::code::body::CodeBody;
use lachan_protocol::code::{CodeKey, UnverifiedVenueCode, VenueUrl};
use lachan_protocol::crypto::sign::{Signature, SigningKey};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::build::{BatchPlan, NewRelease, Tick};
use lachan_protocol::exposure::entry::{CaseDetail, MinuteMask};
use lachan_protocol::exposure::history::EarlierEntry;
use lachan_protocol::exposure::manifest::{CaseCause, ItemCommitments, ReleaseBacking};
use lachan_protocol::id::{AuthorityId, CodeId, Region};
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::registration::{RegistrationAnswer, VenueProfile};
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::keys::{KeySchedule, NotificationKey, ReleasedKey};
use lachan_protocol::label::Label;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::tile_set::{TileBuilder, push_entry};
use lachan_protocol::log::tiles::Resource;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::trust::{AuthorityEntry, TrustList, TrustListHead, TrustedAuthority};
use lachan_protocol::wire::{Seq8, Seq16, encode};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// 2026-11-24T02:00:00Z, the first second of an hour.
pub const NINE_IN_HANOI: UnixTime = UnixTime(1_795_485_600);
const ORIGIN: &str = "office.example/log";

/// One authority, its log, and a clock for everybody.
pub struct World {
    pub dir: TempDir,
    origin: String,
    batch_key: SigningKey,
    code_key: SigningKey,
    log: NoteSigner,
    root: NoteSigner,
    seeds: OfficeSeeds,
    leaves: Vec<Vec<u8>>,
    history: Vec<EarlierEntry>,
    seq: u64,
}

/// A venue and its secrets.
pub struct Venue {
    registered: Registered,
    secrets: VenueSecrets,
}

/// What a run of the program said.
pub struct Ran {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn data(&self) -> Value {
        assert_eq!(self.exit, 0, "{} {}", self.stdout, self.stderr);
        self.json()["data"].clone()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    pub fn error(&self) -> String {
        assert_eq!(self.exit, 2, "{} {}", self.stdout, self.stderr);
        let error = &self.json()["error"];
        for part in ["message", "hint"] {
            let text = error[part].as_str().unwrap();
            assert!(!text.is_empty(), "{error} says no {part}");
        }
        error["code"].as_str().unwrap().to_owned()
    }
}

impl World {
    pub fn new() -> Self {
        Self::of(ORIGIN)
    }

    /// An authority whose log has this origin.
    pub fn of(origin: &str) -> Self {
        let rng = &mut rand::rng();
        let signer = |name: &str, rng: &mut _| {
            NoteSigner::new(name, SignatureType::Ed25519, SigningKey::random(rng)).unwrap()
        };
        let world = Self {
            dir: tempfile::tempdir().unwrap(),
            origin: origin.into(),
            batch_key: SigningKey::random(rng),
            code_key: SigningKey::random(rng),
            log: signer(origin, rng),
            root: signer("lachan-root", rng),
            seeds: OfficeSeeds::single(EpochSeed::random(rng)),
            leaves: vec![],
            history: vec![],
            seq: 0,
        };
        world.set_clock(NINE_IN_HANOI);
        std::fs::write(world.path("trust.txt"), world.trust_list(1)).unwrap();
        world
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn trust_list(&self, sequence: u64) -> Vec<u8> {
        self.trust_list_of(sequence, &[self])
    }

    /// A list of several authorities, signed by the root of this world.
    pub fn trust_list_of(&self, sequence: u64, worlds: &[&Self]) -> Vec<u8> {
        let authorities: Vec<_> = worlds.iter().map(|world| world.authority()).collect();
        let logs = worlds.iter().map(|world| world.log.vkey().clone());
        let policy = WitnessPolicy::none(logs.collect());
        let head = TrustListHead {
            sequence,
            made: UnixTime(1_790_000_000),
            until: UnixTime(1_830_000_000),
        };
        let list = TrustList::sign(&head, &authorities, &policy, &self.root).unwrap();
        list.note().to_vec()
    }

    fn authority(&self) -> TrustedAuthority {
        TrustedAuthority::new(AuthorityEntry {
            name_vi: "CDC Hà Nội".into(),
            name_en: "Hanoi CDC".into(),
            regions: vec![Region(1)],
            phone: "19009095".into(),
            clock: 21_600,
            log_key: self.log.vkey().clone(),
            batch_key: self.batch_key.verifying_key(),
            code_keys: vec![CodeKey::Current {
                key: self.code_key.verifying_key(),
                last: Window(600_000),
            }],
            issuers: vec![],
        })
        .unwrap()
    }

    pub fn trust(&self) -> Trust {
        Trust::new(TrustList::read(&self.trust_list(1), self.root.vkey()).unwrap())
    }

    pub fn set_clock(&self, now: UnixTime) {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let offset = now.0 as i64 - system.as_secs() as i64;
        std::fs::write(self.path("clock"), offset.to_string()).unwrap();
    }

    pub fn root_key(&self) -> String {
        self.root.vkey().to_string()
    }

    pub fn init(&self, person: &str) {
        let root = self.root_key();
        let trust = self.path("trust.txt");
        let args = ["init", "--root", &root, "--test-clock", "--trust"];
        self.run(person, &[&args[..], &[trust.to_str().unwrap()]].concat())
            .data();
    }

    /// Runs the program with `--json` for a person, with nothing on standard input.
    pub fn run(&self, person: &str, args: &[&str]) -> Ran {
        self.run_with(person, &[args, &["--json"]].concat(), "")
    }

    pub fn run_with(&self, person: &str, args: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lachan"))
            .args(args)
            .arg("--home")
            .arg(self.path(person))
            .arg("--clock")
            .arg(self.path("clock"))
            .env("LC_ALL", "en_GB.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read its input closes it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().unwrap();
        Ran {
            exit: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    pub fn register(&self, schedule: KeySchedule, name: &str) -> Venue {
        self.register_kind(schedule, name, VenueKind(1))
    }

    pub fn register_kind(&self, schedule: KeySchedule, name: &str, kind: VenueKind) -> Venue {
        let rng = &mut rand::rng();
        let profile = VenueProfile {
            authority: AuthorityId::of_origin(&self.origin),
            region: Region(1),
            schedule,
            kind,
            name: name.into(),
            place: "13 Lò Đúc".into(),
            first: NINE_IN_HANOI.window(),
            count: 48,
        };
        let (plan, secrets) = Plan::make(&profile, &SigningKey::random(rng), rng).unwrap();
        let answer = RegistrationAnswer::make(&plan, &self.seeds, &self.code_key, rng).unwrap();
        let registered = Registered::reload(plan, answer).unwrap();
        Venue {
            registered,
            secrets,
        }
    }

    /// Publishes a tick with these hours of a venue, minutes and advice.
    pub fn publish(
        &mut self,
        time: UnixTime,
        releases: &[(&Venue, Window, MinuteMask, Advice)],
    ) -> usize {
        let rng = &mut rand::rng();
        self.seq += 1;
        let tick = Tick {
            authority: AuthorityId::of_origin(&self.origin),
            region: Region(1),
            seq: self.seq,
            time,
            unlocks: 0,
            certificates: 0,
        };
        let releases = releases
            .iter()
            .map(|(venue, window, minutes, advice)| self.release(venue, *window, *minutes, *advice))
            .collect();
        let plan = BatchPlan::new(&tick, releases, vec![], &self.history, rng).unwrap();
        self.history.extend(plan.fresh().iter().cloned());
        let parts = plan.sign(&self.batch_key).unwrap();
        let count = parts.len();
        self.leaves.extend(parts);
        self.write_log();
        count
    }

    /// s_w of an hour of a venue, as it would be published.
    pub fn key(&self, venue: &Venue, window: Window) -> ReleasedKey {
        let share = venue
            .secrets
            .share_of(venue.registered.plan().head(), window)
            .unwrap();
        combine(&venue.registered, window, &share, &self.seeds)
            .unwrap()
            .release()
    }

    fn release(
        &self,
        venue: &Venue,
        window: Window,
        minutes: MinuteMask,
        advice: Advice,
    ) -> NewRelease {
        let nothing = || Seq16::new(vec![]).unwrap();
        NewRelease {
            key: self.key(venue, window),
            window,
            notice: venue.notice(window),
            backing: ReleaseBacking {
                head: nothing(),
                notices_hash: [0; 32],
                venue_points: nothing(),
                office_points: Seq8::new(vec![]).unwrap(),
                registration_path: nothing(),
            },
            cases: vec![CaseCause {
                own: CaseDetail::new(minutes, advice).unwrap(),
                request_hash: [0; 32],
                items: ItemCommitments::new(vec![]).unwrap(),
                approval: Signature([0; 64]),
                item_salt: [0; 32],
                certificate: [0; 117],
                commitment_salt: [0; 32],
            }],
        }
    }

    /// A code changed by whoever holds the code key.
    pub fn signed_otherwise(&self, code: &[u8], change: impl FnOnce(&mut CodeBody)) -> Vec<u8> {
        let mut body = UnverifiedVenueCode::from_bytes(code)
            .unwrap()
            .body()
            .clone();
        change(&mut body);
        let mut bytes = encode(&body);
        let signature = self.code_key.sign(Label::VENUE_CODE, &[&bytes]);
        bytes.extend(signature.0);
        bytes
    }

    pub fn batch_key(&self) -> &SigningKey {
        &self.batch_key
    }

    /// Adds a leaf that is no batch.
    pub fn append(&mut self, leaf: Vec<u8>) {
        self.leaves.push(leaf);
        self.write_log();
    }

    pub fn log(&self) -> PathBuf {
        self.path("log")
    }

    pub fn sync(&self, person: &str) -> Ran {
        self.run(person, &["sync", "--from", self.log().to_str().unwrap()])
    }

    pub fn write_log(&self) {
        let mut builder = TileBuilder::default();
        for (bundle, leaves) in self.leaves.chunks(256).enumerate() {
            let mut bytes = vec![];
            for leaf in leaves {
                push_entry(&mut bytes, leaf).unwrap();
                for (resource, tile) in builder.push(Hash::of_leaf(leaf)) {
                    self.write(resource, &tile);
                }
            }
            let (index, width) = (bundle as u64, leaves.len() as u16);
            self.write(Resource::Entries { index, width }, &bytes);
        }
        for (resource, tile) in builder.partial() {
            self.write(resource, &tile);
        }
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: self.leaves.len() as u64,
            root: builder.root(),
        };
        let note = checkpoint.sign(&self.log).unwrap();
        self.write(Resource::Checkpoint, &note.to_bytes());
    }

    fn write(&self, resource: Resource, bytes: &[u8]) {
        let path = self.log().join(resource.to_path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

impl Venue {
    pub fn url(&self, now: UnixTime) -> String {
        let code = self.registered.code_at(now).unwrap();
        VenueUrl::new("lachan.example", &code).to_string()
    }

    pub fn image(&self, now: UnixTime, path: &Path) -> String {
        let png = to_png(&Modules::of_url(&self.url(now)).unwrap()).unwrap();
        std::fs::write(path, png).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn code(&self, now: UnixTime) -> Vec<u8> {
        self.registered.code_at(now).unwrap()
    }

    pub fn id(&self) -> CodeId {
        self.registered.plan().code_id()
    }

    pub fn code_id(&self) -> String {
        self.registered.plan().code_id().to_string()
    }

    pub fn notice(&self, window: Window) -> NotificationKey {
        self.registered.plan().notification_key_of(window).unwrap()
    }
}

/// A folder in memory where there is one.
pub fn fast_dir() -> TempDir {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() {
        tempfile::tempdir_in(shared).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Copies a folder with everything below.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
