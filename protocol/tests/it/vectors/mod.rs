//! Vectors: files that another language could read.
pub(crate) mod entry;
pub(crate) mod exposure_batch;
pub(crate) mod exposure_files;
pub(crate) mod kit;
mod log;
pub(crate) mod manifest;
mod notes;
mod office;
mod plan;
mod registration;
mod sealed;
mod share_proof;
mod trust_list;
mod venue_code;
mod venue_url;
pub(crate) mod visit_token;
