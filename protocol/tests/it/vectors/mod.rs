//! Vectors: files that another language could read.
mod log;
mod notes;
mod office;
mod sealed;
mod trust_list;
