//! Vectors: files that another language could read.
