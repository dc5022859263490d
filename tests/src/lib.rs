//! Lá Chắn from outside: real programs, real files, real sockets on loopback.
//! Knows the programs' command lines and the protocol's bytes; does not know their private parts.
//! Specified in specs/protocol.md §12 and §13.

pub mod home;
pub mod photos;
pub mod programs;
pub mod test_clock;
pub mod town;
pub mod world;
