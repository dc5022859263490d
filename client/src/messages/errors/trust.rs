//! Errors of the file of the trust list.
//! Knows the enum and words; what is wrong inside is told by the shell.
//! Specified in specs/refusals.md.

use crate::cli::TrustFileError;
use crate::messages::{Explain, Explanation, Lang, told};
use lachan_shell::errors::of_system;

impl Explain for TrustFileError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::List(error) => error.explain(lang),
            Self::Root(error) => error.explain(lang),
            Self::Unreadable(kind) => told(
                lang,
                self,
                (
                    format!(
                        "Không đọc được tệp danh sách tin cậy: {}.",
                        of_system(*kind)[0]
                    ),
                    "Kiểm tra đường dẫn sau --trust, hoặc tệp trust.txt trong thư mục dữ liệu.",
                ),
                (
                    format!(
                        "The file of the trust list cannot be read: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check the path after --trust, or the file trust.txt of the home.",
                ),
            ),
        }
    }
}
