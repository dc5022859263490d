//! An office with a disk in memory that can fail after any output.
use crate::mirror::OfficeStore;
use lachan_node::office::{
    Change, FileHash, Files, Input, Note, Office, OfficeConfig, OfficeKeys, Output, Publication,
    ReplyTo, RequestRefusal, Requested, RevokeRefusal, Revoked, Saved, SecretName, Shelf,
};
use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::crypto::sign::{SigningKey, VerifyingKey};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::batch::{BatchRules, ExposureBatch, UnverifiedBatchPart};
use lachan_protocol::id::{AuthorityId, CodeId, Region};
use lachan_protocol::log::leaf::{Leaf, PrekeyLeaf, RegistrationsLeaf};
use lachan_protocol::office::SealedError;
use lachan_protocol::time::{Day, UnixTime};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use zeroize::Zeroizing;

pub(crate) const TICK: u64 = 21_600;
/// 2026-11-24T00:00:00Z.
pub(crate) const DAY: Day = Day(20_781);
pub(crate) const REGION: Region = Region(1);

/// What survives a crash.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) files: BTreeMap<FileHash, Vec<u8>>,
    pub(crate) records: BTreeMap<(Shelf, Vec<u8>), Vec<u8>>,
    pub(crate) secrets: BTreeMap<SecretName, [u8; 32]>,
    pub(crate) erased: Vec<(SecretName, [u8; 32])>,
    pub(crate) log: Vec<Vec<u8>>,
    /// Everything that was ever written but the secret files: sled never really erases.
    pub(crate) written: Vec<Vec<u8>>,
}

#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Rc<RefCell<Disk>>);

impl Files for Shared {
    fn read(&self, name: &FileHash) -> Option<Vec<u8>> {
        self.0.borrow().files.get(name).cloned()
    }
}

/// What came out besides stored things.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) notes: Vec<Note>,
    pub(crate) replies: Vec<Vec<u8>>,
    pub(crate) refused: Vec<SealedError>,
    pub(crate) requested: Option<Result<Requested, RequestRefusal>>,
    pub(crate) published: Option<Publication>,
    pub(crate) revoked: Option<Result<Revoked, RevokeRefusal>>,
}

pub(crate) struct Desk {
    pub(crate) disk: Shared,
    /// A real disk that is asked for the same.
    pub(crate) mirror: Option<OfficeStore>,
    office: Office<Shared>,
    pub(crate) rng: StdRng,
    pub(crate) now: UnixTime,
}

pub(crate) fn authority() -> AuthorityId {
    AuthorityId::of_origin("soyte.hanoi.gov.vn/lachan")
}

pub(crate) fn keys() -> OfficeKeys {
    OfficeKeys {
        batch: SigningKey::from_seed(&[1; 32]),
        code: SigningKey::from_seed(&[2; 32]),
        issuer: SigningKey::from_seed(&[3; 32]),
    }
}

pub(crate) fn batch_key() -> VerifyingKey {
    keys().batch.verifying_key()
}

impl Desk {
    /// An office that was just made, whose disk is mirrored on a real one.
    pub(crate) fn mirrored(mirror: OfficeStore) -> Self {
        let mut desk = Self::loaded(Shared::default(), DAY.start());
        desk.mirror = Some(mirror);
        let _ = desk.tell(Input::Clock);
        desk
    }

    /// An office that was just made, at the beginning of [`DAY`].
    pub(crate) fn new() -> Self {
        Self::on(Shared::default(), DAY.start())
    }

    /// The office on this disk; what a crash interrupted is finished.
    pub(crate) fn on(disk: Shared, now: UnixTime) -> Self {
        let mut desk = Self::loaded(disk, now);
        let said = desk.tell(Input::Clock);
        assert!(said.replies.is_empty());
        desk
    }

    fn loaded(disk: Shared, now: UnixTime) -> Self {
        let config = OfficeConfig {
            authority: authority(),
            regions: vec![REGION],
            tick_seconds: TICK,
        };
        let saved = {
            let disk = disk.0.borrow();
            let records = disk.records.iter();
            let secrets = disk.secrets.iter();
            Saved {
                records: records
                    .map(|((shelf, key), value)| (*shelf, key.clone(), value.clone()))
                    .collect(),
                secrets: secrets
                    .map(|(name, bytes)| (*name, Zeroizing::new(bytes.to_vec())))
                    .collect(),
            }
        };
        let loaded = Office::load(config, keys(), saved, disk.clone());
        let (office, unfinished) = loaded.expect("what was stored is sound");
        let seed = now.0 ^ (disk.0.borrow().written.len() as u64) << 40;
        let rng = StdRng::seed_from_u64(seed);
        let mut desk = Self {
            disk,
            mirror: None,
            office,
            rng,
            now,
        };
        desk.perform(unfinished, usize::MAX);
        desk
    }

    pub(crate) fn restart(self) -> Self {
        Self::on(self.disk, self.now)
    }

    /// Hands an input in and performs everything.
    pub(crate) fn tell(&mut self, input: Input) -> Said {
        let outputs = self.office.handle(input, self.now, &mut self.rng);
        self.perform(outputs, usize::MAX)
    }

    /// Hands an input in; the power goes after `steps` outputs. Says how many there were.
    pub(crate) fn tell_and_fail(mut self, input: Input, steps: usize) -> (Self, usize) {
        let outputs = self.office.handle(input, self.now, &mut self.rng);
        let total = outputs.len();
        self.perform(outputs, steps);
        (self.restart(), total)
    }

    fn perform(&mut self, outputs: Vec<Output>, steps: usize) -> Said {
        let mut said = Said::default();
        let mut disk = self.disk.0.borrow_mut();
        for output in outputs.into_iter().take(steps) {
            if let Some(mirror) = &self.mirror {
                mirror.perform(&output).expect("the real disk works");
            }
            match output {
                Output::AppendLeaves { leaves, again } => {
                    let is_there = again && disk.log.ends_with(&leaves);
                    if !is_there {
                        disk.log.extend(leaves);
                    }
                }
                Output::CreateSecret { name, secret } => {
                    let before = disk.secrets.insert(name, *secret);
                    assert!(before.is_none(), "{name} was made twice");
                }
                Output::EraseSecret(name) => {
                    let secret = disk.secrets.remove(&name).expect("it was there");
                    disk.erased.push((name, secret));
                }
                Output::Note(note) => said.notes.push(note),
                Output::Published { result, .. } => said.published = result.expect("builds"),
                Output::PutFile(bytes) => {
                    disk.written.push(bytes.clone());
                    disk.files.insert(FileHash::of(&bytes), bytes);
                }
                Output::Refuse { why, .. } => said.refused.push(why),
                Output::RemoveFile(name) => drop(disk.files.remove(&name)),
                Output::Reply { bytes, .. } => said.replies.push(bytes),
                Output::Requested { result, .. } => said.requested = Some(result),
                Output::Revoked { result, .. } => said.revoked = Some(result),
                Output::Store(changes) => {
                    let mut size = 0;
                    for change in changes {
                        match change {
                            Change::Delete { shelf, key } => {
                                drop(disk.records.remove(&(shelf, key)))
                            }
                            Change::Put { shelf, key, value } => {
                                assert!(value.len() <= 4_096, "{shelf:?}: {}", value.len());
                                size += key.len() + value.len();
                                disk.written.push(value.clone());
                                disk.records.insert((shelf, key), value);
                            }
                        }
                    }
                    assert!(size <= 65_536, "a batch of {size} bytes");
                }
            }
        }
        said
    }

    pub(crate) fn office(&self) -> &Office<Shared> {
        &self.office
    }

    pub(crate) fn tick(&mut self) -> Option<Publication> {
        self.tell(Input::Tick {
            reply_to: Some(ReplyTo(1)),
        })
        .published
    }

    pub(crate) fn ask(
        &mut self,
        venue: CodeId,
        from: UnixTime,
        to: UnixTime,
        advice: Advice,
    ) -> Result<Requested, RequestRefusal> {
        let reply_to = ReplyTo(2);
        let said = self.tell(Input::ReleaseRequest {
            venue,
            from,
            to,
            advice,
            reply_to,
        });
        said.requested.expect("a request has an outcome")
    }

    /// The key of a day, from the log, as a client finds it.
    pub(crate) fn prekey(&self, day: Day) -> ExchangeKey {
        let disk = self.disk.0.borrow();
        let found = leaves(&disk.log).filter_map(|leaf| match leaf {
            Leaf::Prekey(PrekeyLeaf { day: of, key, .. }) if of == day => Some(key),
            _ => None,
        });
        found.last().expect("the day's prekey is in the log")
    }

    pub(crate) fn roots(&self) -> Vec<RegistrationsLeaf> {
        let disk = self.disk.0.borrow();
        let found = leaves(&disk.log).filter_map(|leaf| match leaf {
            Leaf::Registrations(root) => Some(root),
            _ => None,
        });
        found.collect()
    }

    /// All ticks in the log, verified as a client does.
    pub(crate) fn batches(&self) -> Vec<ExposureBatch> {
        let key = batch_key();
        let rules = BatchRules {
            authority: authority(),
            region: REGION,
            batch_key: &key,
            clock_seconds: 21_600,
            latest: self.now.plus(300),
        };
        let disk = self.disk.0.borrow();
        let mut parts = BTreeMap::<u64, Vec<_>>::new();
        for leaf in leaves(&disk.log) {
            if let Leaf::Batch(bytes) = leaf {
                let part = UnverifiedBatchPart::from_bytes(bytes).expect("a part");
                let part = part.verify(&rules).expect("a good part");
                parts.entry(part.head().seq).or_default().push(part);
            }
        }
        let mut last = None;
        let mut batches = Vec::new();
        for parts in parts.into_values() {
            let batch = ExposureBatch::join(parts).expect("a whole tick");
            batch.follows(last).expect("the next tick");
            last = Some((batch.head().seq, batch.head().time));
            batches.push(batch);
        }
        batches
    }
}

pub(crate) fn leaves(log: &[Vec<u8>]) -> impl Iterator<Item = Leaf<'_>> {
    let (authority, key) = (authority(), batch_key());
    log.iter()
        .map(move |leaf| Leaf::verify(leaf, &authority, &key).expect("a good leaf"))
}
