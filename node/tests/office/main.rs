//! The office's core, driven from outside: a disk in memory, venues that speak the protocol.
mod crash;
mod desk;
mod refusals;
mod secrets;
mod story;
mod venue;
