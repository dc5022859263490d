//! Vectors: files that another language could read.
pub(crate) mod kit;
mod plan;
mod registration;
mod share_proof;
mod venue_code;
mod venue_url;
