//! The office's host: performs what the office core wants done, in order, and stops at the first failure.
//! Knows the store, key files and the ledger; decides nothing that the core decides.
//! Specified in specs/protocol.md §14.1 and §14.4.

mod disk;
mod talk;

use super::RunError;
use super::heads::Heads;
use crate::control::server::Asked;
use crate::net::{Door, Net, SealedAsk};
use crate::office::{Input, Note, Office, OfficeSummary, Output, ReplyTo};
pub use disk::OfficeHome;
use disk::{Disk, StoredFiles};
use lachan_link::names::{Topic, TopicKind};
use lachan_link::{Refusal, SealedReply};
use lachan_protocol::exposure::batch::BATCH_LEAF_TYPE;
use lachan_protocol::log::tiles::LONGEST_LEAF;
use lachan_protocol::office::SealedError;
use lachan_protocol::time::{UnixTime, Window};
use lachan_shell::clock::Clock;
use std::collections::BTreeMap;
use std::time::Duration;
use talk::Waiting;
use tokio::sync::{mpsc, watch};
use tokio::task::block_in_place;

/// The clock is looked at this often; a test clock may jump.
const LOOK: Duration = Duration::from_millis(200);

/// The office, its disk, and who waits for an answer.
pub struct OfficeHost {
    office: Office<StoredFiles>,
    disk: Disk,
    clock: Clock,
    waiting: BTreeMap<ReplyTo, Waiting>,
    next_reply: u64,
    heads: Heads,
    summary: watch::Sender<OfficeSummary>,
    /// The window in which the core was last told of the time.
    told: Option<Window>,
    /// Leaves that were appended and not gossiped yet.
    fresh: Vec<Vec<u8>>,
    /// After a failure the core is loaded anew before anything else.
    is_broken: bool,
}

impl std::fmt::Debug for OfficeHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfficeHost")
    }
}

impl OfficeHost {
    /// Takes the office up, finishes what a crash interrupted, and publishes today's prekey.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn open(home: OfficeHome, clock: Clock, heads: Heads) -> Result<Self, RunError> {
        let mut disk = Disk::open(home)?;
        let (office, pending) = disk.load()?;
        let now = clock.now()?;
        let summary = watch::Sender::new(office.summary(now));
        let mut host = Self {
            office,
            disk,
            clock,
            waiting: BTreeMap::new(),
            next_reply: 0,
            heads,
            summary,
            told: None,
            fresh: Vec::new(),
            is_broken: false,
        };
        if let Some(head) = host.disk.head() {
            host.heads.set(head, None);
        }
        host.perform(pending)?;
        host.publish_list()?;
        host.tell(Input::Clock, now)?;
        host.told = Some(now.window());
        host.show(now);
        Ok(host)
    }

    /// Counts, as they change.
    #[must_use]
    pub fn summary(&self) -> watch::Receiver<OfficeSummary> {
        self.summary.subscribe()
    }

    /// Serves until nobody asks any more.
    pub async fn run(
        mut self,
        net: Net,
        mut sealed: mpsc::Receiver<SealedAsk>,
        mut control: mpsc::Receiver<Asked>,
    ) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        if let Some(head) = self.disk.head() {
            net.know(head).await;
        }
        loop {
            let worked = tokio::select! {
                ask = sealed.recv() => match ask {
                    None => break,
                    Some(ask) => block_in_place(|| self.answer(ask)),
                },
                asked = control.recv() => match asked {
                    None => break,
                    Some(asked) => block_in_place(|| self.command(asked)),
                },
                _ = look.tick() => block_in_place(|| self.look_at_clock()),
            };
            if let Err(error) = worked {
                // what was not stored was not acknowledged; whoever waits hears that we are busy
                tracing::error!(%error, "the office failed and is loaded anew");
                self.waiting.clear();
                self.is_broken = true;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            self.gossip(&net).await;
        }
    }

    fn now(&mut self) -> Result<UnixTime, RunError> {
        if self.is_broken {
            let (office, pending) = self.disk.reload()?;
            self.office = office;
            self.perform(pending)?;
            self.is_broken = false;
            tracing::info!("the office is loaded");
        }
        Ok(self.clock.now()?)
    }

    fn look_at_clock(&mut self) -> Result<(), RunError> {
        let now = self.now()?;
        if self.told != Some(now.window()) {
            self.tell(Input::Clock, now)?;
            self.told = Some(now.window());
        }
        if self.office.summary(now).next_tick <= now {
            self.tell(Input::Tick { reply_to: None }, now)?;
        }
        self.show(now);
        Ok(())
    }

    fn answer(&mut self, ask: SealedAsk) -> Result<(), RunError> {
        let now = self.now()?;
        let SealedAsk {
            door,
            sealed,
            reply,
        } = ask;
        let reply_to = self.wait(Waiting::Sealed(reply));
        let input = match door {
            Door::Mailbox => Input::Poll { sealed, reply_to },
            Door::Register => Input::Registration { sealed, reply_to },
        };
        self.tell(input, now)?;
        self.show(now);
        Ok(())
    }

    fn tell(&mut self, input: Input, now: UnixTime) -> Result<(), RunError> {
        let outputs = self.office.handle(input, now, &mut rand::rng());
        self.perform(outputs)
    }

    fn show(&self, now: UnixTime) {
        let summary = self.office.summary(now);
        self.summary.send_if_modified(|shown| {
            let changed = *shown != summary;
            *shown = summary;
            changed
        });
    }

    fn wait(&mut self, waiting: Waiting) -> ReplyTo {
        self.next_reply += 1;
        let reply_to = ReplyTo(self.next_reply);
        self.waiting.insert(reply_to, waiting);
        reply_to
    }

    fn perform(&mut self, outputs: Vec<Output>) -> Result<(), RunError> {
        outputs
            .into_iter()
            .try_for_each(|output| self.perform_one(output))
    }

    fn perform_one(&mut self, output: Output) -> Result<(), RunError> {
        match output {
            Output::AppendLeaves { leaves, again } => self.append(leaves, again),
            Output::CreateSecret { name, secret } => self.disk.create_secret(name, &secret),
            Output::EraseSecret(name) => self.disk.erase_secret(name),
            Output::Note(note) => {
                note_down(&note);
                Ok(())
            }
            Output::Published { reply_to, result } => {
                self.tell_published(reply_to, result);
                Ok(())
            }
            Output::PutFile(bytes) => self.disk.put_file(&bytes),
            Output::Refuse { reply_to, why } => {
                self.reply_sealed(reply_to, SealedReply::Refused(refusal(why)));
                Ok(())
            }
            Output::RemoveFile(name) => self.disk.remove_file(name),
            Output::Reply { reply_to, bytes } => {
                self.reply_sealed(reply_to, SealedReply::Sealed(bytes));
                Ok(())
            }
            Output::Revoked { reply_to, result } => {
                self.tell_revoked(reply_to, result);
                Ok(())
            }
            Output::Requested { reply_to, result } => {
                self.tell_requested(reply_to, result);
                Ok(())
            }
            Output::Store(changes) => self.disk.store(changes),
        }
    }

    fn append(&mut self, leaves: Vec<Vec<u8>>, again: bool) -> Result<(), RunError> {
        let head = self.disk.append(&leaves, again)?;
        let time = self.clock.now().ok();
        self.heads.set(head, time);
        self.fresh.extend(leaves);
        Ok(())
    }

    /// A newer trust list, once: after a crash the log may end with it already.
    fn publish_list(&mut self) -> Result<(), RunError> {
        let Some(leaf) = self.disk.list_leaf()? else {
            return Ok(());
        };
        if leaf.len() > LONGEST_LEAF {
            tracing::error!("the trust list is too long for a leaf: it goes by file only");
        } else {
            self.append(vec![leaf], true)?;
        }
        self.disk.forget_list()
    }

    async fn gossip(&mut self, net: &Net) {
        if self.fresh.is_empty() {
            return;
        }
        let Some((head, note)) = self.disk.head().zip(self.disk.note()) else {
            return;
        };
        net.know(head).await;
        let origin = self.disk.origin();
        for leaf in std::mem::take(&mut self.fresh) {
            if leaf.first() == Some(&BATCH_LEAF_TYPE) {
                let kind = TopicKind::Batch;
                net.publish(Topic { kind, origin }, leaf).await;
            }
        }
        let kind = TopicKind::Checkpoint;
        net.publish(Topic { kind, origin }, note).await;
    }
}

/// What a peer is told of a message that cannot be answered in sealed form.
const fn refusal(why: SealedError) -> Refusal {
    match why {
        SealedError::DoesNotOpen => Refusal::DoesNotOpen,
        SealedError::DataTooLong { .. }
        | SealedError::LengthOutOfRange
        | SealedError::PaddingNotZero
        | SealedError::RefusalWithData(_)
        | SealedError::StatusMissing
        | SealedError::UnknownStatus(_)
        | SealedError::WrongSize { .. } => Refusal::Malformed,
    }
}

fn note_down(note: &Note) {
    match note {
        Note::AnswerRefused(why) => tracing::warn!(%why, "a venue's answer is refused"),
        Note::Registered { count } => tracing::info!(count, "a plan is registered"),
        Note::RegistrationRefused(why) => tracing::warn!(%why, "a registration is refused"),
        Note::ClosingRefused(why) => tracing::warn!(%why, "a venue's closing is refused"),
        Note::Revoked(revoked) => {
            tracing::info!(code = %revoked.venue, from = revoked.from.0, "a code is revoked");
        }
        Note::RequestApproved(id) => tracing::info!(request = %id, "a venue approved"),
        Note::RequestDeclined(id) => tracing::info!(request = %id, "a venue declined"),
        Note::TickRefused(why) => tracing::error!(%why, "a tick cannot be built"),
        Note::TickPublished(tick) => tracing::info!(
            seq = tick.seq,
            time = %tick.time,
            entries = tick.entries,
            released = tick.released,
            "a tick is published"
        ),
    }
}
