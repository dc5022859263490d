//! Vectors: files that another language could read.
mod office;
mod sealed;
