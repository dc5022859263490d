//! The program `lachan-node`.
//! Knows nothing itself: everything is in the library, so that tests reach it.
//! Specified in specs/interfaces.md.

use std::process::ExitCode;

fn main() -> ExitCode {
    lachan_node::cli::run(std::env::args_os())
}
