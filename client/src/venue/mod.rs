//! The venue's core: plans made and registered, codes to show, requests decided, answers given.
//! Knows no file, socket, clock or terminal: what must be done in the world comes out as `Output`s, in order.
//! Specified in specs/protocol.md §3, §10.4 and §11.

pub mod handover;
pub mod mailbox;
pub mod registering;
pub mod releasing;
pub mod secrets;
pub mod shown;
#[cfg(test)]
pub(crate) mod tests;
pub mod wish;
