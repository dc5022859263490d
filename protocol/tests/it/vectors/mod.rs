//! Vectors: files that another language could read.
mod office;
mod sealed;
pub(crate) mod kit;
mod plan;
mod registration;
mod share_proof;
mod venue_code;
mod venue_url;
