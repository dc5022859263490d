//! Vectors: files that another language could read.
pub(crate) mod entry;
pub(crate) mod exposure_batch;
pub(crate) mod exposure_files;
pub(crate) mod manifest;
pub(crate) mod visit_token;
