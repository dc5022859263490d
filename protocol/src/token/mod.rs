//! The visit token: what a device keeps of a visit, and cannot open again.
//! Knows windows and sealed bytes; does not know the wallet, the clock or the network.
//! Specified in specs/protocol.md §5.
