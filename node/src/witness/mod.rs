//! The witness: cosigns checkpoints that continue what it cosigned before, and nothing else.
//! Decides; does not know how requests come, where its state is kept, or what time it is.
//! Specified in specs/protocol.md §8.5.

mod io;

pub use io::{Content, Input, Note, Output, ReplyTo, WitnessAnswer};

use lachan_protocol::id::OriginHash;
use lachan_protocol::log::evidence::UnverifiedEvidence;
use lachan_protocol::log::note::{NoteSigner, Vkey};
use lachan_protocol::log::witness::{AddCheckpoint, Examined, WitnessError, Witnessed};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustList;
use lachan_protocol::wire::Message;
use std::collections::{BTreeMap, BTreeSet};

/// What a witness remembers of all logs, and with what it signs.
#[derive(Debug)]
pub struct Witness {
    signer: NoteSigner,
    logs: BTreeMap<String, Vkey>,
    known: BTreeMap<String, Witnessed>,
    /// Logs that signed two histories: never cosigned again.
    liars: BTreeSet<OriginHash>,
    /// It was shown a cosignature of its own that it does not remember: it signs nothing any more.
    lost: bool,
}

/// What was kept of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which log.
    pub origin: OriginHash,
    /// [`Witnessed::to_bytes`].
    pub state: Vec<u8>,
}

impl Witness {
    /// Takes up what was kept: states, logs that lied, and whether it stood still. Logs that are no longer on the trust list are remembered no less: their state stays on
    /// the disk.
    ///
    /// # Errors
    /// [`WitnessError`] of a kept state that is none.
    pub fn load(
        signer: NoteSigner,
        trust: &TrustList,
        kept: &[Kept],
        liars: BTreeSet<OriginHash>,
        lost: bool,
    ) -> Result<Self, WitnessError> {
        let logs: BTreeMap<String, Vkey> = trust
            .authorities()
            .iter()
            .map(|authority| (authority.origin().to_owned(), authority.log_key().clone()))
            .collect();
        let mut known = BTreeMap::new();
        for (origin, log) in &logs {
            let hash = OriginHash::of_origin(origin);
            for kept in kept.iter().filter(|kept| kept.origin == hash) {
                known.insert(origin.clone(), Witnessed::from_bytes(&kept.state, log)?);
            }
        }
        Ok(Self {
            signer,
            logs,
            known,
            liars,
            lost,
        })
    }

    /// The key under which it cosigns.
    #[must_use]
    pub const fn vkey(&self) -> &Vkey {
        self.signer.vkey()
    }

    /// What it cosigned last of each log.
    pub fn known(&self) -> impl Iterator<Item = &Witnessed> {
        self.known.values()
    }

    /// Whether it stands still because its state is an old one.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    /// Takes one input; the outputs are to be done in order, and after the first that fails nothing more: then the
    /// witness is loaded anew.
    pub fn handle(&mut self, input: Input, now: UnixTime) -> Vec<Output> {
        let mut outputs = Vec::new();
        match input {
            Input::AddCheckpoint { body, reply_to } => {
                let answer = self
                    .add(&body, now, &mut outputs)
                    .unwrap_or_else(|refusal| {
                        outputs.push(Output::Note(Note::Refused(refusal)));
                        WitnessAnswer::refused(&refusal)
                    });
                outputs.push(Output::Answer { reply_to, answer });
            }
            Input::Liar(origin) => {
                self.liars.insert(origin);
            }
            Input::Seen(note) => self.look_at(note, &mut outputs),
        }
        outputs
    }

    fn add(
        &mut self,
        body: &[u8],
        now: UnixTime,
        outputs: &mut Vec<Output>,
    ) -> Result<WitnessAnswer, WitnessError> {
        let request = AddCheckpoint::from_bytes(body)?;
        let log_of = |origin: &str| self.logs.get(origin);
        let examined = Examined::new(request, self.signer.vkey(), log_of)?;
        let origin = examined.checkpoint().origin.clone();
        let hash = OriginHash::of_origin(&origin);
        if self.lost || self.liars.contains(&hash) {
            return Ok(WitnessAnswer::standing_still());
        }
        let known = self.known.get(&origin);
        match examined.compare(known, now) {
            Ok(next) => {
                let state = next.to_bytes();
                outputs.push(Output::Store(Kept {
                    origin: hash,
                    state,
                }));
                let answer = WitnessAnswer::cosigned(next.cosign(&self.signer));
                self.known.insert(origin, next);
                Ok(answer)
            }
            Err(refusal @ WitnessError::RootConflict { .. }) => {
                let notes =
                    known.map(|known| (known.note().to_bytes(), examined.note().to_bytes()));
                let evidence = notes.and_then(|(one, other)| {
                    UnverifiedEvidence::new(&one, &other, Vec::new()).ok()
                });
                outputs.extend(evidence.map(|evidence| Output::Evidence {
                    origin: hash,
                    bytes: evidence.to_bytes(),
                }));
                self.liars.insert(hash);
                Err(refusal)
            }
            Err(refusal @ WitnessError::StateLost { .. }) => {
                self.stand_still(outputs);
                Err(refusal)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// From now on it signs nothing, also after a start: what it does not remember it could contradict.
    fn stand_still(&mut self, outputs: &mut Vec<Output>) {
        if !self.lost {
            self.lost = true;
            outputs.push(Output::StandStill);
        }
    }

    /// A note that came some other way may carry a cosignature of this witness that it does not remember.
    fn look_at(&mut self, note: Vec<u8>, outputs: &mut Vec<Output>) {
        let request = AddCheckpoint {
            old: 0,
            proof: Vec::new(),
            note,
        };
        let log_of = |origin: &str| self.logs.get(origin);
        let Ok(examined) = Examined::new(request, self.signer.vkey(), log_of) else {
            return;
        };
        let known = self.known.get(&examined.checkpoint().origin);
        if let Err(refusal @ WitnessError::StateLost { .. }) = examined.compare(known, UnixTime(0))
        {
            self.stand_still(outputs);
            outputs.push(Output::Note(Note::Refused(refusal)));
        }
    }
}

#[cfg(test)]
mod tests;
