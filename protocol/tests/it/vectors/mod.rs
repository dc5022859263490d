//! Vectors: files that another language could read.
pub(crate) mod kit;
mod entry;
mod exposure_batch;
pub(crate) mod exposure_files;
mod manifest;
mod office;
mod plan;
mod registration;
mod sealed;
mod share_proof;
mod venue_code;
mod venue_url;
mod visit_token;
