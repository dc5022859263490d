//! What peers hold of the own log, and the leaves that are missing here.
//! Knows connections and what the follower believes; does not know the store.
//! Specified in specs/protocol.md §8.6 and §14.9.

use super::{CatchUpError, Own, RunError};
use crate::ledger::Mirror;
use lachan_link::dialer::{Connection, Timeouts};
use lachan_link::{LinkError, LogReply, LogRequest, Multiaddr, Refusal};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::{Checkpoint, LONGEST_CHECKPOINT};
use lachan_protocol::log::follow::{FollowError, Follower, Input, Output, Request};
use lachan_protocol::log::tiles::Resource;
use std::path::Path;
use std::time::Duration;

/// How long a peer may take when somebody waits for its answer.
pub(super) const PATIENT: Timeouts = Timeouts {
    dial: Duration::from_secs(10),
    answer: Duration::from_secs(15),
};
/// How long a peer may keep an office from starting.
pub(super) const IMPATIENT: Timeouts = Timeouts {
    dial: Duration::from_secs(2),
    answer: Duration::from_secs(2),
};

/// A checkpoint of the own log, and who holds it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Verified.
    pub(super) checkpoint: Checkpoint,
    note: Vec<u8>,
    peer: Multiaddr,
    /// Which, from 1.
    number: usize,
}

/// Asks all peers at once for their checkpoint of this log. Of those who do not answer, or answer with what this log
/// never signed, it says why; one that does not know the log has answered.
pub(super) async fn holders(
    own: &Own,
    peers: &[Multiaddr],
    timeouts: Timeouts,
) -> (Vec<Held>, Vec<CatchUpError>) {
    let origin = own.authority.origin_hash();
    let asked = peers
        .iter()
        .map(|peer| checkpoint_of(peer, origin, timeouts));
    let answers = futures::future::join_all(asked).await;
    let (mut held, mut silent) = (Vec::new(), Vec::new());
    for (at, answer) in answers.into_iter().enumerate() {
        let peer = at + 1;
        let note = match answer {
            Ok(None) => continue,
            Ok(Some(note)) => note,
            Err(why) => {
                silent.push(CatchUpError::Silent { peer, why });
                continue;
            }
        };
        match Checkpoint::verify(&note, own.authority.log_key(), own.trust.policy()) {
            Ok(verified) => held.push(Held {
                checkpoint: verified.checkpoint().clone(),
                note,
                peer: peers[at].clone(),
                number: peer,
            }),
            Err(why) => silent.push(CatchUpError::Untrue { peer, why }),
        }
    }
    (held, silent)
}

async fn checkpoint_of(
    peer: &Multiaddr,
    origin: OriginHash,
    timeouts: Timeouts,
) -> Result<Option<Vec<u8>>, LinkError> {
    let connection = Connection::dial(peer, timeouts).await?;
    let path = Resource::Checkpoint.to_path();
    let note = connection.fetch_all(origin, &path, LONGEST_CHECKPOINT as u64);
    let note = note.await;
    connection.close().await;
    match note {
        Ok(note) => Ok(Some(note)),
        Err(error) if is_without(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a peer said that it does not hold the log; any other refusal is silence.
const fn is_without(error: &LinkError) -> bool {
    matches!(
        error,
        LinkError::NotFound
            | LinkError::Refused {
                why: Refusal::UnknownOrigin
            }
    )
}

/// The largest of these checkpoints, unless two of one size have two roots.
pub(super) fn newest(held: Vec<Held>) -> Result<Held, CatchUpError> {
    for (at, one) in held.iter().enumerate() {
        let other = held[..at].iter().find(|other| {
            let (this, that) = (&one.checkpoint, &other.checkpoint);
            this.size == that.size && this.root != that.root
        });
        if let Some(other) = other {
            return Err(CatchUpError::Contradicted {
                peers: [other.number, one.number],
                size: one.checkpoint.size,
            });
        }
    }
    let newest = held.into_iter().max_by_key(|held| held.checkpoint.size);
    newest.ok_or(CatchUpError::NobodyHoldsIt)
}

/// Follows the own log up to what a peer holds, if that is more than is here.
pub(super) async fn follow(own: &Own, state: &Path, held: &Held) -> Result<(), CatchUpError> {
    let (mut ledger, known) = Mirror::open(&own.folder, state).map_err(RunError::from)?;
    let (key, policy) = (own.authority.log_key(), own.trust.policy());
    let mut follower = Follower::new(key.clone(), policy.clone(), known)?;
    let mut outputs = match follower.is_caught_up() {
        true => Vec::new(),
        false => follower.handle(Input::Resume)?,
    };
    match follower.handle(Input::Checkpoint(held.note.clone())) {
        Ok(newer) => outputs.extend(newer),
        // more is here than there
        Err(FollowError::Smaller { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let connection = Connection::dial(&held.peer, PATIENT).await?;
    let done = async {
        loop {
            let mut wanted = None;
            for output in outputs {
                match output {
                    Output::CaughtUp => {}
                    Output::Fetch(request) => wanted = Some(request),
                    Output::Leaves { first, leaves } => {
                        ledger.append(first, &leaves).map_err(RunError::from)?;
                    }
                    Output::Store => ledger.store(follower.state()).map_err(RunError::from)?,
                }
            }
            let Some(request) = wanted else {
                return Ok(());
            };
            let input = ask(&connection, own.authority.origin_hash(), request).await?;
            outputs = follower.handle(input)?;
        }
    }
    .await;
    connection.close().await;
    done
}

async fn ask(
    connection: &Connection,
    origin: OriginHash,
    request: Request,
) -> Result<Input, LinkError> {
    let path = request.resource.to_path();
    let ask = LogRequest::new(origin, &path, request.offset, request.length)
        .map_err(LinkError::RequestImpossible)?;
    match connection.fetch(ask).await? {
        LogReply::Part { bytes, .. } => Ok(Input::Bytes(bytes)),
        LogReply::NotFound => Ok(Input::Missing),
        LogReply::Busy(after) => Err(LinkError::Busy { after }),
        LogReply::Refused(why) => Err(LinkError::Refused { why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lachan_protocol::crypto::tree::Hash;

    fn held(number: usize, size: u64, root: u8) -> Held {
        Held {
            checkpoint: Checkpoint {
                origin: "log.example".into(),
                size,
                root: Hash([root; 32]),
            },
            note: Vec::new(),
            peer: "/ip4/127.0.0.1/tcp/1".parse().unwrap(),
            number,
        }
    }

    #[test]
    fn two_peers_with_one_size_and_two_roots_are_a_contradiction() {
        let refused = newest(vec![held(1, 4, 7), held(2, 5, 8), held(3, 4, 9)]);
        let Err(CatchUpError::Contradicted { peers, size }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((peers, size), ([1, 3], 4));
        let control = newest(vec![held(1, 4, 7), held(2, 5, 8), held(3, 4, 7)]);
        assert_eq!(control.unwrap().number, 2);
    }

    #[test]
    fn only_a_peer_that_does_not_hold_the_log_has_answered_with_a_refusal() {
        assert!(is_without(&LinkError::NotFound));
        let refused = |why| is_without(&LinkError::Refused { why });
        assert!(refused(Refusal::UnknownOrigin));
        assert!(!refused(Refusal::NotAPath));
        assert!(!refused(Refusal::Malformed));
    }
}
