//! Lá Chắn's protocol: what the bytes mean, and what is refused.
//! Knows no socket, file, clock, terminal or global randomness: `no_std`, so that each is a compile error.
//! Specified in specs/protocol.md and specs/wire.md.
#![no_std]

extern crate alloc;

pub mod code;
pub mod crypto;
pub mod exposure;
pub mod id;
pub mod keys;
pub mod label;
pub mod log;
pub mod office;
pub mod text;
pub mod time;
pub mod token;
pub mod trust;
pub mod wire;
