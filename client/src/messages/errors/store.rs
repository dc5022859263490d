//! Errors of the storage: what a person can do about a disk.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::store::ClientStoreError;
use lachan_shell::errors::{StoreHints, of_store};

/// What a person can do about a client's store.
pub(super) const HINTS: StoreHints = StoreHints {
    repair: [
        "Sao thư mục ra nơi khác trước, rồi chạy `lachan repair`; các lượt ghé nằm trong tokens/ và không bị ảnh hưởng.",
        "Copy the home elsewhere first, then run `lachan repair`; visits lie in tokens/ and are not touched by this.",
    ],
    retry: ["Chạy lại lệnh.", "Run the command again."],
};

impl Explain for ClientStoreError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::NotUnderstood(_) => told(
                lang,
                self,
                ("Không hiểu một bản ghi trong kho dữ liệu.", HINTS.repair[0]),
                ("A record in the store is not understood.", HINTS.repair[1]),
            ),
            Self::Store(error) => of_store(error, lang, &HINTS),
        }
    }
}
