//! Every text that a person sees, in Vietnamese and English, by total matches: a missing translation does not compile.
//! Knows words; does not know terminals or files.
//! Specified in specs/protocol.md §13 and specs/interfaces.md.

mod answers;
pub mod doctor;
pub mod errors;
pub mod help;
mod store;

pub use answers::{Message, RequestLine, RequestWord};
pub use store::StoreWord;

pub use lachan_shell::words::{Explain, Explanation, Lang, Speak, told};
