//! What gossipsub says on its stream, written by hand: a library would refuse to say what a hostile peer says.
//! Knows the protobuf of a few messages; does not know what they carry.
//! Specified in specs/protocol.md §13.3.

/// The protocol under which nodes gossip.
pub(super) const GOSSIPSUB: &str = "/meshsub/1.1.0";

fn varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
        value >>= 7;
    }
    into.push(u8::try_from(value).expect("seven bits"));
}

fn bytes_field(tag: u64, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(bytes.len() + 12);
    varint(tag << 3 | 2, &mut field);
    varint(bytes.len() as u64, &mut field);
    field.extend_from_slice(bytes);
    field
}

fn number_field(tag: u64, value: u64) -> Vec<u8> {
    let mut field = Vec::new();
    varint(tag << 3, &mut field);
    varint(value, &mut field);
    field
}

/// An RPC with its length before it.
pub(super) fn rpc(fields: &[Vec<u8>]) -> Vec<u8> {
    let body = fields.concat();
    let mut framed = Vec::with_capacity(body.len() + 5);
    varint(body.len() as u64, &mut framed);
    framed.extend(body);
    framed
}

/// A published message, without anything that says who it is of.
pub(super) fn publish(topic: &str, data: &[u8]) -> Vec<u8> {
    publish_with(topic, data, &[])
}

/// A published message with more fields: 1 the author, 3 a sequence number, 5 a signature.
pub(super) fn publish_with(topic: &str, data: &[u8], more: &[(u64, &[u8])]) -> Vec<u8> {
    let mut message = vec![bytes_field(2, data), bytes_field(4, topic.as_bytes())];
    message.extend(more.iter().map(|(tag, bytes)| bytes_field(*tag, bytes)));
    rpc(&[bytes_field(2, &message.concat())])
}

/// Subscriptions, as a field of an RPC.
pub(super) fn subscribe(topic: &str) -> Vec<u8> {
    let options = [number_field(1, 1), bytes_field(2, topic.as_bytes())];
    bytes_field(1, &options.concat())
}

fn control(tag: u64, message: &[Vec<u8>]) -> Vec<u8> {
    bytes_field(3, &bytes_field(tag, &message.concat()))
}

/// "I have these", as a field of an RPC.
pub(super) fn ihave(topic: &str, ids: &[Vec<u8>]) -> Vec<u8> {
    let mut message = vec![bytes_field(1, topic.as_bytes())];
    message.extend(ids.iter().map(|id| bytes_field(2, id)));
    control(1, &message)
}

/// "Take me into your mesh", as a field of an RPC.
pub(super) fn graft(topic: &str) -> Vec<u8> {
    control(3, &[bytes_field(1, topic.as_bytes())])
}

/// "I leave your mesh, and do not ask me for so many seconds", as a field of an RPC.
pub(super) fn prune(topic: &str, backoff: u64) -> Vec<u8> {
    let message = [bytes_field(1, topic.as_bytes()), number_field(3, backoff)];
    control(4, &message)
}
