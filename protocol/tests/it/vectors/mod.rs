//! Vectors: files that another language could read.
pub(crate) mod kit;
mod office;
mod plan;
mod registration;
mod sealed;
mod share_proof;
mod venue_code;
mod venue_url;
