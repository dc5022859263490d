//! Gossip as it should not be: a message for each kind of lie, and for each kind that is merely of no use.
//! Knows the rules of parts and checkpoints, to break one at a time; does not know who is told.
//! Specified in specs/protocol.md §6.3, §8.2 and §13.4.

use lachan_link::names::TopicKind;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::batch::{BatchRules, UnsignedPart, UnverifiedBatchPart};
use lachan_protocol::exposure::build::{BatchPlan, Tick};
use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote};
use lachan_protocol::time::{Day, UnixTime};
use lachan_tests::world::{Authority, ORIGIN};
use rand::RngExt;

/// Seconds between ticks of the world's authority.
const CLOCK: u32 = 21_600;

/// Makes messages in the name of an authority.
pub(super) struct Forger<'a> {
    pub(super) authority: &'a Authority,
    pub(super) tick: UnixTime,
}

/// Entries of the largest part.
const LARGEST: u16 = 1_634;

/// An entry whose key comes after that of every smaller number.
fn ascending(number: u16) -> [u8; 40] {
    let mut entry = [1; 40];
    entry[..2].copy_from_slice(&number.to_be_bytes());
    entry
}

/// What a message is, its topic, and how the one with this seq (or size) is made.
pub(super) type Kind = (&'static str, TopicKind, fn(&Forger<'_>, u64) -> Vec<u8>);

impl Forger<'_> {
    /// The parts of a valid tick with this seq.
    pub(super) fn valid(&self, seq: u64) -> Vec<u8> {
        let tick = Tick {
            authority: self.authority.id(),
            region: Region(1),
            seq,
            time: self.tick,
            unlocks: 0,
            certificates: 0,
        };
        let plan = BatchPlan::new(&tick, vec![], vec![], &[], &mut rand::rng());
        let plan = plan.expect("an empty tick can be planned");
        let parts = plan.sign(&self.authority.batch_key);
        parts.expect("a tick can be signed").remove(0)
    }

    /// Parts of one tick, each as large as a part can be.
    pub(super) fn large(&self, seq: u64, parts: u16) -> Vec<Vec<u8>> {
        let sign = |part| {
            self.broken(seq, |small| {
                (small.part, small.parts) = (part, parts);
                small.lists.truncate(1);
                small.lists[0].1 = (0..LARGEST).map(ascending).collect();
            })
        };
        (0..parts).map(sign).collect()
    }

    /// A valid checkpoint's note.
    pub(super) fn checkpoint(&self, size: u64) -> Vec<u8> {
        let checkpoint = Checkpoint {
            origin: ORIGIN.into(),
            size,
            root: Hash(random()),
        };
        let note = checkpoint.sign(&self.authority.log_key);
        note.expect("the key is the log's").to_bytes()
    }

    /// A valid part that is changed before the authority signs it.
    fn broken(&self, seq: u64, change: impl FnOnce(&mut UnsignedPart)) -> Vec<u8> {
        let part = UnverifiedBatchPart::from_bytes(&self.valid(seq)).expect("a part");
        let part = part.verify(&BatchRules {
            authority: self.authority.id(),
            region: Region(1),
            batch_key: &self.authority.batch_key.verifying_key(),
            clock_seconds: CLOCK,
            latest: self.tick,
        });
        let part = part.expect("a valid part");
        let lists = part.pieces().iter().map(|list| {
            let entries = list.entries.iter().map(|entry| entry.to_bytes());
            (list.day, entries.collect())
        });
        let mut part = UnsignedPart {
            head: part.head().clone(),
            part: part.part(),
            parts: part.parts(),
            lists: lists.collect(),
        };
        change(&mut part);
        let signed = part.sign(&self.authority.batch_key);
        signed.expect("a leaf holds it")
    }

    /// A note over this text, signed by the log.
    fn note(&self, text: &str) -> SignedNote {
        let mut note = SignedNote::new(text).expect("a note may hold it");
        note.sign(&self.authority.log_key, UnixTime(0));
        note
    }
}

fn random() -> [u8; 32] {
    rand::rng().random()
}

/// A checkpoint's text with a fresh root.
fn text(origin: &str, size: u64) -> String {
    let root = Hash(random());
    let origin = origin.into();
    Checkpoint { origin, size, root }.to_text()
}

fn with_seq_zero(forger: &Forger<'_>, _: u64) -> Vec<u8> {
    forger.broken(1, |part| part.head.seq = 0)
}

/// A lie that can only be told before anything is known.
pub(super) const FIRST_LIE: Kind = ("seq zero", TopicKind::Batch, with_seq_zero);

/// Each is to be rejected.
pub(super) const LIES: &[Kind] = &[
    ("no part at all", TopicKind::Batch, |_, _| random().to_vec()),
    ("a part cut short", TopicKind::Batch, |forger, seq| {
        let mut part = forger.valid(seq);
        part.truncate(part.len() - 1);
        part
    }),
    ("a part and one byte", TopicKind::Batch, |forger, seq| {
        [forger.valid(seq), vec![0]].concat()
    }),
    ("a flipped signature", TopicKind::Batch, |forger, seq| {
        let mut part = forger.valid(seq);
        let last = part.len() - 1;
        part[last] ^= 1;
        part
    }),
    ("another key", TopicKind::Batch, |forger, seq| {
        let other = Authority {
            batch_key: SigningKey::random(&mut rand::rng()),
            ..Authority::new()
        };
        let tick = forger.tick;
        Forger {
            authority: &other,
            tick,
        }
        .valid(seq)
    }),
    ("a part beyond the last", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.part = part.parts)
    }),
    ("no list", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists.clear())
    }),
    ("a list without keys", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists[3].1.clear())
    }),
    ("days in disorder", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists.swap(3, 4))
    }),
    ("a day too old", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists[0].0 = Day(part.lists[0].0.0 - 1))
    }),
    ("another region", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.head.region = Region(2))
    }),
    ("a time between ticks", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.head.time = part.head.time.minus(1))
    }),
    ("a key that is none", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists[3].1[15] = [0xff; 40])
    }),
    ("keys in disorder", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| part.lists[3].1.swap(1, 2))
    }),
    ("wrong padding", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| {
            part.lists[3].1.pop();
        })
    }),
    ("a day left out", TopicKind::Batch, |forger, seq| {
        forger.broken(seq, |part| {
            part.lists.remove(3);
        })
    }),
    ("a time to come", TopicKind::Batch, |forger, seq| {
        let tick = forger.tick.plus(u64::from(CLOCK));
        let authority = forger.authority;
        Forger { authority, tick }.valid(seq)
    }),
    ("no note at all", TopicKind::Checkpoint, |_, _| {
        random().to_vec()
    }),
    ("a note cut short", TopicKind::Checkpoint, |forger, size| {
        let mut note = forger.checkpoint(size);
        note.pop();
        note
    }),
    (
        "a note that nobody signed",
        TopicKind::Checkpoint,
        |_, size| text(ORIGIN, size).into_bytes(),
    ),
    (
        "a note of another key",
        TopicKind::Checkpoint,
        |forger, size| {
            let other = Authority::new();
            let tick = forger.tick;
            Forger {
                authority: &other,
                tick,
            }
            .checkpoint(size)
        },
    ),
    ("a changed size", TopicKind::Checkpoint, |forger, size| {
        let note = String::from_utf8(forger.checkpoint(size)).expect("a note is text");
        note.replacen(&size.to_string(), &(size + 1).to_string(), 1)
            .into_bytes()
    }),
    (
        "a control character",
        TopicKind::Checkpoint,
        |forger, size| {
            let note = String::from_utf8(forger.checkpoint(size)).expect("a note is text");
            note.replacen('\n', "\r\n", 1).into_bytes()
        },
    ),
    (
        "a note of a log by another name",
        TopicKind::Checkpoint,
        |forger, size| {
            forger
                .note(&text("log.lachan.example/other", size))
                .to_bytes()
        },
    ),
    (
        "a size that is no number",
        TopicKind::Checkpoint,
        |forger, size| {
            let text = text(ORIGIN, size).replacen(&size.to_string(), "many", 1);
            forger.note(&text).to_bytes()
        },
    ),
    (
        "a size with a zero before it",
        TopicKind::Checkpoint,
        |forger, size| {
            let text = text(ORIGIN, size).replacen(&size.to_string(), &format!("0{size}"), 1);
            forger.note(&text).to_bytes()
        },
    ),
    (
        "a root that is none",
        TopicKind::Checkpoint,
        |forger, size| {
            forger
                .note(&format!(
                    "{ORIGIN}\n{size}\n{}\n",
                    rand::rng().random::<u64>()
                ))
                .to_bytes()
        },
    ),
    ("a line too many", TopicKind::Checkpoint, |forger, size| {
        forger
            .note(&format!("{}more\n", text(ORIGIN, size)))
            .to_bytes()
    }),
    ("a line too few", TopicKind::Checkpoint, |forger, size| {
        forger
            .note(&format!(
                "{ORIGIN} {}\n{size}\n",
                rand::rng().random::<u64>()
            ))
            .to_bytes()
    }),
    ("no origin", TopicKind::Checkpoint, |forger, size| {
        forger.note(&text("", size)).to_bytes()
    }),
    (
        "a note longer than any",
        TopicKind::Checkpoint,
        |forger, size| {
            let mut note = forger.checkpoint(size);
            note.resize(16_385, b'A');
            note
        },
    ),
    (
        "more signatures than any",
        TopicKind::Checkpoint,
        |forger, size| {
            let mut note = String::from_utf8(forger.checkpoint(size)).expect("a note is text");
            let line = note.lines().last().expect("a signature").to_owned();
            for _ in 0..100 {
                note.push_str(&line);
                note.push('\n');
            }
            note.into_bytes()
        },
    ),
    (
        "a signature that is none",
        TopicKind::Checkpoint,
        |forger, size| {
            let mut note = forger.checkpoint(size);
            note.extend("\u{2014} nobody !!!\n".as_bytes());
            note
        },
    ),
];

/// Each is to be ignored: honest, and of no use.
pub(super) const STALE: &[Kind] = &[
    ("a part known already", TopicKind::Batch, |forger, seq| {
        forger.valid(seq - 1)
    }),
    ("a tick of before", TopicKind::Batch, |forger, seq| {
        forger.valid(seq - 2)
    }),
    (
        "an authority of a newer list",
        TopicKind::Batch,
        |forger, seq| forger.broken(seq, |part| part.head.authority = AuthorityId([9; 8])),
    ),
    (
        "a checkpoint dressed anew",
        TopicKind::Checkpoint,
        |forger, _| {
            let name = format!("witness.example/{}", rand::rng().random::<u32>());
            let key = SigningKey::random(&mut rand::rng());
            let stranger = NoteSigner::new(&name, SignatureType::Ed25519, key).expect("a name");
            let mut note = forger.note(&known_text());
            note.sign(&stranger, UnixTime(0));
            note.to_bytes()
        },
    ),
];

/// The checkpoint that everybody knows: of this size, with a root of zeros.
pub(super) const KNOWN_SIZE: u64 = 10;

pub(super) fn known_text() -> String {
    let root = Hash([0; 32]);
    let origin = ORIGIN.into();
    Checkpoint {
        origin,
        size: KNOWN_SIZE,
        root,
    }
    .to_text()
}
