//! All tests of the links from outside, in one binary.
mod frames;
mod links;
mod mutation;
