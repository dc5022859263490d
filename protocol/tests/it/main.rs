//! All tests of the protocol from outside, in one binary.
mod properties;
mod vectors;
