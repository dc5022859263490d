//! Vectors: files that another language could read.
pub(crate) mod kit;
pub(crate) mod entry;
pub(crate) mod exposure_batch;
pub(crate) mod exposure_files;
pub(crate) mod manifest;
pub(crate) mod visit_token;
mod office;
mod plan;
mod registration;
mod sealed;
mod share_proof;
mod venue_code;
mod venue_url;
