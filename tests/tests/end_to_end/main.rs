//! The tests over real processes, and those that read the repository itself, in one binary.
//! Knows the programs from outside; does not know their private parts.
//! Specified in CONTRIBUTING.md, "Tests".

mod codes;
mod faults;
mod floors;
mod hostile;
mod network;
mod photos;
mod privacy;
mod refusals;
mod restore;
mod rooms;
mod spread;
mod town;
