//! Messages of topics that no log of the trust list has: dropped before anything of them is remembered.
//! Knows topics; does not know messages. Without it gossipsub keeps them, and their ids for ten minutes.
//! Specified in specs/protocol.md §13.3.

use libp2p::gossipsub::{DataTransform, Message, RawMessage, TopicHash};
use std::collections::HashSet;
use std::io;

/// The topics that count.
#[derive(Clone, Debug)]
pub(super) struct KnownTopics(pub(super) HashSet<TopicHash>);

impl DataTransform for KnownTopics {
    fn inbound_transform(&self, raw: RawMessage) -> Result<Message, io::Error> {
        if !self.0.contains(&raw.topic) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(Message {
            source: raw.source,
            data: raw.data,
            sequence_number: raw.sequence_number,
            topic: raw.topic,
        })
    }

    fn outbound_transform(&self, _: &TopicHash, data: Vec<u8>) -> Result<Vec<u8>, io::Error> {
        Ok(data)
    }
}
