//! Lá Chắn for health authorities and relays: cores that decide, and shells that touch the world.
//! Cores (`gossip`, `office`, `witness`) know no socket, disk, clock or terminal; shells do, each its own part.
//! Specified in specs/protocol.md §13 and specs/interfaces.md.

pub mod backup;
pub mod cli;
pub mod config;
pub mod control;
pub mod doctor;
pub mod expiry;
pub mod gossip;
pub mod home;
pub mod keys;
pub mod ledger;
pub mod messages;
pub mod mirror;
pub mod net;
pub mod office;
pub mod service;
pub mod trust;
pub mod witness;
