//! Lá Chắn for health authorities and relays: cores that decide, and the shells around them.
//! Nothing here knows a citizen's visits.
//! Specified in specs/protocol.md §6 to §13.

pub mod office;
