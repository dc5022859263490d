//! The program `lachan`.
//! Knows nothing itself: everything is in the library, so that tests reach it.
//! Specified in specs/protocol.md §12.

use std::process::ExitCode;

fn main() -> ExitCode {
    lachan_client::cli::run(std::env::args_os())
}
