//! The office's core, driven from outside: a disk in memory, venues that speak the protocol.
mod audit;
mod crash;
mod damage;
mod desk;
mod disk;
mod interop;
mod mirror;
mod outputs;
mod refusals;
mod revocations;
mod secrets;
mod story;
mod venue;
